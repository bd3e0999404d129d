// What an expression of a form sees: names of several levels (barang.0.nama) as records and lists, and in a row `this`,
// `parent` and `i`, as the server has it.
import { controlsByName, untouchedValueOf, valueOf } from './values.js';

export class Scopes {
  /** `sealed`: identity is there as well. */
  constructor(form, hidden, computed, context, sealed) {
    this.sealed = sealed;
    this.data = structuredClone(context); // hidden fields untouched
    this.raw = structuredClone(context); // as they stand: what rows see of themselves
    this.#addRows(form, hidden);
    for (const [ name, group ] of controlsByName(form)) {
      if (!this.#sees(group[0])) {
        continue;
      }
      put(this.data, name, isInside(group[0], hidden) ? untouchedValueOf(group) : valueOf(group));
      put(this.raw, name, valueOf(group));
    }
    for (const formula of this.#all(form, '[data-formula]')) {
      const value = computed[formula.dataset.name] ?? null;
      put(this.data, formula.dataset.name, isInside(formula, hidden) ? null : value);
      put(this.raw, formula.dataset.name, value);
    }
  }

  /** Return the names that an expression on `element` can read. */
  of(element) {
    let place = { this: this.data, parent: null, i: [] };
    for (const row of rowsAround(element)) {
      const steps = row.split('.');
      place = { this: at(this.raw, steps), parent: { ...place, ...place.this, ...underlined(place) }, i: [ ...place.i, Number(steps.at(-1)) + 1 ] };
    }
    return { ...place, ...this.data, ...underlined(place) };
  }

  #all(form, selector) {
    return [ ...form.querySelectorAll(selector) ].filter((element) => this.#sees(element));
  }

  // Whatever stands in a list of identity is identity too.
  #sees(element) {
    return this.sealed || !element.closest('[data-identity]');
  }

  // Rows without fields, and lists without rows, are there as well.
  #addRows(form, hidden) {
    for (const list of this.#all(form, '[data-list]')) {
      put(this.raw, list.dataset.list, []);
      put(this.data, list.dataset.list, isInside(list, hidden) ? null : []);
    }
    for (const row of this.#all(form, '[data-row]')) {
      put(this.raw, row.dataset.row, {});
      put(this.data, row.dataset.row, {});
    }
  }
}

function rowsAround(element) {
  const rows = [];
  for (let row = element.closest('[data-row]'); row; row = row.parentElement.closest('[data-row]')) {
    rows.unshift(row.dataset.row);
  }
  return rows;
}

function underlined(place) {
  return Object.fromEntries(Object.entries(place).map(([ name, value ]) => [ `_${name}_`, value ]));
}

function at(value, steps) {
  return steps.reduce((held, step) => held?.[step], value) ?? {};
}

// What lies in a hidden list is nowhere: there is no list to put it into.
function put(values, name, value) {
  const steps = name.split('.');
  let held = values;
  for (const step of steps.slice(0, -1)) {
    if (held[step] === undefined) {
      held[step] = {};
    }
    held = held[step];
    if (held === null || typeof held !== 'object') {
      return;
    }
  }
  held[steps.at(-1)] = value;
}

function isInside(control, hidden) {
  let wrapper = control.closest('[data-hide]');
  while (wrapper && !hidden.has(wrapper)) {
    wrapper = wrapper.parentElement.closest('[data-hide]');
  }
  return wrapper !== null;
}
