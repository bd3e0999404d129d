// What the checker found, as a list: sign of how grave it is, what and where, what to do; from each a way to its place.
import { h } from './dom.js';

const ORDER = [ 'error', 'warning', 'info' ];

/** The sign of each severity; a word stands beside it for who does not see it. */
export const SIGNS = { error: '!', warning: '!', info: 'i' };

/** The gravest first. */
export function inOrder(findings) {
  return [ ...findings ].sort((one, other) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity));
}

/** Return [[severity, how many]] of those that there are. */
export function counts(findings) {
  return ORDER.map((severity) => [ severity, findings.filter((one) => one.severity === severity).length ]).filter(([ , count ]) => count);
}

/** A list; `go(finding)` returns what a click does, undefined where there is no place to go to. `file`: name it too. */
export function findingsList(findings, { t, go = () => undefined, file = false }) {
  return h('ul', { class: 'findings' }, inOrder(findings).map((one) => item(one, t, go(one), file)));
}

/** Those of other files and places, folded; nothing where there are none. */
export function elsewhere(findings, t) {
  if (!findings.length) return [];
  const head = h('summary', {}, t('findings.elsewhere', { count: findings.length }));
  return [ h('details', { class: 'studio-fold' }, head, findingsList(findings, { t, file: true })) ];
}

function item(finding, t, act, withFile) {
  const element = finding.element_name || finding.element_id;
  const place = [ withFile || !element ? finding.file : '', element ].filter(Boolean).join(' · ');
  const words = [ h('span', { class: 'sr-only' }, `${t(`severity.${finding.severity}`)}: `), h('b', {}, place), ` ${finding.what}` ];
  const text = act ? h('button', { type: 'button', class: 'finding__text', onclick: act }, words) : h('p', { class: 'finding__text' }, words);
  return h('li', { class: `finding finding--${finding.severity}` },
    h('span', { class: `finding__sign finding__sign--${finding.severity}`, 'aria-hidden': 'true' }, SIGNS[finding.severity]),
    h('div', { class: 'finding__body' }, text, finding.todo ? h('p', { class: 'muted small' }, finding.todo) : null));
}
