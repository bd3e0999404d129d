// What can be said about the part that is selected; small by what it is. Each box writes into the document at once.
import { h, newId } from '../dom.js';
import { findingsList } from '../findings.js';
import { isContainer, keyOf, newName } from './document.js';
import { CHOICES, INPUTS, labelName, nameOf, titleOf } from './kinds.js';

const YES = new Set([ 'ya', 'true', '1', 'yes' ]);
const SIMPLE = /^=\s*([A-Za-z_]\w*)\s*(!=|=)\s*("(?:[^"\\]*)"|true|false|-?\d+(?:\.\d+)?)\s*$/;

// What a field means here, each with one line that says what it does. Source: docs/properties.md.
const MARKS = [
  { name: 'pribadi', label: 'here.identity', hint: 'here.identity.hint' },
  { name: 'tanya ulang', label: 'here.again', hint: 'here.again.hint' },
  { name: 'tampil pelapor', label: 'here.reporter', hint: 'here.reporter.hint' }
];
// Texts are looked through for what tells who somebody is, unless the form says no.
const OPEN = { name: 'samarkan', label: 'here.open', hint: 'here.open.hint' };
const NO = new Set([ 'tidak', 'false', '0', 'no' ]);
const BOUNDS = [
  { name: 'paling lambat', label: 'here.latest', hint: 'here.latest.hint' },
  { name: 'paling awal', label: 'here.earliest', hint: 'here.earliest.hint' }
];

export class Panel {
  constructor({ t, doc, findings, usage, rename, freshKeys }) {
    Object.assign(this, { t, doc, findings, usage, rename, freshKeys });
    this.title = h('h2', { class: 'section__title', id: 'panel-title' });
    this.body = h('div', { class: 'form-editor__fields' });
    this.element = h('section', { class: 'panel form-editor__panel', 'aria-labelledby': 'panel-title' }, this.title, this.body);
  }

  draw() {
    const part = this.doc.selected.length ? this.doc.at() : null;
    const active = document.activeElement?.id && this.body.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    this.folds = new Map([ ...this.body.querySelectorAll('details') ].map((one) => [ one.dataset.fold, one.open ]));
    this.title.textContent = part ? titleOf(part, this.t) : this.t('panel.none');
    this.body.replaceChildren(...(part ? this.sections(part) : [ h('p', { class: 'muted' }, this.t('panel.none.text')) ]));
    if (active) {
      this.body.querySelector(`[data-name="${CSS.escape(active)}"]`)?.focus();
    }
  }

  // What the server says of the part, without touching the boxes that somebody types in.
  renew() {
    const part = this.doc.selected.length ? this.doc.at() : null;
    const used = this.body.querySelector('.form-editor__used');
    if (part && used) {
      used.replaceWith(this.used(part));
    }
    this.body.querySelector('.form-editor__findings')?.remove();
    const told = part && this.told(part);
    if (told) {
      this.body.firstElementChild.after(told);
    }
  }

  sections(part) {
    const input = INPUTS.has(part.type);
    return [
      h('p', { class: 'muted small' }, nameOf(part.type, this.t)),
      this.told(part),
      ...this.basics(part),
      CHOICES.has(part.type) ? this.rows(part, 'values', 'label', 'value', 'box.options') : null,
      part.type === 'table' ? this.rows(part, 'columns', 'label', 'key', 'box.columns') : null,
      this.fold('here', 'fold.here', input && part.type !== 'expression' ? this.here(part) : input ? this.marks(part) : []),
      input || part.type === 'dynamiclist' ? this.used(part) : null,
      this.fold('shown', 'fold.shown', this.condition(part)),
      this.fold('rules', 'fold.rules', input ? this.rules(part) : []),
      this.fold('place', 'fold.place', this.layout(part))
    ].filter(Boolean);
  }

  told(part) {
    const found = this.findings(part);
    return found.length ? h('div', { class: 'form-editor__findings' }, findingsList(found, { t: this.t })) : null;
  }

  fold(id, title, content) {
    const open = this.folds?.get(id) ?? id === 'here';
    return content.length ? h('details', { class: 'form-editor__fold', 'data-fold': id, open }, h('summary', {}, this.t(title)), content) : null;
  }

  basics(part) {
    const found = [];
    if (part.type === 'text' || part.type === 'html') {
      const name = part.type === 'text' ? 'text' : 'content';
      found.push(this.box(name, 'box.text', part[name], (value) => this.set(name, value), { long: true, hint: 'box.text.hint' }));
    } else if (![ 'separator', 'spacer' ].includes(part.type)) {
      found.push(this.label(part));
    }
    if (INPUTS.has(part.type) && part.type !== 'expression') {
      found.push(this.box('description', 'box.hint', part.description, (value) => this.set('description', value || undefined), { hint: 'box.hint.hint' }));
    }
    if (INPUTS.has(part.type) || part.type === 'dynamiclist') {
      found.push(this.key(part));
    }
    if (INPUTS.has(part.type) && part.type !== 'expression') {
      found.push(this.tick('required', 'rule.required', 'rule.required.hint', part.validate?.required === true, (on) => this.rule('required', on || undefined)));
    }
    const more = {
      expression: [ 'expression', 'box.formula' ], table: [ 'dataSource', 'box.source' ], documentPreview: [ 'dataSource', 'box.source' ],
      iframe: [ 'url', 'box.url' ], image: [ 'source', 'box.picture' ]
    }[part.type];
    if (more) {
      found.push(this.box(more[0], more[1], part[more[0]], (value) => this.set(more[0], value)));
    }
    if (part.type === 'datetime') {
      found.push(this.pick('subtype', 'box.timeKind', part.subtype ?? 'date', [ [ 'date', 'box.date' ], [ 'time', 'box.time' ], [ 'datetime', 'box.datetime' ] ], (value) => this.kindOfTime(value)));
    }
    return found;
  }

  label(part) {
    const name = labelName(part);
    return this.box(name, 'box.label', part[name], (value) => {
      const fresh = part.key && this.freshKeys.has(part.id);
      this.doc.change(() => {
        const here = this.doc.at();
        here[name] = value;
        if (fresh) {
          delete here.key;
          here.key = this.doc.freeKey(keyOf(value), this.taken());
        }
      }, `${part.id} ${name}`);
      this.title.textContent = titleOf(this.doc.at(), this.t);
      this.refreshKey();
    });
  }

  refreshKey() {
    const box = this.body.querySelector('[data-name="key"]');
    if (box) {
      box.value = this.doc.at().key ?? this.doc.at().path ?? '';
    }
  }

  taken() {
    return new Set(this.usage()?.names ?? []);
  }

  // A key that others may read is changed with its readers; one that was just made is simply typed.
  key(part) {
    const name = part.type === 'dynamiclist' ? 'path' : 'key';
    const own = this.freshKeys.has(part.id) || !this.isVariable();
    const hint = 'box.key.hint';
    if (own) {
      return this.box('key', 'box.key', part[name], (value) => {
        this.freshKeys.delete(part.id);
        this.set(name, value.trim());
      }, { hint, mono: true });
    }
    const id = newId('f');
    return h('div', { class: 'field' },
      h('label', { class: 'field__label', for: id }, this.t('box.key')), h('p', { class: 'field__hint', id: `${id}-hint` }, this.t(hint)),
      h('div', { class: 'form-editor__bar' },
        h('input', { id, class: 'is-mono', readonly: true, value: part[name] ?? '', 'data-name': 'key', 'aria-describedby': `${id}-hint` }),
        h('button', { type: 'button', class: 'button button--small', onclick: () => this.rename(part[name]) }, this.t('box.key.change'))));
  }

  // Whether the part sets a variable of the case: not inside a list, nor under the path of a group.
  isVariable() {
    const above = this.doc.selected.slice(0, -1).map((_, level) => this.doc.at(this.doc.selected.slice(0, level + 1)));
    return above.every((part) => part.type !== 'dynamiclist' && !part.path);
  }

  kindOfTime(subtype) {
    this.doc.change(() => {
      const part = this.doc.at();
      const label = part.dateLabel ?? part.timeLabel ?? '';
      part.subtype = subtype;
      delete part[subtype === 'time' ? 'dateLabel' : 'timeLabel'];
      part[subtype === 'time' ? 'timeLabel' : 'dateLabel'] = label;
      if (subtype !== 'date') {
        Object.assign(part, { use24h: part.use24h ?? true, timeInterval: part.timeInterval ?? 1, timeSerializingFormat: part.timeSerializingFormat ?? 'no_timezone' });
      }
    });
    this.draw();
  }

  here(part) {
    const bounds = part.type === 'datetime' && part.subtype !== 'time' ? BOUNDS : [];
    return [
      ...this.marks(part),
      ...bounds.map(({ name, label, hint }) => this.tick(name, label, hint, part.properties?.[name] === 'hari ini', (on) => this.property(name, on ? 'hari ini' : ''))),
      ...this.importing(part)
    ];
  }

  // What an import does with the field. The rest is shown where it means something, or already stands in the file.
  importing(part) {
    const own = part.properties ?? {};
    const found = [ this.box('kolom impor', 'here.import', own['kolom impor'], (value) => this.property('kolom impor', value, true), { hint: 'here.import.hint' }) ];
    if (part.type === 'datetime' || own['zona impor']) {
      found.push(this.tick('zona impor', 'here.utc', 'here.utc.hint', String(own['zona impor'] ?? '').trim().toUpperCase() === 'UTC', (on) => this.property('zona impor', on ? 'UTC' : '')));
    }
    if (CHOICES.has(part.type) || own['impor kecuali']) {
      found.push(this.box('impor kecuali', 'here.except', own['impor kecuali'], (value) => this.property('impor kecuali', value, true), { hint: 'here.except.hint' }));
    }
    return found;
  }

  marks(part) {
    const on = (name) => YES.has(String(part.properties?.[name] ?? '').trim().toLowerCase());
    const ticks = MARKS.map(({ name, label, hint }) => this.tick(name, label, hint, on(name), (value) => this.property(name, value ? 'ya' : '')));
    if (part.type === 'textfield' || part.type === 'textarea') {
      const open = NO.has(String(part.properties?.[OPEN.name] ?? '').trim().toLowerCase());
      ticks.push(this.tick(OPEN.name, OPEN.label, OPEN.hint, open, (value) => this.property(OPEN.name, value ? 'tidak' : '')));
    }
    return ticks;
  }

  condition(part) {
    const hide = part.conditional?.hide ?? '';
    const simple = hide.match(SIMPLE);
    const fields = this.fields();
    const found = [];
    if (!hide || (simple && fields.has(simple[1]))) {
      found.push(this.simple(simple, fields));
    }
    found.push(this.box('hide', 'hide', hide, (value) => this.hide(value), { mono: true, hint: 'hide.hint' }));
    return found;
  }

  simple(found, fields) {
    const [ , field = '', sign = '!=', raw = '' ] = found ?? [];
    const options = fields.get(field)?.values ?? (fields.get(field)?.type === 'checkbox' ? [ { value: true, label: this.t('hide.yes') }, { value: false, label: this.t('hide.no') } ] : null);
    const write = (name, how, value) => { this.hide(name ? `=${name} ${how} ${value}` : ''); this.draw(); };
    const firstOf = (name) => {
      const part = fields.get(name);
      return part?.type === 'checkbox' ? 'true' : JSON.stringify(part?.values?.[0]?.value ?? '');
    };
    const value = options
      ? this.pick('hide-value', 'box.value', raw, options.map((one) => [ JSON.stringify(one.value), one.label ]), (next) => write(field, sign, next), { plain: true })
      : this.box('hide-value', 'box.value', raw.replace(/^"|"$/g, ''), (next) => this.hide(`=${field} ${sign} ${/^(-?\d+(\.\d+)?|true|false)$/.test(next) ? next : JSON.stringify(next)}`));
    return h('div', { class: 'form-editor__condition' },
      this.pick('hide-field', 'hide.field', field, [ [ '', this.t('hide.always') ], ...[ ...fields ].map(([ key, one ]) => [ key, titleOf(one, this.t) ]) ], (name) => write(name, '!=', firstOf(name)), { plain: true }),
      field ? this.pick('hide-sign', 'hide.is', sign, [ [ '!=', this.t('hide.same') ], [ '=', this.t('hide.other') ] ], (how) => write(field, how, raw), { plain: true }) : null,
      field ? value : null);
  }

  fields() {
    const own = this.doc.at();
    return new Map([ ...this.doc.all() ].filter(({ part }) => part.key && part !== own).map(({ part }) => [ part.key, part ]));
  }

  hide(value) {
    this.doc.change(() => {
      const part = this.doc.at();
      if (value.trim()) {
        part.conditional = { ...part.conditional, hide: value };
      } else if (part.conditional) {
        delete part.conditional.hide;
        if (!Object.keys(part.conditional).length) {
          delete part.conditional;
        }
      }
    }, `${this.doc.at().id} hide`);
  }

  rules(part) {
    const rule = (name, label, read, hint) => this.box(name, label, part.validate?.[name], (value) => this.rule(name, value === '' ? undefined : read(value)), { hint });
    const number = (value) => (/^-?\d+([.,]\d+)?$/.test(value.trim()) ? Number(value.replace(',', '.')) : value);
    const found = [];
    if (part.type !== 'expression') {
      found.push(this.tick('readonly', 'rule.readonly', 'rule.readonly.hint', part.readonly === true, (on) => this.set('readonly', on || undefined)));
    }
    if (part.type === 'textfield' || part.type === 'textarea') {
      found.push(rule('minLength', 'rule.shortest', number), rule('maxLength', 'rule.longest', number));
    }
    if (part.type === 'textfield') {
      found.push(this.pick('validationType', 'rule.form', part.validate?.validationType ?? '', [ [ '', 'rule.form.free' ], [ 'email', 'rule.form.mail' ], [ 'phone', 'rule.form.phone' ] ], (value) => this.rule('validationType', value || undefined)),
        rule('pattern', 'rule.pattern', (value) => value), rule('patternErrorMessage', 'rule.pattern.words', (value) => value));
    }
    if (part.type === 'number') {
      found.push(rule('min', 'rule.least', number), rule('max', 'rule.most', number),
        this.box('decimalDigits', 'rule.digits', part.decimalDigits, (value) => this.set('decimalDigits', value === '' ? undefined : number(value))));
    }
    if (part.type === 'filepicker') {
      found.push(this.tick('multiple', 'rule.several', '', part.multiple === true, (on) => this.set('multiple', on || undefined)),
        this.box('accept', 'rule.files', part.accept, (value) => this.set('accept', value || undefined), { hint: 'rule.files.hint' }));
    }
    return found;
  }

  layout(part) {
    const siblings = this.doc.siblings(this.doc.selected);
    const before = siblings[this.doc.selected.at(-1) - 1];
    const found = [];
    if (before) {
      const beside = Boolean(part.layout?.row) && part.layout.row === before.layout?.row;
      found.push(this.tick('beside', 'place.beside', 'place.beside.hint', beside, (on) => this.beside(on)));
    }
    if (isContainer(part)) {
      found.push(this.tick('showOutline', 'place.outline', '', part.showOutline === true, (on) => this.set('showOutline', on)));
    }
    if (part.type === 'dynamiclist') {
      found.push(this.tick('allowAddRemove', 'place.rows', '', part.allowAddRemove === true, (on) => this.set('allowAddRemove', on)));
    }
    return found;
  }

  beside(on) {
    this.doc.change(() => {
      const part = this.doc.at();
      const before = this.doc.siblings(this.doc.selected)[this.doc.selected.at(-1) - 1];
      if (on) {
        before.layout = { ...before.layout, row: before.layout?.row ?? newName('Row'), columns: 8 };
        part.layout = { ...part.layout, row: before.layout.row, columns: 8 };
      } else {
        part.layout = { ...part.layout, row: newName('Row'), columns: null };
        before.layout = { ...before.layout, columns: null };
      }
    });
  }

  used(part) {
    const key = part.key ?? part.path;
    const found = this.usage()?.fields?.[key];
    const list = (title, entries) => entries?.length ? [ h('p', { class: 'strong small' }, this.t(title)), h('ul', { class: 'form-editor__list' }, entries.map((one) => h('li', {}, h('span', {}, one.place), h('span', { class: 'muted small' }, ` ${one.file}`), h('code', {}, one.text)))) ] : [];
    const reads = list('used.reads', found?.reads);
    return h('div', { class: 'form-editor__used', 'data-used': key },
      h('h3', { class: 'strong' }, this.t('used')),
      reads.length ? reads : h('p', { class: 'muted small' }, this.t('used.nobody')),
      list('used.sets', found?.sets));
  }

  // Options of a choice, columns of a table: a row each, with its own buttons.
  rows(part, name, label, value, title) {
    const list = Array.isArray(part[name]) ? part[name] : null;
    if (!list) {
      const source = part.valuesExpression !== undefined ? 'valuesExpression' : part.columnsExpression !== undefined ? 'columnsExpression' : 'valuesKey';
      return this.box(source, `${this.t(title)} (FEEL)`, part[source], (text) => this.set(source, text), { mono: true });
    }
    const change = (act, kind) => this.doc.change(() => act(this.doc.at()[name]), kind);
    const box = (at, which, words) => h('input', {
      value: list[at][which] ?? '', 'aria-label': `${this.t(words)} ${at + 1}`, 'data-name': `${name}.${at}.${which}`,
      oninput: (event) => change((rows) => {
        const same = which === label && rows[at][label] === rows[at][value];
        rows[at] = { ...rows[at], [which]: event.target.value, ...(same ? { [value]: event.target.value } : {}) };
      }, `${part.id} ${name}.${at}`)
    });
    const act = (words, text, run) => h('button', { type: 'button', class: 'button button--small', 'aria-label': words, title: words, onclick: () => { run(); this.draw(); } }, text);
    const rows = list.map((_, at) => h('li', { class: 'form-editor__row' }, box(at, label, 'box.label'), box(at, value, value === 'key' ? 'box.key' : 'box.value'),
      act(`${this.t('part.up')} ${at + 1}`, '↑', () => at && change((all) => all.splice(at - 1, 0, ...all.splice(at, 1)))),
      act(`${this.t('part.delete')} ${at + 1}`, '×', () => change((all) => all.splice(at, 1)))));
    const fresh = () => ({ [label]: '', [value]: '' });
    return h('details', { class: 'form-editor__fold', 'data-fold': name, open: this.folds?.get(name) ?? list.length <= 12 },
      h('summary', {}, `${this.t(title)} (${list.length})`), h('ol', { class: 'form-editor__rows' }, rows),
      h('button', { type: 'button', class: 'button button--small', onclick: () => { change((all) => all.push(fresh())); this.draw(); this.body.querySelector(`[data-name="${name}.${list.length}.${label}"]`)?.focus(); } }, this.t('part.add')));
  }

  set(name, value) {
    this.doc.change(() => {
      const part = this.doc.at();
      if (value === undefined) {
        delete part[name];
      } else {
        part[name] = value;
      }
    }, `${this.doc.at().id} ${name}`);
  }

  rule(name, value) {
    this.doc.change(() => {
      const part = this.doc.at();
      const rules = { ...part.validate, [name]: value };
      if (value === undefined) {
        delete rules[name];
      }
      if (Object.keys(rules).length) {
        part.validate = rules;
      } else {
        delete part.validate;
      }
    }, `${this.doc.at().id} ${name}`);
  }

  property(name, value, typed = false) {
    this.doc.change(() => {
      const part = this.doc.at();
      const properties = { ...part.properties, [name]: value };
      if (!value) {
        delete properties[name];
      }
      if (Object.keys(properties).length) {
        part.properties = properties;
      } else {
        delete part.properties;
      }
    }, typed ? `${this.doc.at().id} ${name}` : '');
  }

  box(name, label, value, write, { hint = '', long = false, mono = false } = {}) {
    const id = newId('f');
    const control = h(long ? 'textarea' : 'input', { id, 'data-name': name, class: mono ? 'is-mono' : null, autocomplete: 'off', spellcheck: mono ? 'false' : null, 'aria-describedby': hint ? `${id}-hint` : null, oninput: (event) => write(event.target.value) });
    control.value = value ?? '';
    return h('div', { class: 'field' }, h('label', { class: 'field__label', for: id }, this.t(label)), hint ? h('p', { class: 'field__hint', id: `${id}-hint` }, this.t(hint)) : null, control);
  }

  tick(name, label, hint, on, write) {
    const id = newId('f');
    const control = h('input', { id, type: 'checkbox', 'data-name': name, 'aria-describedby': hint ? `${id}-hint` : null, onchange: (event) => write(event.target.checked) });
    control.checked = on;
    return h('div', { class: 'field' }, h('label', { class: 'pick', for: id }, control, h('span', {}, this.t(label))), hint ? h('p', { class: 'field__hint field__hint--of-pick', id: `${id}-hint` }, this.t(hint)) : null);
  }

  pick(name, label, value, options, write, { plain = false } = {}) {
    const id = newId('f');
    const control = h('select', { id, 'data-name': name, onchange: (event) => write(event.target.value) }, options.map(([ key, words ]) => h('option', { value: key }, plain ? String(words) : this.t(words))));
    if (![ ...control.options ].some((one) => one.value === value)) {
      control.append(h('option', { value }, value));
    }
    control.value = value;
    return h('div', { class: 'field' }, h('label', { class: 'field__label', for: id }, this.t(label)), control);
  }
}
