// Somebody else saved the file meanwhile: both versions beside each other, and what to do.
import { make } from './dom.js';

/** Show both; the promise gives 'mine', 'theirs' or 'later'. */
export function ask({ theirs, mine, file, say, language }) {
  const at = new Date(theirs.saved_at).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
  const name = theirs.saved_by || say('conflict.somebody');
  const [ left, right ] = compared(theirs.content, mine);
  const dialog = make('dialog', { class: 'dialog decision-conflict', 'aria-labelledby': 'conflict-title' });
  return new Promise((resolve) => {
    const button = (choice, words, kind = '') => {
      const made = make('button', { type: 'button', class: `button ${kind}` }, words);
      made.addEventListener('click', () => done(choice));
      return made;
    };
    const done = (choice) => {
      dialog.close();
      dialog.remove();
      resolve(choice);
    };
    const link = make('a', { class: 'button', download: file, href: URL.createObjectURL(new Blob([ mine ], { type: 'application/xml' })) }, say('conflict.download'));
    dialog.append(
      make('h2', { id: 'conflict-title' }, say('conflict.title')),
      make('p', {}, say('conflict.text', { name, at })),
      make(
        'div',
        { class: 'decision-two' },
        make('section', {}, make('h3', {}, say('conflict.theirs', { name })), left),
        make('section', {}, make('h3', {}, say('conflict.mine')), right)
      ),
      make(
        'div',
        { class: 'actions' },
        button('later', say('conflict.later'), 'button--primary'),
        button('theirs', say('conflict.take', { name })),
        button('mine', say('conflict.keep'), 'button--danger'),
        link
      )
    );
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      done('later');
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

// The rules of each as lines; those that the other one does not have are marked.
function compared(theirs, mine) {
  const [ one, other ] = [ linesOf(theirs), linesOf(mine) ];
  return [ drawn(one, new Set(other)), drawn(other, new Set(one)) ];
}

function drawn(lines, others) {
  const items = lines.map((line) => (others.has(line) ? make('li', {}, line) : make('li', {}, make('mark', {}, line))));
  return make('ol', { class: 'decision-lines', tabindex: '0' }, ...items);
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
