// dmn-js on its sheet: opens a file, writes it, shows one of its decisions, and marks rules and cells.
import { h } from '../dom.js';
import dmnInIndonesian from '../words/dmn-id.js';
import { translation } from '../words/index.js';
import { modelerIn, VIEWS } from './modeler.js';

export class Board {
  constructor(t, language) {
    this.element = h('section', { class: 'decision-board viewer-board', 'aria-label': t('board') });
    this.translate = translation(language, dmnInIndonesian);
    this.rowWord = t('row');
    this.marks = new CSSStyleSheet(); // dmn-js draws its table anew with each change; rules of style stay
    this.findingMarks = new CSSStyleSheet();
    document.adoptedStyleSheets = [ ...document.adoptedStyleSheets, this.marks, this.findingMarks ];
    this.changed = this.moved = () => {};
  }

  async open(xml) {
    const wanted = this.decision;
    this.source = xml;
    this.last = undefined;
    if (!this.modeler) this.start();
    this.isOpening = true;
    try {
      await this.modeler.importXML(xml);
      const view = this.views.find((one) => wanted && one.element.id === wanted);
      if (view) await this.modeler.open(view);
      this.began = await this.written();
    } finally {
      this.isOpening = false;
    }
    this.moved();
  }

  start() {
    this.modeler = modelerIn(this.element, this.translate);
    this.modeler.on('viewer.created', ({ viewer }) => {
      viewer.get('eventBus').on([ 'commandStack.changed', 'elements.changed' ], () => this.touched());
    });
    this.modeler.on('views.changed', () => {
      this.nameRows();
      if (!this.isOpening) this.moved();
    });
  }

  // Opening a view is no change, though dmn-js tells of some.
  async touched() {
    if (this.isOpening) return;
    const now = await this.written();
    if (now === (this.last ?? this.began)) return;
    this.last = now;
    this.changed();
  }

  // The heading above the numbers of rows is empty.
  nameRows() {
    const heading = this.element.querySelector('th.index-column');
    if (heading && !heading.textContent) heading.append(h('span', { class: 'sr-only' }, this.rowWord));
  }

  async written() {
    return (await this.modeler.saveXML({ format: true })).xml;
  }

  get views() {
    return this.modeler?.getViews() ?? [];
  }

  get active() {
    return this.modeler?.getActiveView();
  }

  /** The id of the decision that is shown, or undefined in the drawing. */
  get decision() {
    return this.active && this.active.type !== VIEWS.drd ? this.active.element.id : undefined;
  }

  async show(view) {
    if (view && view !== this.active) await this.modeler.open(view);
  }

  /** Show the decision that an element belongs to, and bring its row into sight. */
  async reveal(id) {
    const view = this.views.find(({ element }) => element.id === id || holds(element, id));
    await this.show(view);
    const row = this.element.querySelector(`[data-row-id="${CSS.escape(id)}"]`);
    row?.scrollIntoView({ block: 'center', inline: 'nearest' });
    (row?.querySelector('[contenteditable]') ?? row)?.focus?.();
    return Boolean(view);
  }

  /** Mark what became of each rule: [{rule, outcome, cells}]. */
  mark(rules) {
    this.marks.replaceSync(rules.map(styleOf).join('\n'));
  }

  /** Bring a row into sight, if it is in the decision that is shown. */
  scrollTo(rule) {
    this.element.querySelector(`[data-row-id="${CSS.escape(rule)}"]`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  /** Mark rules by id that findings are about. */
  markFindings(ids) {
    const rules = [ ...ids ].map((id) => `.decision-board [data-row-id="${CSS.escape(id)}"].rule-index { box-shadow: inset 4px 0 var(--warn); }`);
    this.findingMarks.replaceSync(rules.join('\n'));
  }

  say(text) {
    this.element.replaceChildren(h('p', { class: 'decision-broken', role: 'alert' }, text));
  }
}

function holds(element, id) {
  const table = element.decisionLogic;
  return [ ...(table?.rule ?? []), ...(table?.input ?? []), ...(table?.output ?? []) ].some((one) => one.id === id);
}

// A sign stands beside each colour.
function styleOf({ rule, outcome, cells }) {
  const row = `.decision-board [data-row-id="${CSS.escape(rule)}"]`;
  const sign = { fires: '✓', holds: '≈', fails: '' }[outcome];
  const whole = outcome === 'fails' ? '' : `${row} { background: var(${outcome === 'fires' ? '--ok-bg' : '--info-bg'}); }
    ${row}.rule-index::after { content: ' ${sign}'; font-weight: 700; }`;
  const failed = cells.findIndex((answer) => answer === 'false' || answer === 'error');
  if (failed < 0) return whole;
  const cell = `${row}.input-cell:nth-of-type(${failed + 2})`;
  const [ mark, tone ] = cells[failed] === 'error' ? [ '!', 'danger' ] : [ '✗', 'muted' ];
  return `${whole} ${cell} { position: relative; }
    ${cell}::after { content: '${mark}'; position: absolute; top: 0; right: 3px; color: var(--${tone}); font-size: 11px; }`;
}
