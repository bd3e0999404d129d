// What the server found in the file: a list, each with a way to the row it is about, and a mark there.
import { h } from '../dom.js';
import { elsewhere, findingsList } from '../findings.js';
import { fetchFindings } from '../server.js';

export class Findings {
  constructor(editor) {
    this.editor = editor;
    this.list = h('div');
    this.title = h('h2', { class: 'section__title', id: 'findings-title' });
    this.element = h('section', { class: 'trial-part', 'aria-labelledby': 'findings-title' }, this.title, this.list);
    this.show([]);
  }

  async fetch() {
    const found = await fetchFindings(this.editor.data.check).catch(() => null);
    if (found) this.show(found);
  }

  show(all) {
    const { t, data, board } = this.editor;
    const own = all.filter((one) => one.file === data.file);
    const others = all.filter((one) => one.file !== data.file);
    const go = ({ element_id: id }) => (id ? () => board.reveal(id) : undefined);
    this.title.textContent = `${t('findings')} (${own.length})`;
    this.list.replaceChildren(own.length ? findingsList(own, { t, go }) : h('p', { class: 'muted' }, t('findings.none')), ...elsewhere(others, t));
    board?.markFindings(own.map((one) => one.element_id).filter(Boolean));
  }
}
