// The page: a table of the draft in dmn-js, saved by itself, with findings and tester beside it.
import { Board } from './board.js';
import { ask } from './conflict.js';
import { make } from './dom.js';
import { Findings } from './findings.js';
import { Saver } from '../studio/saving.js';
import { Tester } from './tester.js';
import { speaking } from './words.js';

export class Editor {
  constructor(place) {
    this.place = place;
    this.data = place.dataset;
    this.say = speaking(this.data.language);
  }

  async open() {
    this.draw();
    try {
      const answer = await fetch(this.data.src, { credentials: 'same-origin' });
      if (!answer.ok) throw new Error(String(answer.status));
      this.original = await answer.text();
      const revision = Number(answer.headers.get('ETag').replaceAll('"', ''));
      this.saver = new Saver({
        url: this.data.src,
        revision,
        write: () => this.content(),
        say: (state, details) => this.tell(state, details),
        saved: (body) => this.findings.show(body.findings),
        conflict: (theirs) => this.collide(theirs)
      });
      this.saver.guard();
      await this.load(this.original);
      this.findings.fetch();
    } catch (error) {
      this.broken(error);
    }
    this.place.dataset.state = 'ready';
  }

  draw() {
    this.status = make('p', { class: 'decision-status', role: 'status' });
    this.views = make('div', { class: 'decision-views', role: 'group', 'aria-label': this.say('views') });
    this.board = new Board(this.say, this.data.language);
    this.board.changed = () => this.changed();
    this.board.moved = () => this.moved();
    this.aside = make('aside', { class: 'decision-aside', 'aria-label': this.say('aside') });
    this.findings = new Findings(this);
    this.tester = new Tester(this);
    this.aside.append(this.tester.element, this.findings.element);
    this.place.replaceChildren(
      make('div', { class: 'decision-bar' }, this.views, this.status),
      make('div', { class: 'decision-body' }, this.board.element, this.aside)
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
      const name = view.type === 'drd' ? this.say('drawing') : view.element.name || view.element.id;
      const button = make('button', { type: 'button', class: 'button button--small', 'aria-pressed': String(view === active) }, name);
      button.addEventListener('click', () => this.board.show(view));
      return button;
    });
    this.views.replaceChildren(...buttons);
  }

  tell(state, details = {}) {
    this.status.dataset.state = state;
    const time = details.at ? clock(details.at, this.data.language) : '';
    const words = this.say(`save.${state === 'saved' && !time ? 'idle' : state}`, { ...details, time });
    this.status.replaceChildren(words);
    if (state === 'signedOut') {
      this.status.append(' ', make('a', { href: this.data.signIn, target: '_blank', rel: 'noopener' }, this.say('save.signIn')));
    }
    if (state === 'conflict') {
      const button = make('button', { type: 'button', class: 'button button--small' }, this.say('save.compare'));
      button.addEventListener('click', () => this.collide(details));
      this.status.append(' ', button);
    }
  }

  // Neither is lost: the one that is not taken can be kept as a file.
  async collide(theirs) {
    const mine = await this.content();
    const choice = await ask({ theirs, mine, file: this.data.file, say: this.say, language: this.data.language });
    if (choice === 'mine') {
      await this.saver.resume(theirs.revision, { mine: true });
    } else if (choice === 'theirs') {
      this.saver.resume(theirs.revision, { mine: false });
      await this.load(theirs.content).catch((error) => this.broken(error));
      this.tester.refresh();
    }
  }

  broken(error) {
    this.place.dataset.error = String(error?.message ?? error);
    this.board.say(this.say('broken', { message: error?.message ?? '' }));
  }
}

function clock(iso, language) {
  return new Date(iso).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}
