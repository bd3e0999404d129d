// One open diagram: the modeler, what the panel chooses from, what the checker found, and how it is saved.
import { askWhich } from '../conflict.js';
import { download } from '../dom.js';
import { inOrder } from '../findings.js';
import { Saver } from '../saving.js';
import { fetchFile, fetchFindings, post, writing } from '../server.js';
import { Status, statusPlace } from '../status.js';
import en from '../words/diagram-en.js';
import id from '../words/diagram-id.js';
import { words } from '../words/index.js';
import { drawnSides } from './conflict.js';
import { isStep, kindOf } from './kinds.js';
import { laneNames, movedLanes } from './lanes.js';
import { createModeler } from './modeler.js';
import { property, vocabularyOf } from './vocabulary.js';

const TYPE = 'application/xml';
const CHECK_MS = 250;
const TOAST_MS = 8000;
const LEFT = 124; // the palette
const MARGIN = 24;
const NO_FACTS = { forms: [], decisions: [], lanes: [], groups: [], units: [], variables: [] };

export class Editor {
  constructor(data) {
    this.data = data;
    this.language = data.language === 'en' ? 'en' : 'id';
    this.t = words(this.language, { id, en });
    this.facts = NO_FACTS;
    this.findings = [];
    this.checking = 'no';
    this.toast = null;
    this.listeners = new Set();
    this.status = new Status(statusPlace(), {
      t: this.t,
      language: this.language,
      signIn: data.signIn,
      retry: () => this.saver.save(),
      compare: () => this.compare(),
      keep: () => this.keep()
    });
  }

  /** Read the file and draw it into `container`. */
  async open(container) {
    const [ file, facts ] = await Promise.all([ fetchFile(this.data.src), fetchFacts(this.data.facts) ]);
    this.facts = facts;
    this.modeler = createModeler(container, { language: this.language, words: this.t, vocabulary: vocabularyOf(file.content) });
    this.saver = new Saver({
      url: this.data.src,
      revision: file.revision,
      write: () => this.content(),
      say: (state, details) => this.status.tell(state, details),
      saved: (answer) => this.found(answer.findings),
      conflict: (theirs) => this.compare(theirs)
    });
    this.saver.guard();
    await this.draw(file.content);
    this.listen();
    this.check();
  }

  async draw(content) {
    this.original = content;
    await this.modeler.importXML(content);
    this.lanes = laneNames(this.get('elementRegistry'));
    this.fit();
  }

  get(service) {
    return this.modeler.get(service);
  }

  listen() {
    const bus = this.get('eventBus');
    // Forms and tables are changed in other tabs.
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.refreshFacts());
    bus.on([ 'selection.changed', 'elements.changed', 'root.set' ], () => this.emit());
    bus.on('commandStack.changed', ({ trigger }) => {
      if (trigger === 'clear') return;
      this.tellMoves(trigger);
      this.saver.changed();
      this.checkSoon();
      this.emit();
    });
  }

  /** The file as it is now; byte for byte what was opened once everything is undone. */
  async content() {
    if (!this.get('commandStack').canUndo()) return this.original;
    return (await this.modeler.saveXML({ format: true })).xml;
  }

  // What the page shows

  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit() {
    this.listeners.forEach((listener) => listener());
  }

  show(changes) {
    Object.assign(this, changes);
    this.emit();
  }

  /** Say something in passing, with what takes it back. */
  tell(text, { undo = false } = {}) {
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => this.show({ toast: null }), TOAST_MS);
    this.show({ toast: { text, undo } });
  }

  tellMoves(trigger) {
    const before = this.lanes;
    this.lanes = laneNames(this.get('elementRegistry'));
    if (trigger !== 'execute') return;
    const moved = movedLanes(before, this.lanes, (id) => this.element(id)).filter((one) => isStep(one.element));
    const steps = moved.filter(({ element }) => element.type !== 'bpmn:BoundaryEvent');
    if (!steps.length) return;
    const [ { element, lane } ] = steps;
    const text = steps.length === 1
      ? this.t('said.moved', { name: this.nameOf(element), lane })
      : this.t('said.movedMany', { count: steps.length, lane });
    this.tell(text, { undo: true });
  }

  // Elements

  element(id) {
    return this.get('elementRegistry').get(id);
  }

  /** What is selected; the drawing's own root where nothing is. */
  selected() {
    const found = this.get('selection').get().map((one) => one.labelTarget ?? one);
    return found.length ? [ ...new Set(found) ] : [ this.home() ];
  }

  // A pool stands for its process where there is only one.
  home() {
    const root = this.get('canvas').getRootElement();
    const pools = (root.children ?? []).filter((one) => one.type === 'bpmn:Participant');
    return pools.length === 1 ? pools[0] : root;
  }

  nameOf(element) {
    const name = element.businessObject.name?.replace(/\s+/g, ' ').trim();
    return name || this.t('unnamed', { kind: this.kindName(element) });
  }

  dayUnit() {
    return property(this.home(), 'satuan hari').trim().toLowerCase() === 'kalender' ? 'kalender' : 'kerja';
  }

  kindName(element) {
    return this.t(`kind.${kindOf(element)}`);
  }

  /** Select an element and bring it into the middle; with `field` the panel goes to that field. */
  reveal(id, { field = null, focus = false } = {}) {
    const element = this.element(id) ?? this.ownerOf(id);
    if (!element) return;
    const root = this.get('canvas').findRoot(element);
    if (root && root !== this.get('canvas').getRootElement()) this.get('canvas').setRootElement(root);
    this.get('selection').select(element);
    this.get('canvas').scrollToElement(element, { top: 120, right: 120, bottom: 120, left: 160 });
    this.show({ wanted: field || focus ? { id: element.id, field } : null, folded: false });
  }

  // A process is drawn as its pool.
  ownerOf(id) {
    return this.get('elementRegistry').find((one) => one.businessObject?.processRef?.id === id);
  }

  compose(act) {
    this.get('composing').compose(act);
  }

  undo() {
    if (this.get('commandStack').canUndo()) this.get('commandStack').undo();
  }

  redo() {
    if (this.get('commandStack').canRedo()) this.get('commandStack').redo();
  }

  /** Show all of it, clear of the palette and of bpmn.io's mark. */
  fit() {
    const canvas = this.get('canvas');
    const { inner, outer } = canvas.viewbox();
    const room = { width: outer.width - LEFT - MARGIN, height: outer.height - 2 * MARGIN };
    const scale = Math.min(1, room.width / inner.width, room.height / inner.height);
    if (!(scale > 0) || !Number.isFinite(scale)) return;
    canvas.viewbox({ x: inner.x - LEFT / scale, y: inner.y - MARGIN / scale, width: outer.width / scale, height: outer.height / scale });
  }

  // Findings

  checkSoon() {
    clearTimeout(this.checkTimer);
    this.checkTimer = setTimeout(() => this.check(), CHECK_MS);
  }

  async check() {
    this.checkRun?.abort();
    const run = this.checkRun = new AbortController();
    this.show({ checking: 'yes' });
    try {
      const files = { [this.data.file]: await this.content() };
      const findings = await fetchFindings(this.data.check, files, { signal: run.signal });
      this.checkRun = null;
      this.found(findings);
    } catch (error) {
      if (error.name !== 'AbortError') this.show({ checking: 'failed' });
    }
  }

  // An answer to an older content than the one being checked is left out.
  found(findings) {
    if (!findings || this.checkRun) return;
    this.show({ findings: inOrder(findings), checking: 'no' });
    this.onFindings?.();
  }

  // What somebody else saved

  async compare(theirs = this.theirs) {
    this.theirs = theirs;
    const mine = await this.content();
    const { t, language, data } = this;
    const sides = () => drawnSides(theirs.content, mine, t);
    const choice = await askWhich({ t, language, file: data.file, type: TYPE, theirs, mine, sides });
    if (choice === 'theirs') await this.take(theirs);
    if (choice === 'mine') await this.saver.resume(theirs.revision, { mine: true });
  }

  async keep() {
    download(this.data.file, await this.content(), TYPE);
  }

  async take({ content, revision }) {
    if (vocabularyOf(content) !== this.get('vocabulary').name) { // it needs another modeler
      this.saver.resume(revision, { mine: false });
      return location.reload();
    }
    await this.draw(content);
    this.saver.resume(revision, { mine: false });
    this.check();
  }

  async reading(text, kind) {
    const answer = await post(this.data.deadline, { text, kind, day_unit: this.dayUnit() });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  /** Store an empty form of this key in the draft, unless there is one. */
  async createForm(key, name) {
    const content = JSON.stringify({ schemaVersion: 20, type: 'default', id: key, name, components: [] }, null, 2);
    const url = this.data.src.replace(/[^/]+$/, `${encodeURIComponent(key)}.form`);
    const headers = writing({ 'Content-Type': 'text/plain; charset=utf-8', 'If-Match': '"0"' });
    await fetch(url, { method: 'PUT', body: `${content}\n`, credentials: 'same-origin', redirect: 'manual', headers }).catch(() => null);
    await this.refreshFacts();
    this.check();
  }

  async refreshFacts() {
    const facts = await fetchFacts(this.data.facts);
    if (facts !== NO_FACTS) this.show({ facts });
  }
}

async function fetchFacts(url) {
  const answer = await fetch(url, { credentials: 'same-origin' }).catch(() => null);
  return answer?.ok ? { ...NO_FACTS, ...(await answer.json()) } : NO_FACTS;
}
