// What the server found in the file: a list, each with a way to the row it is about, and a mark there.
import { make } from './dom.js';
import { writing } from '../studio/saving.js';

export class Findings {
  constructor(editor) {
    this.editor = editor;
    this.say = editor.say;
    this.list = make('div');
    this.title = make('h2', { class: 'section__title', id: 'findings-title' });
    this.element = make('section', { class: 'trial-part', 'aria-labelledby': 'findings-title' }, this.title, this.list);
    this.show([]);
  }

  async fetch() {
    const answer = await fetch(this.editor.data.check, {
      method: 'POST',
      credentials: 'same-origin',
      headers: writing({ 'Content-Type': 'application/json' }),
      body: JSON.stringify({ files: {} })
    }).catch(() => null);
    if (answer?.ok) this.show((await answer.json()).findings);
  }

  show(all) {
    const own = all.filter((one) => one.file === this.editor.data.file);
    this.title.textContent = this.say('findings', { count: own.length });
    const items = own.map((one) => this.item(one));
    this.list.replaceChildren(items.length ? make('ul', { class: 'findings' }, ...items) : make('p', { class: 'muted' }, this.say('findings.none')));
    const others = all.length - own.length;
    if (others) this.list.append(make('p', { class: 'small muted' }, this.say('findings.others', { count: others })));
    this.editor.board?.markFindings(own.map((one) => one.element_id).filter(Boolean));
  }

  item(one) {
    const severity = make('span', { class: `tag tag--${one.severity === 'error' ? 'danger' : 'warn'}` }, this.say(`severity.${one.severity}`));
    const line = make('p', { class: 'finding__where' }, severity);
    if (one.element_id) {
      const button = make('button', { type: 'button', class: 'button button--link' }, this.say('findings.go', { name: one.element_name ?? one.element_id }));
      button.addEventListener('click', () => this.editor.board.reveal(one.element_id));
      line.append(button);
    }
    return make('li', { class: 'finding' }, line, make('p', { class: 'strong' }, one.what), make('p', {}, one.todo));
  }
}
