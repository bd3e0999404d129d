// The diagram in words: every step in the order of the flow, by lane. From here the panel is reached, and simple
// changes are made, without a mouse.
import { useEffect, useRef, useState } from 'preact/hooks';

import { insertAfter, newShape } from './changes.js';
import { kindOf } from './kinds.js';
import { freeWithin, leafLanes, moveInto } from './lanes.js';
import { byLane, flowOrder } from './order.js';

const ADDED = {
  'user-task': { type: 'bpmn:UserTask' },
  'exclusive-gateway': { type: 'bpmn:ExclusiveGateway' },
  'parallel-gateway': { type: 'bpmn:ParallelGateway' },
  'send-task': { type: 'bpmn:SendTask' },
  'rule-task': { type: 'bpmn:BusinessRuleTask' },
  'timer-intermediate-catch': { type: 'bpmn:IntermediateCatchEvent', eventDefinitionType: 'bpmn:TimerEventDefinition' },
  'message-intermediate-catch': { type: 'bpmn:IntermediateCatchEvent', eventDefinitionType: 'bpmn:MessageEventDefinition' },
  'none-end-event': { type: 'bpmn:EndEvent' }
};

export function Outline({ editor }) {
  const { t } = editor;
  const place = useRef(null);
  const registry = editor.get('elementRegistry');
  const steps = flowOrder(registry);
  const groups = byLane(steps, leafLanes(registry), editor.lanes);
  const chosen = editor.selected().length === 1 ? editor.selected()[0] : null;
  const [ stop, setStop ] = useState(null);
  useEffect(() => { if (chosen) setStop(chosen.id); }, [ chosen?.id ]); // what is selected elsewhere is where one is here
  const shown = groups.flatMap((group) => [ group.element, ...group.steps ]).filter(Boolean);
  const current = shown.find((one) => one.id === stop) ?? (shown.includes(chosen) ? chosen : shown[0]);
  const keys = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    if (!step) return;
    event.preventDefault();
    const to = shown[Math.max(0, Math.min(shown.length - 1, shown.indexOf(current) + step))];
    setStop(to.id);
    place.current.querySelector(`[data-element="${CSS.escape(to.id)}"]`)?.focus();
  };
  const item = { editor, chosen, current, setStop };
  return (
    <div class="outline">
      <p class="muted small" id="outline-help">{t('outline.help')}</p>
      <div ref={place} class="outline__lanes" onKeyDown={keys}>
        {groups.map((group) => (
          <section key={group.lane} class="outline__lane">
            <h2>{group.element ? <Item element={group.element} {...item} text={t('lane.of', { name: group.lane })} /> : t('outline.nolane')}</h2>
            <ol>{group.steps.map((step) => <li key={step.id}><Item element={step} {...item} text={editor.nameOf(step)} more={more(editor, step)} /></li>)}</ol>
          </section>
        ))}
      </div>
      {current && chosen === current && <Actions editor={editor} element={current} steps={steps} />}
    </div>
  );
}

function Item({ editor, element, chosen, current, setStop, text, more: rest }) {
  const choose = () => editor.reveal(element.id, { focus: false });
  return (
    <button type="button" class="outline__item" data-element={element.id} tabIndex={element === current ? 0 : -1}
      aria-current={element === chosen ? 'true' : undefined} aria-describedby="outline-help"
      onFocus={() => setStop(element.id)} onClick={choose} onKeyDown={(event) => event.key === 'Enter' && (event.preventDefault(), editor.reveal(element.id, { focus: true }))}>
      <span class="outline__name">{text}</span>{rest && <span class="muted small"> {rest}</span>}
    </button>
  );
}

function more(editor, step) {
  const { t } = editor;
  const next = step.outgoing.filter((one) => one.type === 'bpmn:SequenceFlow').map((one) => one.target);
  const count = editor.findings.filter((one) => one.element_id === step.id).length;
  return [
    t(`kind.${kindOf(step)}`),
    step.host && t('outline.edge', { name: editor.nameOf(step.host) }),
    next.length && t('outline.next', { names: next.map((one) => editor.nameOf(one)).join('; ') }),
    count && t('outline.findings', { count })
  ].filter(Boolean).join(' · ');
}

function Actions({ editor, element, steps }) {
  const { t } = editor;
  const name = editor.nameOf(element);
  const isStep = steps.includes(element);
  const add = (kind) => {
    if (!kind) return;
    const { type, ...attributes } = ADDED[kind];
    let made;
    editor.compose(() => { made = insertAfter(editor, element, newShape(editor, type, attributes)); });
    editor.reveal(made.id, { focus: true });
    editor.tell(t('said.added', { name: editor.kindName(made) }), { undo: true });
  };
  const connect = (id) => {
    const target = editor.element(id);
    if (!target) return;
    const allowed = editor.get('rules').allowed('connection.create', { source: element, target });
    if (allowed) editor.get('modeling').connect(element, target);
    editor.tell(t(allowed ? 'said.connected' : 'said.notConnected', { name, target: editor.nameOf(target) }), { undo: Boolean(allowed) });
  };
  const lanes = leafLanes(editor.get('elementRegistry'));
  const own = editor.lanes[element.id];
  const toLane = (id) => {
    const lane = lanes.find((one) => one.id === id);
    if (lane) moveInto(editor, element, lane, freeWithin(lane, element, editor.get('elementRegistry')));
  };
  const remove = () => {
    editor.get('modeling').removeElements([ element ]);
    editor.tell(t('said.deleted', { name }), { undo: true });
  };
  return (
    <div class="outline__actions" role="group" aria-label={t('outline.act', { name })}>
      {isStep && element.type !== 'bpmn:EndEvent' && <Pick label={t('outline.after')} word={t('outline.after.do')} act={add} options={Object.keys(ADDED).map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))} />}
      {isStep && element.type !== 'bpmn:EndEvent' && <Pick stay label={t('outline.connect')} word={t('outline.connect.do')} act={connect}
        options={steps.filter((one) => one !== element && one.type !== 'bpmn:StartEvent' && one.type !== 'bpmn:BoundaryEvent').map((one) => ({ value: one.id, label: editor.nameOf(one) }))} />}
      {isStep && !element.host && lanes.length > 1 && <Pick stay label={t('outline.lane')} word={t('outline.lane.do')} act={toLane}
        options={lanes.filter((one) => (one.businessObject.name || one.id) !== own).map((one) => ({ value: one.id, label: one.businessObject.name || one.id }))} />}
      <button type="button" class="button button--small" onClick={() => editor.reveal(element.id, { focus: true })}>{t('outline.rename')}</button>
      <button type="button" class="button button--small button--danger" onClick={remove}>{t('outline.delete')}</button>
    </div>
  );
}

// Choosing alone changes nothing, so that arrow keys can pass through the list; the button does.
function Pick({ label, word, options, act, stay = false }) {
  const [ value, setValue ] = useState('');
  const choice = useRef(null); // else the button would take the focus with it, as it is disabled then
  return (
    <span class="pick-act">
      <select ref={choice} aria-label={label} value={value} onChange={({ currentTarget }) => setValue(currentTarget.value)}>
        <option value="">{label}…</option>
        {options.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}
      </select>
      <button type="button" class="button button--small" disabled={!value} onClick={() => { act(value); setValue(''); if (stay) choice.current?.focus(); }}>{word}</button>
    </span>
  );
}
