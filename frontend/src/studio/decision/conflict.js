// Two versions of a file of tables as lines: names of decisions, columns and rules; those that the other one does not
// have are marked.
import { markedLines } from '../conflict.js';

/** The sides for `askWhich`. */
export function ruleSides(theirs, mine, t) {
  const [ left, right ] = [ linesOf(theirs), linesOf(mine) ];
  return { theirs: side(left, right, t('conflict.other')), mine: side(right, left, t('conflict.mine')) };
}

function side(lines, others, label) {
  const known = new Set(others);
  return markedLines(lines.map((text) => ({ text, differs: !known.has(text) })), label);
}

function linesOf(xml) {
  const parsed = new DOMParser().parseFromString(xml, 'application/xml');
  if (parsed.querySelector('parsererror')) return xml.split('\n');
  const text = (element) => element.textContent.trim() || '–';
  return [ ...parsed.getElementsByTagNameNS('*', 'decision') ].flatMap((decision) => [
    decision.getAttribute('name') ?? decision.id,
    ...[ ...decision.getElementsByTagNameNS('*', 'decisionTable') ].map((table) => table.getAttribute('hitPolicy') ?? 'UNIQUE'),
    ...columns(decision, 'input').map((one) => `${one.getAttribute('label') ?? ''} ${text(one)}`),
    ...columns(decision, 'output').map((one) => `${one.getAttribute('label') ?? ''} ${one.getAttribute('name') ?? ''}`),
    ...[ ...decision.getElementsByTagNameNS('*', 'rule') ].map((rule) => {
      const cells = (name) => [ ...rule.getElementsByTagNameNS('*', name) ].map(text).join(' · ');
      return `${cells('inputEntry')} → ${cells('outputEntry')}`;
    }),
    ...[ ...decision.children ].filter((one) => one.localName === 'literalExpression').map(text)
  ]);
}

function columns(decision, name) {
  return [ ...decision.getElementsByTagNameNS('*', name) ];
}
