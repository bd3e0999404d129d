// The editor of a form in the studio: parts of the form, what can be said of the selected one, and the form as others
// see it. Everything but the frame is ordinary page; it sets no styles and needs no looser policy.
import { differencesOf, download, showConflict } from './studio-form/conflict.js';
import { FormDocument } from './studio-form/document.js';
import { h } from './studio-form/dom.js';
import { COMMON, INPUTS, OTHERS, nameOf, newPart, titleOf } from './studio-form/kinds.js';
import { Outline } from './studio-form/outline.js';
import { Panel } from './studio-form/panel.js';
import { Preview } from './studio-form/preview.js';
import { Rename } from './studio-form/rename.js';
import { translator } from './studio-form/words.js';
import { Saver, writing } from './studio/saving.js';

const IDENTITY = new Set([ 'ya', 'true', '1', 'yes' ]);
// What the status line says of saving, and which of the kit's tones that has.
const STATES = {
  saving: 'Menyimpan…',
  saved: 'Tersimpan',
  failed: 'Gagal menyimpan, dicoba lagi',
  refused: 'Tidak dapat disimpan',
  signedOut: 'Anda sudah keluar. Masuk lagi di tab lain; ubahan Anda tetap di sini.',
  gone: 'Draf ini sudah tidak terbuka. Unduh ubahan Anda bila perlu.',
  conflict: 'Belum disimpan: ada dua versi'
};
const TONES = { refused: 'failed', conflict: 'failed' };
const CHECK_MS = 150; // what others read is asked for after a save, not for each

for (const root of document.querySelectorAll('[data-studio-form]')) {
  start(root);
}

async function start(root) {
  const t = translator(root.dataset.language);
  try {
    const answer = await fetch(root.dataset.src);
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    const revision = Number(answer.headers.get('ETag').replace(/\D/g, ''));
    new Editor(root, t, await answer.text(), revision);
  } catch (error) {
    const words = error instanceof SyntaxError ? 'Berkas ini bukan formulir yang dapat dibuka di sini. Unduh, perbaiki, lalu masukkan lagi.' : 'Formulir tidak dapat dibuka. Muat ulang halaman ini.';
    root.replaceChildren(h('p', { role: 'alert', class: 'field__error' }, t(words)));
  }
}

class Editor {
  constructor(root, t, text, revision) {
    Object.assign(this, { root, t });
    const { file, src, preview, rename, usage } = root.dataset;
    this.file = file;
    this.usageUrl = usage;
    this.found = [];
    this.usage = null;
    this.freshKeys = new Set();
    this.doc = new FormDocument(text, (kind) => this.changed(kind));
    this.saver = new Saver({
      url: src, revision,
      write: () => this.doc.text(),
      say: (state, details) => this.say(state, details),
      saved: ({ findings }) => this.heard(findings),
      conflict: (theirs) => this.clash(theirs)
    });
    this.saver.guard();
    this.outline = new Outline({ t, doc: this.doc, chosen: () => this.chosen(), marks: (part) => this.marks(part) });
    this.panel = new Panel({ t, doc: this.doc, findings: (part) => this.findingsOf(part), usage: () => this.usage, rename: (key) => this.renames.open(key), freshKeys: this.freshKeys });
    this.preview = new Preview({ t, url: preview, file, text: () => this.doc.text() });
    this.renames = new Rename({ t, url: rename, ready: () => this.ready(), done: (...args) => this.renamed(...args) });
    this.build();
    this.draw();
    this.preview.draw();
    this.check(root.dataset.check);
    this.ask();
    document.addEventListener('keydown', (event) => this.key(event));
  }

  build() {
    const { t } = this;
    const act = (words, run, label = words) => h('button', { type: 'button', class: 'button button--small', 'aria-label': label === words ? null : t(label), title: t(label), onclick: run }, t(words));
    const group = (title, kinds) => h('optgroup', { label: t(title) }, kinds.map((kind) => h('option', { value: kind }, nameOf(kind, t))));
    this.kind = h('select', { id: 'new-kind' }, group('Sering dipakai', COMMON), group('Lainnya', OTHERS));
    this.undoButton = act('Urungkan', () => this.doc.undo());
    this.redoButton = act('Ulangi', () => this.doc.redo());
    this.about = h('p', { class: 'muted small', 'data-used-by': true });
    this.notice = h('div', { role: 'status', class: 'form-editor__notice' });
    this.elsewhere = h('div', {});
    const add = h('div', { class: 'form-editor__bar' }, h('label', { class: 'sr-only', for: 'new-kind' }, t('Jenis bagian baru')), this.kind,
      h('button', { type: 'button', class: 'button button--primary', onclick: () => this.add() }, t('Tambah')));
    const tools = h('div', { class: 'form-editor__bar', role: 'group', 'aria-label': t('Bagian yang dipilih') },
      act('↑', () => this.arrange(() => this.doc.move(-1)), 'Naikkan'), act('↓', () => this.arrange(() => this.doc.move(1)), 'Turunkan'),
      act('→', () => this.arrange(() => this.doc.moveIn()), 'Masukkan ke kelompok di atasnya'), act('←', () => this.arrange(() => this.doc.moveOut()), 'Keluarkan dari kelompok'),
      act('Kelompokkan', () => this.selected() && this.arrange(() => this.doc.wrap(this.doc.selected, t('Kelompok baru')))),
      act('Gandakan', () => this.selected() && this.arrange(() => { this.doc.duplicate(); this.fresh(); })),
      act('Hapus', () => this.selected() && this.arrange(() => this.doc.remove())));
    const outline = h('section', { class: 'panel form-editor__outline', 'aria-labelledby': 'outline-title' },
      h('h2', { class: 'section__title', id: 'outline-title' }, t('Isi formulir')), this.about, add, tools, this.outline.element,
      h('div', { class: 'form-editor__bar' }, this.undoButton, this.redoButton, act('Unduh', () => download(this.file, this.doc.text()), 'Unduh berkas .form')),
      h('details', { class: 'form-editor__fold' }, h('summary', {}, t('Papan ketik')), h('p', { class: 'small' }, t('Panah memilih; Alt dan panah memindahkan; Delete menghapus; Ctrl+Z mengurungkan.'))),
      this.elsewhere);
    this.root.replaceChildren(this.notice, outline, this.panel.element, this.preview.element);
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

  say(state, { at, message } = {}) {
    const status = document.querySelector('[data-status]');
    const locale = this.root.dataset.language === 'en' ? 'en-GB' : 'id';
    const time = at ? ` ${new Date(at).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' })}` : '';
    status.dataset.state = TONES[state] ?? state;
    status.textContent = message || (STATES[state] ? this.t(STATES[state]) + time : '');
    document.querySelector('[data-sign-in]').hidden = state !== 'signedOut';
  }

  marks(part) {
    const { t } = this;
    const found = [];
    const wrong = this.findingsOf(part);
    if (wrong.length) {
      found.push({ words: t(wrong.some(({ severity }) => severity === 'error') ? 'Galat' : 'Peringatan'), tone: 'danger' });
    }
    if (part.validate?.required) {
      found.push({ words: t('wajib') });
    }
    if (IDENTITY.has(String(part.properties?.pribadi ?? '').toLowerCase())) {
      found.push({ words: t('identitas') });
    }
    if (part.conditional?.hide) {
      found.push({ words: t('bersyarat') });
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
    this.elsewhere.replaceChildren(others.length ? h('details', { class: 'form-editor__fold' }, h('summary', {}, this.t('{count} temuan di tempat lain', { count: others.length })),
      h('ul', { class: 'findings' }, others.map((one) => h('li', { class: 'finding' }, h('p', { class: 'muted small' }, [ one.file, one.element_name ].filter(Boolean).join(' · ')), h('p', {}, one.message))))) : '');
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

  async check(url) {
    const headers = writing({ 'Content-Type': 'application/json' });
    const answer = await fetch(url, { method: 'POST', headers, body: '{"files": {}}' }).catch(() => null);
    if (answer?.ok) {
      this.heard((await answer.json()).findings);
    }
  }

  async ask() {
    const answer = await fetch(this.usageUrl, { headers: { Accept: 'application/json' } }).catch(() => null);
    if (!answer?.ok) {
      return;
    }
    this.usage = await answer.json();
    const by = this.usage.used_by.map(({ name, lane }) => `${name} (${lane})`);
    this.about.textContent = by.length ? `${this.t('Dipakai oleh')}: ${by.join('; ')}` : this.t('Belum dipakai tugas atau peristiwa mana pun dalam diagram.');
    this.refreshPanel();
  }

  async ready() {
    await this.saver.save();
    const done = !this.saver.unsaved && !this.saver.held;
    if (!done) {
      this.notice.replaceChildren(h('p', { class: 'field__error' }, this.t('Simpan dulu ubahan formulir ini.')));
    }
    return done;
  }

  async reload() {
    const answer = await fetch(this.root.dataset.src);
    const text = await answer.text();
    const selected = this.doc.selected;
    this.doc.read(text);
    this.doc.selected = this.doc.at(selected) ? selected : this.doc.selected;
    this.saver.revision = Number(answer.headers.get('ETag').replace(/\D/g, ''));
    this.freshKeys.clear();
    this.draw();
    this.preview.draw();
    await this.ask();
  }

  async renamed(from, to, count) {
    await this.reload();
    this.say('saved', { at: new Date() });
    const undo = h('button', { type: 'button', class: 'button button--small', onclick: async () => {
      undo.disabled = true;
      if (await this.ready()) {
        const problem = await this.renames.undo(from, to);
        await this.reload();
        this.notice.replaceChildren(h('p', {}, problem || this.t('{to} kembali menjadi {from}.', { to, from })));
      }
    } }, this.t('Urungkan penggantian'));
    this.notice.replaceChildren(h('div', { class: 'notice notice--ok' }, h('div', { class: 'notice__body row' }, h('p', {}, this.t('{from} menjadi {to} di {count} tempat.', { from, to, count })), undo)));
    undo.focus();
  }

  clash(theirs) {
    const { t } = this;
    const mine = this.doc.text();
    showConflict({
      t, file: this.file, mine, theirs,
      differences: differencesOf(mine, theirs.content, { t, titleOf }),
      takeTheirs: () => {
        this.saver.resume(theirs.revision, { mine: false });
        this.doc.replace(theirs.content);
        this.notice.replaceChildren(h('p', {}, t('Versi lain dipakai; Urungkan mengembalikan versi Anda.')));
      },
      keepMine: () => this.saver.resume(theirs.revision, { mine: true })
    }).addEventListener('close', () => {
      if (this.saver.held) {
        this.notice.replaceChildren(h('button', { type: 'button', class: 'button', onclick: () => this.clash(theirs) }, t('Bandingkan kedua versi')));
      }
    });
  }
}

