// The parts of the form as a list: one tab stop, arrows walk, Alt and arrows move, Delete takes out. A mouse drags.
import { h } from '../dom.js';
import { isContainer } from './document.js';
import { nameOf, titleOf } from './kinds.js';

export class Outline {
  constructor({ t, doc, chosen, marks }) {
    Object.assign(this, { t, doc, chosen, marks });
    this.element = h('ul', { class: 'form-outline', role: 'tree', 'aria-label': t('parts.tree'), onkeydown: (event) => this.key(event) });
  }

  draw(focus = false) {
    const rows = [ ...this.doc.all() ].map(({ part, place }) => this.row(part, place));
    const held = this.element.contains(document.activeElement); // a new row takes the old one's focus
    this.element.replaceChildren(...rows);
    this.element.hidden = rows.length === 0;
    if (focus || held) {
      this.element.querySelector('[aria-selected="true"]')?.focus();
    }
  }

  row(part, place) {
    const selected = String(place) === String(this.doc.selected);
    const marks = this.marks(part);
    const row = h('li', {
      class: `form-outline__row${marks.some(({ tone }) => tone === 'danger') ? ' is-wrong' : ''}`,
      role: 'treeitem',
      'aria-level': place.length,
      'aria-selected': String(selected),
      'aria-expanded': isContainer(part) ? 'true' : false,
      tabindex: selected ? '0' : '-1',
      draggable: 'true',
      'data-place': place.join('.'),
      'data-level': Math.min(place.length, 5),
      onclick: () => this.choose(place),
      ondragstart: (event) => { event.dataTransfer.setData('text/plain', place.join('.')); this.dragged = place; },
      ondragover: (event) => this.dragged && event.preventDefault(),
      ondragenter: () => this.dragged && row.classList.add('is-target'),
      ondragleave: (event) => !row.contains(event.relatedTarget) && row.classList.remove('is-target'),
      ondragend: () => { this.dragged = null; row.classList.remove('is-target'); },
      ondrop: (event) => this.dropped(event, place)
    },
    h('span', { class: 'form-outline__title' }, titleOf(part, this.t)),
    h('span', { class: 'form-outline__kind' }, [ nameOf(part.type, this.t), ...marks.map(({ words }) => words) ].join(' · ')));
    return row;
  }

  choose(place, focus = true) {
    this.doc.select(place);
    this.draw(focus);
    this.chosen();
  }

  dropped(event, place) {
    event.preventDefault();
    const from = this.dragged;
    this.dragged = null;
    if (from) {
      this.doc.drop(from, place);
    }
  }

  key(event) {
    const places = [ ...this.doc.all() ].map(({ place }) => place);
    const here = places.findIndex((place) => String(place) === String(this.doc.selected));
    const walk = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: places.length - 1 };
    const move = {
      ArrowDown: () => this.doc.move(1),
      ArrowUp: () => this.doc.move(-1),
      ArrowRight: () => this.doc.moveIn(),
      ArrowLeft: () => this.doc.moveOut()
    };
    if (event.altKey && move[event.key]) {
      move[event.key]();
      this.draw(true);
    } else if (event.key === 'Delete') {
      this.doc.remove();
      this.draw(true);
    } else if (!event.altKey && !event.ctrlKey && event.key in walk) {
      const target = places[Math.max(0, Math.min(places.length - 1, walk[event.key]))];
      this.choose(target);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
