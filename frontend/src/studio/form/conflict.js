// Two versions of a form as lists of their parts; those that differ are marked, with what differs in them.
import { markedLines } from '../conflict.js';
import { h } from '../dom.js';
import { titleOf } from './kinds.js';

const MOST_LETTERS = 160;

/** The sides for `askWhich`. */
export function partSides(theirs, mine, t) {
  const [ left, right ] = [ partsOf(theirs), partsOf(mine) ];
  return { theirs: side(left, right, theirs, { t, label: t('conflict.other') }), mine: side(right, left, mine, { t, label: t('conflict.mine') }) };
}

// Each part by what stays the same of it; undefined where the text is no form.
function partsOf(text) {
  const found = new Map();
  const walk = (list) => list.forEach((part) => { found.set(part.id ?? part.key, part); walk(part.components ?? []); });
  try {
    walk(JSON.parse(text).components ?? []);
  } catch {
    return undefined;
  }
  return found;
}

function side(parts, others = new Map(), text, { t, label }) {
  if (!parts) return h('div', {}, h('p', { class: 'muted' }, t('conflict.unreadable')), written(text, t));
  const lines = [ ...parts ].map(([ id, part ]) => ({ text: titleOf(part, t), ...differing(part, others.get(id), t) }));
  const same = !lines.some(({ differs }) => differs);
  return h('div', {}, same ? h('p', {}, t('conflict.order')) : null, markedLines(lines, label),
    h('details', { class: 'studio-fold' }, h('summary', {}, t('conflict.written')), written(text, t)));
}

function written(text, t) {
  return h('pre', { class: 'conflict__text', tabindex: '0', 'aria-label': t('conflict.written') }, text);
}

function differing(part, other, t) {
  if (!other) return { differs: true, more: [ t('conflict.onlyHere') ] };
  const names = [ ...new Set([ ...Object.keys(part), ...Object.keys(other) ]) ].filter((name) => name !== 'components');
  const changed = names.filter((name) => JSON.stringify(part[name]) !== JSON.stringify(other[name]));
  return { differs: changed.length > 0, more: changed.map((name) => `${name}: ${short(part[name])}`) };
}

function short(value) {
  const text = value === undefined ? '–' : JSON.stringify(value);
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)}…` : text;
}
