// Timers: their text and kind, and the deadline of a task, drawn as the SOP draws it: a timer on the edge, a send task
// that tells whoever is concerned, an end.
import { append, newShape } from './changes.js';
import { slug } from './ids.js';
import { property } from './vocabulary.js';

const PARTS = { duration: 'timeDuration', date: 'timeDate', cycle: 'timeCycle' };
const REPEATS = /^\s*(setiap|tiap|every|each|per|R\d*\/)/i;
const DATE = /^\s*\d{4}-\d{2}-\d{2}/;

/** The timer of an event: { definition, kind, text }; undefined where there is none. */
export function timerOf(element) {
  const definition = element.businessObject.eventDefinitions?.find((one) => one.$type === 'bpmn:TimerEventDefinition');
  if (!definition) return undefined;
  const kind = Object.keys(PARTS).find((name) => definition[PARTS[name]]) ?? 'duration';
  return { definition, kind, text: definition[PARTS[kind]]?.body ?? '' };
}

/** Which of BPMN's three a text belongs into. */
export function kindOfText(text) {
  return REPEATS.test(text) ? 'cycle' : DATE.test(text) ? 'date' : 'duration';
}

/** Write a timer's text; its kind follows from the text unless it is given. */
export function setTimer(editor, element, text, kind = kindOfText(text)) {
  const { definition } = timerOf(element);
  const present = definition[PARTS[kind]];
  const modeling = editor.get('modeling');
  if (present) return modeling.updateModdleProperties(element, present, { body: text });
  const expression = editor.get('moddle').create('bpmn:FormalExpression', { body: text });
  expression.$parent = definition;
  const parts = Object.fromEntries(Object.values(PARTS).map((part) => [ part, undefined ]));
  modeling.updateModdleProperties(element, definition, { ...parts, [PARTS[kind]]: text ? expression : undefined });
}

/** The timers on a task's edge: the deadline (marked, else the only one), and the others. */
export function deadlineOf(task) {
  const timers = (task.attachers ?? []).filter(timerOf);
  const marked = timers.find((one) => property(one, 'tenggat').trim().toLowerCase() === 'ya');
  const deadline = marked ?? (timers.length === 1 ? timers[0] : undefined);
  return { deadline, others: timers.filter((one) => one !== deadline) };
}

/** What happens when a deadline passes: "remind", "escalate", "takeaway", or "drawn" where it is none of these. */
export function whatThen(deadline) {
  const next = deadline.outgoing[0]?.target;
  if (deadline.businessObject.cancelActivity !== false) return next || !deadline.outgoing.length ? 'takeaway' : 'drawn';
  if (next?.type !== 'bpmn:SendTask') return 'drawn';
  return property(next, 'untuk').includes('koordinator') ? 'escalate' : 'remind';
}

/** Set a task's deadline; draw it where there is none. Returns what else was made to say the same. */
export function setDeadline(editor, task, text) {
  const { deadline } = deadlineOf(task);
  const changed = [];
  editor.compose(() => {
    if (deadline) reword(editor, task, deadline, text, changed);
    else draw(editor, task, text);
  });
  return changed;
}

// A formula is no word for people.
function said(editor, text) {
  return text.trim().startsWith('=') ? editor.t('deadline.computed') : text;
}

// Label, cell and notice are words beside the time; where they said the old time, they say the new one.
function reword(editor, task, deadline, after, changed) {
  const before = said(editor, timerOf(deadline).text);
  const text = said(editor, after);
  const modeling = editor.get('modeling');
  const vocabulary = editor.get('vocabulary');
  setTimer(editor, deadline, after);
  if (deadline.businessObject.name === before) {
    modeling.updateLabel(deadline, text);
    changed.push('label');
  }
  if (property(task, 'waktu') === before) {
    vocabulary.setProperties(task, { waktu: text });
    changed.push('cell');
  }
  for (const { target } of deadline.outgoing) {
    const told = property(target, 'pesan');
    const length = before && within(told, before, text);
    if (length) {
      vocabulary.setProperties(target, { pesan: told.replace(length, text) });
      changed.push('message');
    }
  }
}

// "3 hari kerja" says the time "3 hari": of another number of days the word behind is still right, of "3x24 jam" it is not.
function within(told, before, after) {
  if (!told.includes(before)) return null;
  const shape = (text) => text.replace(/\d+([.,]\d+)?/g, '#');
  const behind = told.slice(told.indexOf(before) + before.length).match(/^( jam)? (kerja|kalender)\b/)?.[0] ?? '';
  return shape(before) === shape(after) ? before : before + behind;
}

function draw(editor, task, text) {
  const timer = attach(editor, task, text);
  const send = append(editor, timer, newShape(editor, 'bpmn:SendTask'));
  tell(editor, task, send, 'remind', text);
  finish(editor, send);
}

/** Attach a marked timer that doesn't interrupt to the task's lower edge. */
function attach(editor, task, text) {
  const modeling = editor.get('modeling');
  const timer = newShape(editor, 'bpmn:BoundaryEvent', { eventDefinitionType: 'bpmn:TimerEventDefinition' });
  timer.businessObject.cancelActivity = false;
  const place = { x: task.x + free(task), y: task.y + task.height };
  const made = modeling.createShape(timer, place, task, { attach: true });
  setTimer(editor, made, text);
  rename(editor, made, `tenggat_${task.id}`, said(editor, text));
  editor.get('vocabulary').setProperties(made, { tenggat: 'ya' });
  return made;
}

// From the right, beside what is on the edge already.
function free(task) {
  const taken = (task.attachers ?? []).map((one) => one.x + one.width / 2 - task.x);
  const places = [ task.width - 30, task.width - 75, 30 ];
  return places.find((x) => taken.every((other) => Math.abs(other - x) > 36)) ?? task.width / 2;
}

function rename(editor, element, id, name) {
  editor.get('naming').identify(element, slug(id));
  if (name) editor.get('modeling').updateLabel(element, name);
}

function tell(editor, task, send, how, text) {
  const t = editor.t;
  const name = editor.nameOf(task);
  rename(editor, send, how === 'escalate' ? `eskalasi_${task.id}` : `ingatkan_${task.id}`,
    t(how === 'escalate' ? 'deadline.escalateName' : 'deadline.remindName', { name: lower(name) }));
  editor.get('vocabulary').setProperties(send, {
    ...(how === 'escalate' ? { untuk: 'lajur dan koordinator' } : {}),
    pesan: t('deadline.message', { name, text: said(editor, text) })
  });
}

function finish(editor, send) {
  const end = append(editor, send, newShape(editor, 'bpmn:EndEvent'));
  rename(editor, end, `terkirim_${send.id}`, editor.t('deadline.sent'));
}

/** Change what happens when the deadline passes. `target`: where the case goes on once the task is taken away. */
export function setThen(editor, task, how, target) {
  const { deadline } = deadlineOf(task);
  const next = deadline.outgoing[0]?.target;
  const modeling = editor.get('modeling');
  editor.compose(() => {
    modeling.updateProperties(deadline, { cancelActivity: how === 'takeaway' });
    if (how === 'takeaway') return lead(editor, deadline, target);
    if (next?.type === 'bpmn:SendTask') return address(editor, next, how);
    for (const flow of [ ...deadline.outgoing ]) modeling.removeElements([ flow ]);
    const send = append(editor, deadline, newShape(editor, 'bpmn:SendTask'));
    tell(editor, task, send, how, timerOf(deadline).text);
    finish(editor, send);
  });
}

function address(editor, send, how) {
  const before = property(send, 'untuk');
  const untuk = how === 'escalate' ? 'lajur dan koordinator' : before.includes('koordinator') ? '' : before;
  editor.get('vocabulary').setProperties(send, { untuk });
}

// The notice and its end stay only where something else leads to them.
function lead(editor, deadline, target) {
  const modeling = editor.get('modeling');
  const orphans = deadline.outgoing.flatMap(({ target: one }) => ends(one));
  modeling.removeElements([ ...deadline.outgoing, ...orphans ]);
  if (target) modeling.connect(deadline, target);
}

function ends(send) {
  if (send.type !== 'bpmn:SendTask' || send.incoming.length > 1) return [];
  const after = send.outgoing.map((flow) => flow.target);
  return [ send, ...after.filter((one) => one.type === 'bpmn:EndEvent' && one.incoming.length === 1) ];
}

/** Take the deadline away, with the notice that nothing else leads to. */
export function removeDeadline(editor, task) {
  const { deadline } = deadlineOf(task);
  const orphans = deadline.outgoing.flatMap(({ target }) => ends(target));
  editor.get('modeling').removeElements([ deadline, ...orphans ]);
}

function lower(name) {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
