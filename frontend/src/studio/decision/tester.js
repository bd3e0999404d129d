// The tester: the server decides over what stands in the editor, says by which rule and why by no other, and what the
// table leaves out. Inputs are kept in this browser, a few for each decision.
import { h } from '../dom.js';
import { post } from '../server.js';

const PAUSE_MS = 500;
const MOST_KEPT = 8;

export class Tester {
  constructor(editor) {
    this.editor = editor;
    this.t = editor.t;
    this.inputs = null; // those last tried
    this.element = h('div', { class: 'decision-tester' });
    this.element.addEventListener('submit', (event) => this.submit(event));
    this.element.addEventListener('click', (event) => this.click(event));
    this.asked = 0;
  }

  choose(decision) {
    if (!decision || decision === this.decision) return this.decision ? undefined : this.refresh();
    this.decision = decision;
    this.inputs = null;
    return this.refresh();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), PAUSE_MS);
  }

  async refresh() {
    clearTimeout(this.timer);
    const number = ++this.asked;
    const content = await this.editor.content();
    const sent = { content, decision: this.decision ?? '', inputs: this.inputs };
    const answer = await post(this.editor.data.tester, sent).catch(() => null);
    const body = answer?.ok ? await answer.json().catch(() => null) : null;
    if (number === this.asked) this.show(body);
  }

  show(body) {
    if (!body) return this.tell(this.t('try.failed'));
    if (body.message) return this.tell(body.message);
    this.decision = body.decision;
    const typed = this.form && !this.inputs ? read(this.form) : null;
    const open = [ ...this.element.querySelectorAll('details') ].map((one) => one.open);
    const focused = this.element.contains(document.activeElement) ? document.activeElement.id || document.activeElement.name : '';
    this.element.innerHTML = body.html; // made by our own templates
    if (typed) fill(this.form, typed);
    [ ...this.element.querySelectorAll('details') ].forEach((one, at) => { if (open[at]) one.open = true; });
    if (focused) document.getElementById(focused)?.focus();
    this.listKept();
    this.editor.board.mark(body.rules);
    this.fired = body.rules.find((one) => one.outcome === 'fires' && one.decision === body.decision)?.rule;
    this.element.dataset.asked = String(this.asked);
  }

  tell(text) {
    this.editor.board.mark([]);
    const old = this.element.querySelector('.decision-tell');
    if (old) old.textContent = text;
    else this.element.prepend(h('p', { class: 'decision-tell', role: 'status' }, text));
  }

  get form() {
    return this.element.querySelector('[data-trial]');
  }

  submit(event) {
    event.preventDefault();
    this.try(read(this.form));
  }

  async try(inputs) {
    this.inputs = inputs;
    this.keep(inputs);
    await this.refresh();
    if (this.fired) this.editor.board.scrollTo(this.fired);
    this.element.querySelector('.trial .notice')?.scrollIntoView({ block: 'nearest' });
  }

  click(event) {
    const button = event.target.closest('[data-try]');
    if (!button) return;
    const inputs = { ...read(this.form), ...JSON.parse(button.dataset.try) };
    fill(this.form, inputs);
    this.try(inputs);
  }

  get key() {
    return `alur.coba.${this.editor.data.draft}.${this.editor.data.file}.${this.decision}`;
  }

  kept() {
    try {
      return JSON.parse(localStorage.getItem(this.key)) ?? [];
    } catch {
      return [];
    }
  }

  keep(inputs) {
    if (!Object.values(inputs).some(Boolean)) return;
    const text = JSON.stringify(inputs);
    const all = [ inputs, ...this.kept().filter((one) => JSON.stringify(one) !== text) ].slice(0, MOST_KEPT);
    this.store(all);
  }

  store(all) {
    try {
      localStorage.setItem(this.key, JSON.stringify(all));
    } catch {
      // no room, or forbidden: nothing is kept
    }
  }

  listKept() {
    const place = this.element.querySelector('[data-kept]');
    const all = this.kept();
    if (!place || !all.length) return;
    const items = all.map((inputs) => {
      const words = Object.entries(inputs).filter(([ , text ]) => text).map(([ name, text ]) => `${name} = ${text}`).join(', ');
      return h('li', {}, h('button', { type: 'button', class: 'button button--link', 'data-try': JSON.stringify(inputs) }, words));
    });
    const forget = h('button', { type: 'button', class: 'button button--small', onclick: () => { this.store([]); place.replaceChildren(); } }, this.t('try.forget'));
    place.replaceChildren(h('details', { class: 'decision-kept' }, h('summary', {}, this.t('try.kept', { count: all.length })), h('ul', {}, ...items), forget));
  }
}

function read(form) {
  if (!form) return {};
  const pairs = [ ...new FormData(form) ].filter(([ name ]) => name.startsWith('v.'));
  return Object.fromEntries(pairs.map(([ name, value ]) => [ name.slice(2), value ]));
}

function fill(form, inputs) {
  for (const [ name, text ] of Object.entries(inputs)) {
    const control = form?.elements.namedItem(`v.${name}`);
    if (control) control.value = text;
  }
}
