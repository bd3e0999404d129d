// Another key for a field: first the list of what would change in all files, then all of it at once.
import { h } from '../dom.js';
import { post } from '../server.js';

export class Rename {
  constructor({ t, url, ready, done }) {
    Object.assign(this, { t, url, ready, done });
  }

  async open(key) {
    if (!await this.ready()) {
      return;
    }
    const { t } = this;
    const wish = h('input', { id: 'rename-to', class: 'is-mono', value: key, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'rename-hint rename-error' });
    const error = h('p', { class: 'field__error', id: 'rename-error', role: 'alert' });
    const list = h('div', { 'aria-live': 'polite' });
    const act = h('button', { type: 'button', class: 'button button--primary', hidden: true }, t('rename.do'));
    const look = h('button', { type: 'submit', class: 'button' }, t('rename.look'));
    const close = () => dialog.close();
    const form = h('form', { novalidate: true, onsubmit: (event) => { event.preventDefault(); this.list(key, wish.value, { error, list, act, close }); } },
      h('div', { class: 'field' }, h('label', { class: 'field__label', for: 'rename-to' }, t('rename.to', { key })),
        h('p', { class: 'field__hint', id: 'rename-hint' }, t('rename.hint')), error, wish),
      h('div', { class: 'actions' }, look), list,
      h('div', { class: 'actions' }, act, h('button', { type: 'button', class: 'button button--link', onclick: close }, t('no'))));
    const dialog = h('dialog', { class: 'dialog form-editor__dialog', 'aria-labelledby': 'rename-title', onclose: () => dialog.remove() },
      h('h2', { id: 'rename-title', class: 'section__title' }, t('rename')), form);
    wish.addEventListener('input', () => { act.hidden = true; list.replaceChildren(); error.textContent = ''; });
    document.body.append(dialog);
    dialog.showModal();
    wish.select();
  }

  async list(from, to, { error, list, act, close }) {
    const { t } = this;
    const plan = await this.post({ from, to });
    error.textContent = plan.problem ?? '';
    list.replaceChildren();
    act.hidden = true;
    if (plan.problem) {
      return;
    }
    const rows = plan.changes.map((one) => h('li', {}, h('span', { class: 'strong' }, one.place), h('span', { class: 'muted small' }, ` ${one.file}`),
      h('p', { class: 'form-editor__change' }, h('del', {}, one.before), h('span', { 'aria-hidden': 'true' }, ' → '), h('ins', {}, one.after))));
    list.append(h('p', { class: 'strong' }, t('rename.count', { count: plan.changes.length })), h('ul', { class: 'form-editor__list', 'data-changes': true }, rows));
    if (plan.unsure.length) {
      list.append(h('p', { class: 'strong' }, t('rename.unsure')), h('ul', { class: 'form-editor__list' }, plan.unsure.map((one) => h('li', {}, one))));
    }
    if (plan.left.length) {
      list.append(h('p', { class: 'field__error' }, t('rename.left')), h('ul', { class: 'form-editor__list' }, plan.left.map((one) => h('li', {}, one))));
      return;
    }
    act.hidden = false;
    act.onclick = async () => {
      const done = await this.post({ from, to, revisions: plan.revisions });
      error.textContent = done.problem ?? '';
      if (!done.problem) {
        close();
        this.done(from, to, plan.changes.length);
      }
    };
  }

  // Back by the same way: nothing else was called so, so it is exact.
  async undo(from, to) {
    const plan = await this.post({ from: to, to: from });
    const done = plan.problem || plan.left.length ? { problem: plan.problem ?? plan.left.join('; ') } : await this.post({ from: to, to: from, revisions: plan.revisions });
    return done.problem ?? '';
  }

  async post(sent) {
    try {
      const answer = await post(this.url, sent);
      const told = await answer.json();
      return answer.ok ? told : { problem: Object.values(told.errors ?? {})[0] ?? told.detail ?? told.title };
    } catch {
      return { problem: this.t('rename.offline') };
    }
  }
}
