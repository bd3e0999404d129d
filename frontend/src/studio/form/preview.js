// The form as an officer sees it, in a frame of its own: drawn by the server with what is not saved yet, narrow as a
// phone or wide, for who is chosen. What is typed there stays while the form changes; conditions answer as on the page.
import { h } from '../dom.js';
import { post } from '../server.js';

const PAUSE_MS = 350;
const COMPUTER = 768; // px, where components stand beside each other
const SMALLEST = 0.75;

export class Preview {
  constructor({ t, url, file, text }) {
    Object.assign(this, { t, url, file, text });
    this.viewer = '';
    this.viewers = '';
    this.touched = false;
    this.asked = 0;
    this.frame = h('iframe', { class: 'form-editor__frame', title: t('preview.frame'), sandbox: 'allow-same-origin allow-scripts' });
    this.select = h('select', { id: 'preview-viewer', onchange: () => { this.viewer = this.select.value; this.draw(); } });
    this.width = this.choice();
    this.told = h('p', { class: 'muted small', role: 'status' });
    this.element = h('section', { class: 'panel form-editor__preview', 'aria-labelledby': 'preview-title' },
      h('h2', { class: 'section__title', id: 'preview-title' }, t('preview')),
      h('div', { class: 'form-editor__bar' },
        h('label', { class: 'sr-only', for: 'preview-viewer' }, t('preview.by')), this.select, this.width),
      h('div', { class: 'form-editor__bar' },
        h('button', { type: 'button', class: 'button button--small', onclick: () => this.begin(true) }, t('preview.sample')),
        h('button', { type: 'button', class: 'button button--small', onclick: () => this.begin(false) }, t('preview.empty')),
        h('button', { type: 'button', class: 'button button--small', onclick: () => this.draw({ check: true }) }, t('preview.try'))),
      this.told, h('div', { class: 'form-editor__stage', tabindex: '0', role: 'region', 'aria-label': t('preview.frame') }, this.frame));
    this.frame.addEventListener('load', () => this.loaded());
    new ResizeObserver(() => this.fit()).observe(this.element);
  }

  choice() {
    const set = (narrow) => (event) => {
      this.frame.classList.toggle('is-narrow', narrow);
      this.fit();
      for (const button of this.width.children) {
        button.setAttribute('aria-pressed', String(button === event.target));
      }
    };
    return h('div', { class: 'form-editor__width', role: 'group', 'aria-label': this.t('preview.width') },
      h('button', { type: 'button', class: 'button button--small', 'aria-pressed': 'true', onclick: set(false) }, this.t('preview.wide')),
      h('button', { type: 'button', class: 'button button--small', 'aria-pressed': 'false', onclick: set(true) }, this.t('preview.narrow')));
  }

  // From nothing, or from examples.
  begin(sampling) {
    this.sampling = sampling;
    this.touched = false;
    this.kept = [];
    this.draw();
  }

  // A computer's width stays one on a narrow panel: smaller first, then to be scrolled.
  fit() {
    const room = this.frame.parentElement.clientWidth;
    const narrow = this.frame.classList.contains('is-narrow');
    this.frame.style.zoom = narrow ? '' : String(Math.max(SMALLEST, Math.min(1, room / COMPUTER)));
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), PAUSE_MS);
  }

  // What stands in the frame's form, as a browser would send it; files stay where they are.
  typed(more = []) {
    const form = this.form();
    if (form && (this.touched || more.length)) {
      const entries = [ ...new FormData(form).entries() ].filter(([ , value ]) => typeof value === 'string');
      this.kept = entries;
    }
    return this.touched || more.length ? [ ...(this.kept ?? []), ...more ] : [];
  }

  form() {
    return this.frame.contentDocument?.querySelector('form');
  }

  async draw({ check = false, more = [] } = {}) {
    clearTimeout(this.timer);
    const turn = this.asked += 1;
    const typed = this.typed(more);
    const sample = Boolean(this.sampling) && !this.touched;
    const sent = { name: this.file, content: this.text(), viewer: this.viewer, typed, check, sample };
    try {
      const answer = await post(this.url, sent);
      const seen = answer.ok ? await answer.json() : null;
      if (turn === this.asked) {
        this.show(seen);
      }
    } catch {
      this.told.textContent = this.t('preview.failed');
    }
  }

  show(seen) {
    this.told.textContent = seen?.html ? '' : seen?.message ?? this.t('preview.failed');
    if (!seen?.html) {
      return;
    }
    this.offer(seen.viewers, seen.viewer);
    this.scrolled = this.frame.contentWindow?.scrollY ?? 0;
    this.frame.srcdoc = seen.html;
  }

  offer(viewers, chosen) {
    const known = JSON.stringify(viewers);
    if (known !== this.viewers) {
      this.viewers = known;
      this.select.replaceChildren(...viewers.map(({ key, label }) => h('option', { value: key }, label)));
    }
    this.select.value = chosen;
    this.viewer = chosen;
  }

  loaded() {
    const inside = this.frame.contentDocument;
    const form = this.form();
    this.frame.contentWindow?.scrollTo(0, this.scrolled ?? 0);
    if (!inside || !form) {
      return;
    }
    inside.addEventListener('input', () => { this.touched = true; });
    inside.addEventListener('change', () => { this.touched = true; });
    form.addEventListener('reset', () => { this.touched = false; this.kept = []; });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const button = event.submitter;
      this.touched = true;
      this.draw(button?.name ? { more: [ [ button.name, button.value ] ] } : { check: true });
    });
  }
}
