// The line that says whether what one drew or wrote is saved. It stands in the head of every editor's page
// (templates/studio/editor.html): <div data-save-status><span role="status"></span></div>.
import { h } from './dom.js';
import { clock } from './words/index.js';

/** What it can say, and in which tone: nothing to do, or something that somebody must know. */
const TONES = {
  idle: 'quiet',
  dirty: 'quiet',
  saving: 'quiet',
  saved: 'quiet',
  failed: 'serious',
  refused: 'serious',
  signedOut: 'serious',
  gone: 'serious',
  conflict: 'serious'
};

export class Status {
  /** `retry()`, `compare()` and `keep()` (own version as a file) are what its buttons do; `signIn`: an address. */
  constructor(place, { t, language, signIn, retry, compare, keep }) {
    Object.assign(this, { place, t, language, signIn, retry, compare, keep });
    this.said = place.querySelector('[role=status]');
    this.acts = place.appendChild(h('span', { class: 'save-status__acts' }));
    this.tell('idle');
  }

  tell(state, details = {}) {
    const time = details.at ? clock(details.at, this.language) : '';
    this.place.dataset.saving = state;
    this.place.classList.toggle('is-serious', TONES[state] === 'serious');
    this.said.textContent = this.t(`save.${state === 'saved' && !time ? 'idle' : state}`, { ...details, time });
    this.acts.replaceChildren(...this.actsFor(state));
  }

  actsFor(state) {
    const { t } = this;
    const button = (key, act) => h('button', { type: 'button', class: 'button button--small', onclick: () => act() }, t(key));
    const retry = button('save.retry', this.retry);
    return {
      failed: [ retry ],
      signedOut: [ h('a', { href: this.signIn, target: '_blank', rel: 'noopener' }, t('save.signIn')), retry ],
      gone: [ button('conflict.download', this.keep) ],
      conflict: [ button('save.compare', this.compare) ]
    }[state] ?? [];
  }
}

/** The place of the line in the page. */
export function statusPlace() {
  return document.querySelector('[data-save-status]');
}
