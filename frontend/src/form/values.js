// The values of a form's controls, each with the type that its data-type says.
import { typed } from './typed.js';

const SKIPPED = new Set([ 'button', 'submit', 'reset', 'image', 'hidden', 'fieldset', 'output' ]);

/**
 * Return the controls that hold values, grouped by name.
 *
 * Disabled ones are left out: the server reads what it stored, so must the conditions. In rows they stand for that.
 */
export function controlsByName(form) {
  const groups = new Map();
  for (const control of form.elements) {
    const counts = !control.disabled || control.closest('[data-row]');
    if (control.name && counts && !SKIPPED.has(control.type)) {
      groups.set(control.name, [ ...groups.get(control.name) ?? [], control ]);
    }
  }
  return groups;
}

/** Return the value of the controls of one name. */
export function valueOf(controls) {
  const [ first ] = controls;
  const { type } = first.dataset;
  if (type === 'list') {
    return controls.flatMap(chosen);
  }
  if (type === 'boolean') {
    return first.checked;
  }
  if (first.type === 'radio' || first.type === 'select-one') {
    return controls.flatMap(chosen)[0] ?? null;
  }
  return first.type === 'file' ? [ ...first.files ].map((file) => file.name) : typed(type, first.value);
}

/** Return the value that the same controls have while they are hidden: the default, else the empty one. */
export function untouchedValueOf([ first ]) {
  const { type, untouched } = first.dataset;
  if (untouched !== undefined) {
    return JSON.parse(untouched);
  }
  if (type === 'list' || first.type === 'file') {
    return [];
  }
  if (type === 'boolean') {
    return false;
  }
  const isChoice = first.type === 'radio' || first.type === 'select-one';
  return isChoice || (type ?? 'text') !== 'text' ? null : '';
}

function chosen(control) {
  const options = control.options ? [ ...control.selectedOptions ] : [ control ].filter((box) => box.checked);
  return options.filter((option) => option.value !== '').map(optionValue);
}

// "5" in HTML may be the number 5 in the form: data-value holds it as JSON
function optionValue(option) {
  return option.dataset.value === undefined ? option.value : JSON.parse(option.dataset.value);
}
