// Palette, context pad and menus offer what runs here, and say in one line what it means.
import { OFFERED, kindOfEntry } from './kinds.js';

const LOWER = 500; // asked after bpmn-js's own providers
const MENUS = [ 'bpmn-append', 'bpmn-create', 'bpmn-replace' ];
const NOT_IN_PALETTE = [ 'create.data-store' ];
const NOT_IN_PAD = [ 'append.receive-task' ];
const PALETTE = {
  'create.start-event': 'none-start-event',
  'create.intermediate-event': 'none-intermediate-throwing',
  'create.end-event': 'none-end-event',
  'create.exclusive-gateway': 'exclusive-gateway',
  'create.task': 'user-task',
  'create.data-object': 'data-object-reference',
  'create.subprocess-expanded': 'subprocess',
  'create.participant-expanded': 'expanded-pool'
};
const PAD = {
  'append.end-event': 'none-end-event',
  'append.gateway': 'exclusive-gateway',
  'append.append-task': 'user-task',
  'append.compensation-activity': 'compensation-activity',
  'append.intermediate-event': 'none-intermediate-throwing',
  'append.message-intermediate-event': 'message-intermediate-catch',
  'append.timer-intermediate-event': 'timer-intermediate-catch',
  'append.condition-intermediate-event': 'conditional-intermediate-catch',
  'append.signal-intermediate-event': 'signal-intermediate-catch'
};

export class Menus {
  static $inject = [ 'popupMenu', 'palette', 'contextPad', 'elementFactory', 'create', 'autoPlace', 'config.words' ];

  constructor(popupMenu, palette, contextPad, elementFactory, create, autoPlace, words) {
    Object.assign(this, { elementFactory, create, autoPlace, words });
    for (const menu of MENUS) {
      popupMenu.registerProvider(menu, LOWER, {
        getPopupMenuEntries: () => (entries) => this.offered(entries),
        getPopupMenuHeaderEntries: () => (entries) => entries
      });
    }
    palette.registerProvider(LOWER, { getPaletteEntries: () => (entries) => this.drawn(entries) });
    contextPad.registerProvider(LOWER, {
      getContextPadEntries: () => (entries) => this.appended(entries),
      getMultiElementContextPadEntries: () => (entries) => entries
    });
  }

  offered(entries) {
    const known = Object.entries(entries).filter(([ id ]) => OFFERED.has(kindOfEntry(id)));
    return Object.fromEntries(known.map(([ id, entry ]) => [ id, { ...entry, ...this.told(kindOfEntry(id)) } ]));
  }

  told(kind) {
    return { label: this.words(`kind.${kind}`), description: this.words(`means.${kind}`) };
  }

  drawn(entries) {
    const kept = Object.entries(entries).filter(([ id ]) => !NOT_IN_PALETTE.includes(id));
    return Object.fromEntries(kept.map(([ id, entry ]) => {
      const kind = PALETTE[id];
      const action = id === 'create.task' ? this.person() : entry.action;
      const icon = id === 'create.task' ? { className: 'bpmn-icon-user-task' } : {};
      return [ id, kind ? { ...entry, ...icon, action, title: this.title(kind) } : entry ];
    }));
  }

  appended(entries) {
    const kept = Object.entries(entries).filter(([ id ]) => !NOT_IN_PAD.includes(id));
    return Object.fromEntries(kept.map(([ id, entry ]) => {
      const kind = PAD[id];
      const own = id === 'append.append-task' ? { className: 'bpmn-icon-user-task', action: this.personAfter() } : {};
      return [ id, kind ? { ...entry, ...own, title: this.words('append.title', { kind: this.title(kind) }) } : entry ];
    }));
  }

  title(kind) {
    return `${this.words(`kind.${kind}`)}: ${this.words(`means.${kind}`)}`;
  }

  person() {
    const start = (event) => this.create.start(event, this.task());
    return { dragstart: start, click: start };
  }

  personAfter() {
    return {
      dragstart: (event, source) => this.create.start(event, this.task(), { source }),
      click: (_event, source) => this.autoPlace.append(source, this.task())
    };
  }

  task() {
    return this.elementFactory.createShape({ type: 'bpmn:UserTask' });
  }
}
