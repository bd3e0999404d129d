// What was copied, for all tabs of the studio: elements are pasted from one process into another.

import { adopt } from './adoption.js';

const STORE = 'alur-studio-clipboard';

export class SharedClipboard {
  static $inject = [ 'moddle', 'config.dialect' ];

  constructor(moddle, dialect) {
    this.moddle = moddle;
    this.dialect = dialect;
    this.own = undefined; // where the browser keeps nothing
  }

  get() {
    const text = this.text();
    return text ? JSON.parse(JSON.stringify(adopt(JSON.parse(text), this.dialect)), reviver(this.moddle)) : undefined;
  }

  set(tree) {
    this.own = JSON.stringify({ dialect: this.dialect, tree });
    try {
      localStorage.setItem(STORE, this.own);
    } catch {
      // This tab can still paste.
    }
  }

  clear() {
    const tree = this.get();
    this.own = undefined;
    localStorage.removeItem(STORE);
    return tree;
  }

  isEmpty() {
    return !this.text();
  }

  text() {
    try {
      return localStorage.getItem(STORE) ?? this.own;
    } catch {
      return this.own;
    }
  }
}

// Elements of the model by their types; those with an id are one object wherever they are named.
function reviver(moddle) {
  const known = {};
  return (_key, value) => {
    if (typeof value?.$type !== 'string') return value;
    if (value.id && known[value.id]) return known[value.id];
    const { $type, ...attributes } = value;
    const made = moddle.create($type, attributes);
    if (made.id) known[made.id] = made;
    return made;
  };
}
