// An open form: its parts, what can be said of the selected one, the form as others see it, and how it is saved.
import { askWhich } from '../conflict.js';
import { download, h } from '../dom.js';
import { elsewhere } from '../findings.js';
import { Saver } from '../saving.js';
import { fetchFile, fetchFindings } from '../server.js';
import { Status, statusPlace } from '../status.js';
import en from '../words/form-en.js';
import id from '../words/form-id.js';
import { words } from '../words/index.js';
import { partSides } from './conflict.js';
import { FormDocument } from './document.js';
import { COMMON, INPUTS, OTHERS, nameOf, newPart } from './kinds.js';
import { Outline } from './outline.js';
import { Panel } from './panel.js';
import { Preview } from './preview.js';
import { Rename } from './rename.js';

const IDENTITY = new Set([ 'ya', 'true', '1', 'yes' ]);
const TYPE = 'application/json';
const CHECK_MS = 150; // what others read is asked for after a save, not for each

export class Editor {
  constructor(place) {
    this.place = place;
    this.data = place.dataset;
    this.file = this.data.file;
    this.language = this.data.language;
    this.t = words(this.language, { id, en });
    this.found = [];
    this.usage = null;
    this.freshKeys = new Set();
    this.status = new Status(statusPlace(), {
      t: this.t,
      language: this.language,
      signIn: this.data.signIn,
      retry: () => this.saver.save(),
      compare: () => this.compare(),
      keep: () => this.keep()
    });
  }

  async open() {
    try {
      this.start(await fetchFile(this.data.src));
    } catch (error) {
      const key = error instanceof SyntaxError ? 'load.bad' : 'load.failed';
      this.place.replaceChildren(h('p', { role: 'alert', class: 'field__error' }, this.t(key)));
    }
  }

  start({ content, revision }) {
    const { t, file } = this;
    const { src, preview, rename } = this.data;
    this.doc = new FormDocument(content, (kind) => this.changed(kind));
    this.saver = new Saver({
      url: src,
      revision,
      write: () => this.doc.text(),
      say: (state, details) => this.status.tell(state, details),
      saved: ({ findings }) => this.heard(findings),
      conflict: (theirs) => this.compare(theirs)
    });
    this.saver.guard();
    this.outline = new Outline({ t, doc: this.doc, chosen: () => this.chosen(), marks: (part) => this.marks(part) });
    this.panel = new Panel({ t, doc: this.doc, findings: (part) => this.findingsOf(part), usage: () => this.usage, rename: (key) => this.renames.open(key), freshKeys: this.freshKeys });
    this.preview = new Preview({ t, url: preview, file, text: () => this.doc.text() });
    this.renames = new Rename({ t, url: rename, ready: () => this.ready(), done: (...args) => this.renamed(...args) });
    this.build();
    this.draw();
    this.preview.draw();
    this.check();
    this.ask();
    document.addEventListener('keydown', (event) => this.key(event));
  }

  build() {
    const { t } = this;
    const act = (words, run, label = words) => h('button', { type: 'button', class: 'button button--small', 'aria-label': label === words ? null : t(label), title: t(label), onclick: run }, t(words));
    const group = (title, kinds) => h('optgroup', { label: t(title) }, kinds.map((kind) => h('option', { value: kind }, nameOf(kind, t))));
    this.kind = h('select', { id: 'new-kind' }, group('parts.common', COMMON), group('parts.others', OTHERS));
    this.undoButton = act('undo', () => this.doc.undo());
    this.redoButton = act('redo', () => this.doc.redo());
    this.about = h('p', { class: 'muted small', 'data-used-by': true });
    this.notice = h('div', { role: 'status', class: 'form-editor__notice' });
    this.elsewhere = h('div', {});
    const add = h('div', { class: 'form-editor__bar' }, h('label', { class: 'sr-only', for: 'new-kind' }, t('part.type.new')), this.kind,
      h('button', { type: 'button', class: 'button button--primary', onclick: () => this.add() }, t('part.add')));
    const tools = h('div', { class: 'form-editor__bar', role: 'group', 'aria-label': t('part.selected') },
      act('↑', () => this.arrange(() => this.doc.move(-1)), 'part.up'), act('↓', () => this.arrange(() => this.doc.move(1)), 'part.down'),
      act('→', () => this.arrange(() => this.doc.moveIn()), 'part.in'), act('←', () => this.arrange(() => this.doc.moveOut()), 'part.out'),
      act('part.group', () => this.selected() && this.arrange(() => this.doc.wrap(this.doc.selected, t('part.newGroup')))),
      act('part.double', () => this.selected() && this.arrange(() => { this.doc.duplicate(); this.fresh(); })),
      act('part.delete', () => this.selected() && this.arrange(() => this.doc.remove())));
    const outline = h('section', { class: 'panel form-editor__outline', 'aria-labelledby': 'outline-title' },
      h('h2', { class: 'section__title', id: 'outline-title' }, t('parts')), this.about, add, tools, this.outline.element,
      h('div', { class: 'form-editor__bar' }, this.undoButton, this.redoButton, act('download', () => this.keep(), 'parts.download')),
      h('details', { class: 'form-editor__fold' }, h('summary', {}, t('parts.keys')), h('p', { class: 'small' }, t('parts.keys.text'))),
      this.elsewhere);
    this.place.replaceChildren(h('div', { class: 'form-editor' }, this.notice, outline, this.panel.element, this.preview.element));
  }

  draw(focus = false) {
    this.outline.draw(focus);
    this.panel.draw();
    this.undoButton.disabled = !this.doc.done.length;
    this.redoButton.disabled = !this.doc.undone.length;
  }

  changed(kind) {
    if (kind) {
      this.outline.draw();
      this.undoButton.disabled = false;
      this.redoButton.disabled = true;
    } else {
      this.draw();
    }
    this.notice.replaceChildren();
    this.saver.changed();
    this.preview.later();
  }

  chosen() {
    this.panel.draw();
  }

  selected() {
    return this.doc.selected.length > 0 && this.doc.at();
  }

  add() {
    const names = new Set(this.usage?.names ?? []);
    this.doc.add(newPart(this.kind.value, this.doc, names, this.t));
    this.fresh();
    this.panel.draw();
    const label = this.panel.body.querySelector('textarea, input:not([readonly])');
    label?.focus();
    label?.select?.();
  }

  // Keys of parts that were just made follow their labels.
  fresh() {
    const part = this.doc.at();
    if (INPUTS.has(part.type)) {
      this.freshKeys.add(part.id);
    }
  }

  arrange(act) {
    if (this.doc.selected.length) {
      act();
      this.draw();
    }
  }

  key(event) {
    if (!(event.ctrlKey || event.metaKey) || document.querySelector('dialog[open]')) {
      return;
    }
    const name = event.key.toLowerCase();
    if (name === 'z' || name === 'y') {
      event.preventDefault();
      name === 'y' || event.shiftKey ? this.doc.redo() : this.doc.undo();
    } else if (name === 's') {
      event.preventDefault();
      this.saver.save();
    }
  }

  marks(part) {
    const { t } = this;
    const found = [];
    const wrong = this.findingsOf(part);
    if (wrong.length) {
      found.push({ words: t(wrong.some(({ severity }) => severity === 'error') ? 'severity.error' : 'severity.warning'), tone: 'danger' });
    }
    if (part.validate?.required) {
      found.push({ words: t('mark.required') });
    }
    if (IDENTITY.has(String(part.properties?.pribadi ?? '').toLowerCase())) {
      found.push({ words: t('mark.identity') });
    }
    if (part.conditional?.hide) {
      found.push({ words: t('mark.conditional') });
    }
    return found;
  }

  findingsOf(part) {
    const names = new Set([ part.id, part.key, part.path ].filter(Boolean));
    return this.found.filter(({ file, element_id: id }) => file === this.file && names.has(id));
  }

  heard(findings) {
    this.found = findings;
    const ids = new Set([ ...this.doc.all() ].flatMap(({ part }) => [ part.id, part.key, part.path ]).filter(Boolean));
    const others = findings.filter(({ file, element_id: id }) => file !== this.file || !ids.has(id));
    this.elsewhere.replaceChildren(...elsewhere(others, this.t));
    this.outline.draw();
    this.refreshPanel();
    clearTimeout(this.asking);
    this.asking = setTimeout(() => this.ask(), CHECK_MS);
  }

  // Not while somebody types in it.
  refreshPanel() {
    if (!this.panel.body.contains(document.activeElement)) {
      this.panel.draw();
    } else {
      this.panel.renew();
    }
  }

  async check() {
    const found = await fetchFindings(this.data.check).catch(() => null);
    if (found) {
      this.heard(found);
    }
  }

  async ask() {
    const answer = await fetch(this.data.usage, { headers: { Accept: 'application/json' } }).catch(() => null);
    if (!answer?.ok) {
      return;
    }
    this.usage = await answer.json();
    const by = this.usage.used_by.map(({ name, lane }) => `${name} (${lane})`);
    this.about.textContent = by.length ? `${this.t('used.by')}: ${by.join('; ')}` : this.t('used.not');
    this.refreshPanel();
  }

  async ready() {
    await this.saver.save();
    const done = !this.saver.unsaved && !this.saver.held;
    if (!done) {
      this.notice.replaceChildren(h('p', { class: 'field__error' }, this.t('rename.saveFirst')));
    }
    return done;
  }

  async reload() {
    const { content, revision } = await fetchFile(this.data.src);
    const selected = this.doc.selected;
    this.doc.read(content);
    this.doc.selected = this.doc.at(selected) ? selected : this.doc.selected;
    this.saver.revision = revision;
    this.freshKeys.clear();
    this.draw();
    this.preview.draw();
    await this.ask();
  }

  async renamed(from, to, count) {
    await this.reload();
    this.status.tell('saved', { at: new Date() });
    const undo = h('button', { type: 'button', class: 'button button--small', onclick: async () => {
      undo.disabled = true;
      if (await this.ready()) {
        const problem = await this.renames.undo(from, to);
        await this.reload();
        this.notice.replaceChildren(h('p', {}, problem || this.t('rename.undone', { to, from })));
      }
    } }, this.t('rename.undo'));
    this.notice.replaceChildren(h('div', { class: 'notice notice--ok' }, h('div', { class: 'notice__body row' }, h('p', {}, this.t('rename.done', { from, to, count })), undo)));
    undo.focus();
  }

  // Neither is lost: taking the other version is a step that can be taken back.
  async compare(theirs = this.theirs) {
    this.theirs = theirs;
    const mine = this.doc.text();
    const { t, language, file } = this;
    const sides = () => partSides(theirs.content, mine, t);
    const choice = await askWhich({ t, language, file, type: TYPE, theirs, mine, sides });
    if (choice === 'mine') {
      await this.saver.resume(theirs.revision, { mine: true });
    } else if (choice === 'theirs') {
      this.take(theirs);
    }
  }

  take({ content, revision }) {
    this.saver.resume(revision, { mine: false });
    this.doc.replace(content);
    this.notice.replaceChildren(h('p', {}, this.t('conflict.taken')));
  }

  keep() {
    download(this.file, this.doc.text(), TYPE);
  }
}
