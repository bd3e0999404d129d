// Somebody else saved the file meanwhile: both versions beside each other, and what becomes of one's own. Nothing is
// overwritten or thrown away unasked.
import { download, h } from './dom.js';
import { clock } from './words/index.js';

const ABOVE_PX = 32; // what stays in sight above the first line that differs

/**
 * Ask which version goes on; the promise gives 'theirs', 'mine' or 'later'.
 *
 * `theirs`: what the server answered. `mine`: one's own content. `sides()` returns { theirs, mine }, an element each in
 * which what differs is marked; `shown()` and `closed()` beside them are called once they are in the page, and no more.
 */
export function askWhich({ t, language, file, type, theirs, mine, sides }) {
  const name = theirs.saved_by || t('conflict.somebody');
  const time = clock(theirs.saved_at, language);
  const { theirs: left, mine: right, shown, closed } = sides();
  const side = (title, content) => h('figure', { class: 'conflict__version' }, h('figcaption', {}, title), content);
  return new Promise((resolve) => {
    const done = (choice) => {
      closed?.();
      dialog.close();
      dialog.remove();
      resolve(choice);
    };
    const acts = h('div', { class: 'actions' });
    const dialog = h('dialog', { class: 'dialog conflict', 'aria-labelledby': 'conflict-title', oncancel: (event) => { event.preventDefault(); done('later'); } },
      h('h2', { id: 'conflict-title', tabindex: '-1', autofocus: true }, t('conflict.title', { file })),
      h('p', {}, t('conflict.text', { name, time })),
      h('div', { class: 'conflict__both' }, side(t('conflict.theirs', { name, time }), left), side(t('conflict.mine'), right)),
      acts);
    offer(acts, { t, name, done, keep: () => download(file, mine, type) });
    document.body.append(dialog);
    dialog.showModal();
    shown?.();
    for (const lines of dialog.querySelectorAll('.conflict__lines')) toFirstMark(lines);
  });
}

// What is thrown away is asked for once more; "no" leads back to the button that was pressed.
function offer(acts, { t, name, done, keep, focus = '' }) {
  const button = (key, kind, act) => h('button', { type: 'button', class: `button ${kind}`, 'data-act': key, onclick: act }, t(key, { name }));
  const sure = (choice, key) => {
    const yes = button(`yes.${key}`, 'button--danger', () => done(choice));
    acts.replaceChildren(h('p', { class: 'conflict__sure', role: 'alert' }, t(`conflict.sure.${key}`, { name })), yes,
      button('no', '', () => offer(acts, { t, name, done, keep, focus: `conflict.${key}` })));
    yes.focus();
  };
  acts.replaceChildren(
    button('conflict.take', 'button--primary', () => sure('theirs', 'take')),
    button('conflict.keep', '', () => sure('mine', 'keep')),
    button('conflict.download', '', keep),
    button('conflict.later', 'button--link', () => done('later')));
  if (focus) acts.querySelector(`[data-act="${focus}"]`).focus();
}

function toFirstMark(lines) {
  const mark = lines.querySelector('mark');
  if (mark) lines.scrollTop = mark.getBoundingClientRect().top - lines.getBoundingClientRect().top - ABOVE_PX;
}

/** One side as a list of lines: [{ text, differs, more }], those that the other side does not have marked. */
export function markedLines(lines, label) {
  const items = lines.map(({ text, differs, more = [] }) => h('li', {}, differs ? h('mark', {}, text) : text, more.map((one) => h('span', { class: 'conflict__more' }, one))));
  return h('ol', { class: 'conflict__lines', tabindex: '0', 'aria-label': label }, items);
}
