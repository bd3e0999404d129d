// A form-js schema while it is edited: a tree of components, what is selected, and every step back.
// What is not touched stays as it was written: keys keep their order, unknown properties their values; a form that
// nobody changed is the same text byte for byte. A component is known by its place: [2, 0] is the first in the third.
const MOST_STEPS = 200;
const CONTAINERS = new Set([ 'group', 'dynamiclist' ]);

export const isContainer = (part) => CONTAINERS.has(part?.type);

export class FormDocument {
  constructor(text, onChange) {
    this.onChange = onChange;
    this.undone = [];
    this.done = [];
    this.read(text);
  }

  // Raises a SyntaxError where the text is no JSON.
  read(text) {
    this.schema = JSON.parse(text);
    this.schema.components ??= [];
    this.original = { text, json: JSON.stringify(this.schema) };
    this.indent = text.match(/^\{\r?\n([ \t]+)"/)?.[1] ?? '  ';
    this.ending = text.endsWith('\n') ? '\n' : '';
    this.selected = this.schema.components.length ? [ 0 ] : [];
    this.undone = [];
    this.done = [];
    this.lastKind = '';
  }

  text() {
    const same = JSON.stringify(this.schema) === this.original.json;
    return same ? this.original.text : JSON.stringify(this.schema, null, this.indent) + this.ending;
  }

  // `kind` joins steps of one kind that follow each other, as letters typed into one box.
  change(act, kind = '') {
    const before = { json: JSON.stringify(this.schema), selected: [ ...this.selected ] };
    act(this.schema);
    if (JSON.stringify(this.schema) === before.json) {
      return;
    }
    if (!kind || kind !== this.lastKind) {
      this.done.push(before);
      this.done.splice(0, this.done.length - MOST_STEPS);
    }
    this.lastKind = kind;
    this.undone = [];
    this.onChange(kind);
  }

  undo() { this.step(this.done, this.undone); }

  redo() { this.step(this.undone, this.done); }

  step(from, to) {
    const state = from.pop();
    if (!state) {
      return;
    }
    to.push({ json: JSON.stringify(this.schema), selected: this.selected });
    this.schema = JSON.parse(state.json);
    this.selected = state.selected;
    this.lastKind = '';
    this.onChange('');
  }

  // Another text in place of this one, as a step that can be taken back.
  replace(text) {
    const other = JSON.parse(text);
    this.change(() => {
      this.schema = other;
      this.selected = other.components?.length ? [ 0 ] : [];
    });
  }

  at(place = this.selected) {
    return place.reduce((part, index) => part?.components?.[index], this.schema);
  }

  siblings(place) {
    return this.at(place.slice(0, -1))?.components ?? [];
  }

  // Every component with its place, containers before what is in them.
  * all(parts = this.schema.components, above = []) {
    for (const [ index, part ] of parts.entries()) {
      const place = [ ...above, index ];
      yield { part, place };
      if (part.components) {
        yield* this.all(part.components, place);
      }
    }
  }

  select(place) {
    this.selected = place;
    this.lastKind = '';
  }

  // After what is selected, or as the last of a container that is.
  add(part) {
    this.change(() => {
      const place = this.selected;
      const chosen = place.length ? this.at(place) : this.schema;
      if (!place.length || isContainer(chosen)) {
        chosen.components ??= [];
        chosen.components.push(part);
        this.selected = [ ...place, chosen.components.length - 1 ];
      } else {
        this.siblings(place).splice(place.at(-1) + 1, 0, part);
        this.selected = [ ...place.slice(0, -1), place.at(-1) + 1 ];
      }
    });
  }

  remove(place = this.selected) {
    this.change(() => {
      const siblings = this.siblings(place);
      siblings.splice(place.at(-1), 1);
      const above = place.slice(0, -1);
      this.selected = siblings.length ? [ ...above, Math.min(place.at(-1), siblings.length - 1) ] : above;
    });
  }

  move(step, place = this.selected) {
    const target = place.at(-1) + step;
    if (target >= 0 && target < this.siblings(place).length) {
      this.carry(place, [ ...place.slice(0, -1), target ]);
    }
  }

  // Into the container before it, as the last in there.
  moveIn(place = this.selected) {
    const before = this.siblings(place)[place.at(-1) - 1];
    if (isContainer(before)) {
      this.carry(place, [ ...place.slice(0, -1), place.at(-1) - 1, before.components?.length ?? 0 ]);
    }
  }

  // Out of its container, behind it.
  moveOut(place = this.selected) {
    if (place.length > 1) {
      this.carry(place, [ ...place.slice(0, -2), place.at(-2) + 1 ]);
    }
  }

  // To another place; `to` as it is when the component was taken out.
  carry(from, to) {
    this.change(() => {
      const [ part ] = this.siblings(from).splice(from.at(-1), 1);
      const parent = this.at(to.slice(0, -1));
      parent.components ??= [];
      parent.components.splice(to.at(-1), 0, part);
      if (part.layout) {
        part.layout = { ...part.layout, row: newName('Row'), columns: null };
      }
      this.selected = to;
    });
  }

  // Before another component, wherever both are; not into itself.
  drop(from, before) {
    if (from.every((index, level) => before[level] === index)) {
      return;
    }
    const to = [ ...before ];
    const level = from.length - 1;
    const sameParent = from.slice(0, -1).every((index, at) => to[at] === index) && to.length > level;
    if (sameParent && to[level] > from[level]) {
      to[level] -= 1;
    }
    this.carry(from, to);
  }

  wrap(place = this.selected, label = '') {
    this.change(() => {
      const group = { type: 'group', label, components: [], showOutline: true, layout: aLine(), id: newName('Field') };
      const [ part ] = this.siblings(place).splice(place.at(-1), 1, group);
      group.components.push(part);
      this.selected = place;
    });
  }

  duplicate(place = this.selected) {
    this.change(() => {
      const copy = JSON.parse(JSON.stringify(this.at(place)));
      this.renew(copy);
      this.siblings(place).splice(place.at(-1) + 1, 0, copy);
      this.selected = [ ...place.slice(0, -1), place.at(-1) + 1 ];
    });
  }

  renew(part) {
    part.id = newName('Field');
    if (part.key) {
      part.key = this.freeKey(part.key);
    }
    if (part.layout) {
      part.layout = aLine();
    }
    (part.components ?? []).forEach((inner) => this.renew(inner));
  }

  keys() {
    return new Set([ ...this.all() ].map(({ part }) => part.key ?? part.path).filter(Boolean));
  }

  freeKey(wish, taken = new Set()) {
    const used = new Set([ ...this.keys(), ...taken ]);
    let key = wish;
    for (let count = 2; used.has(key); count += 1) {
      key = `${wish}_${count}`;
    }
    return key;
  }
}

export function aLine() {
  return { row: newName('Row'), columns: null };
}

export function newName(prefix) {
  const letters = Array.from(crypto.getRandomValues(new Uint8Array(7)), (byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte % 32]);
  return `${prefix}_${letters.join('')}`;
}

// A key made of words: "Tanggal surat" becomes tanggal_surat.
export function keyOf(words) {
  const plain = words.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
  const key = plain.replace(/[^a-z0-9]+/g, '_').replace(/^[_\d]+|_+$/g, '').slice(0, 40).replace(/_+$/, '');
  return key || 'isian';
}
