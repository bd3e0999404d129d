// The page: a table of the draft in dmn-js, saved by itself, with findings and tester beside it.
import { askWhich } from '../conflict.js';
import { download, h } from '../dom.js';
import { Saver } from '../saving.js';
import { fetchFile } from '../server.js';
import { Status, statusPlace } from '../status.js';
import en from '../words/decision-en.js';
import id from '../words/decision-id.js';
import { words } from '../words/index.js';
import { Board } from './board.js';
import { ruleSides } from './conflict.js';
import { Findings } from './findings.js';
import { Tester } from './tester.js';

const TYPE = 'application/xml';

export class Editor {
  constructor(place) {
    this.place = place;
    this.data = place.dataset;
    this.language = this.data.language;
    this.t = words(this.language, { id, en });
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
    this.draw();
    try {
      const file = await fetchFile(this.data.src);
      this.saver = new Saver({
        url: this.data.src,
        revision: file.revision,
        write: () => this.content(),
        say: (state, details) => this.status.tell(state, details),
        saved: (body) => this.findings.show(body.findings),
        conflict: (theirs) => this.compare(theirs)
      });
      this.saver.guard();
      await this.load(file.content);
      this.findings.fetch();
    } catch (error) {
      this.broken(error);
    }
    this.place.dataset.state = 'ready';
  }

  draw() {
    this.views = h('div', { class: 'decision-views', role: 'group', 'aria-label': this.t('views') });
    this.board = new Board(this.t, this.language);
    this.board.changed = () => this.changed();
    this.board.moved = () => this.moved();
    this.findings = new Findings(this);
    this.tester = new Tester(this);
    this.place.replaceChildren(
      h('div', { class: 'decision-bar' }, this.views, h('button', { type: 'button', class: 'button button--small', onclick: () => this.keep() }, this.t('download'))),
      h('div', { class: 'decision-body' }, this.board.element,
        h('aside', { class: 'decision-aside', 'aria-label': this.t('aside') }, this.tester.element, this.findings.element))
    );
  }

  async load(xml) {
    await this.board.open(xml);
    this.listViews();
  }

  /** The file as it is now: byte for byte what it was, as long as it says the same. */
  async content() {
    const now = await this.board.written();
    return now === this.board.began ? this.board.source : now;
  }

  async keep() {
    download(this.data.file, await this.content(), TYPE);
  }

  changed() {
    this.saver.changed();
    this.tester.later();
    this.listViews();
  }

  moved() {
    this.listViews();
    this.tester.choose(this.board.decision);
  }

  listViews() {
    const active = this.board.active;
    const buttons = this.board.views.map((view) => {
      const name = view.type === 'drd' ? this.t('drawing') : view.element.name || view.element.id;
      return h('button', { type: 'button', class: 'button button--small', 'aria-pressed': String(view === active), onclick: () => this.board.show(view) }, name);
    });
    this.views.replaceChildren(...buttons);
  }

  // Neither is lost: the one that is not taken can be kept as a file.
  async compare(theirs = this.theirs) {
    this.theirs = theirs;
    const mine = await this.content();
    const { t, language, data } = this;
    const sides = () => ruleSides(theirs.content, mine, t);
    const choice = await askWhich({ t, language, file: data.file, type: TYPE, theirs, mine, sides });
    if (choice === 'mine') await this.saver.resume(theirs.revision, { mine: true });
    if (choice === 'theirs') await this.take(theirs);
  }

  async take({ content, revision }) {
    this.saver.resume(revision, { mine: false });
    await this.load(content).catch((error) => this.broken(error));
    this.findings.fetch();
    this.tester.refresh();
  }

  broken(error) {
    this.place.dataset.error = String(error?.message ?? error);
    this.board.say(this.t('broken', { message: error?.message ?? '' }));
  }
}
