// What an element is, by the names of bpmn-js's own catalogue, and which of them run here: these are offered by
// palette and menus, each with one line that says what it means (words: kind.…, means.…).

const TASKS = {
  'bpmn:UserTask': 'user-task',
  'bpmn:Task': 'user-task',
  'bpmn:ManualTask': 'user-task',
  'bpmn:SendTask': 'send-task',
  'bpmn:ServiceTask': 'send-task',
  'bpmn:BusinessRuleTask': 'rule-task',
  'bpmn:ReceiveTask': 'receive-task',
  'bpmn:ScriptTask': 'script-task',
  'bpmn:CallActivity': 'call-activity',
  'bpmn:SubProcess': 'subprocess',
  'bpmn:Transaction': 'subprocess',
  'bpmn:AdHocSubProcess': 'ad-hoc-subprocess',
  'bpmn:ExclusiveGateway': 'exclusive-gateway',
  'bpmn:ParallelGateway': 'parallel-gateway',
  'bpmn:InclusiveGateway': 'inclusive-gateway',
  'bpmn:EventBasedGateway': 'event-based-gateway',
  'bpmn:ComplexGateway': 'complex-gateway',
  'bpmn:Participant': 'pool',
  'bpmn:Process': 'process',
  'bpmn:Collaboration': 'collaboration',
  'bpmn:Lane': 'lane',
  'bpmn:SequenceFlow': 'flow',
  'bpmn:MessageFlow': 'message-flow',
  'bpmn:DataObjectReference': 'data-object-reference',
  'bpmn:DataStoreReference': 'data-store-reference',
  'bpmn:TextAnnotation': 'note',
  'bpmn:Group': 'group',
  'bpmn:Association': 'association'
};
const PLACES = {
  'bpmn:StartEvent': 'start',
  'bpmn:EndEvent': 'end',
  'bpmn:IntermediateCatchEvent': 'intermediate-catch',
  'bpmn:IntermediateThrowEvent': 'intermediate-throw',
  'bpmn:BoundaryEvent': 'boundary'
};
const PLAIN = { start: 'none-start-event', end: 'none-end-event', 'intermediate-throw': 'none-intermediate-throwing' };
const ALIASES = {
  'none-start': 'none-start-event',
  'none-end': 'none-end-event',
  'none-intermediate-throw': 'none-intermediate-throwing',
  'expanded-subprocess': 'subprocess',
  'collapsed-subprocess': 'collapsed-subprocess',
  'expanded-ad-hoc-subprocess': 'ad-hoc-subprocess',
  'collapsed-ad-hoc-subprocess': 'collapsed-ad-hoc-subprocess',
  'sequence-flow': 'sequence-flow'
};

/** Of what bpmn-js can draw, what runs here; a plain and a manual task are a person's task and drawn as that. */
export const OFFERED = new Set([
  'user-task', 'send-task', 'rule-task', 'receive-task', 'call-activity',
  'subprocess', 'collapsed-subprocess', 'ad-hoc-subprocess', 'collapsed-ad-hoc-subprocess',
  'exclusive-gateway', 'parallel-gateway', 'inclusive-gateway', 'event-based-gateway',
  'none-start-event', 'message-start', 'timer-start', 'signal-start',
  'none-end-event', 'message-end', 'signal-end', 'error-end', 'escalation-end', 'terminate-end',
  'none-intermediate-throwing', 'message-intermediate-throw', 'signal-intermediate-throw', 'escalation-intermediate-throw',
  'link-intermediate-throw', 'link-intermediate-catch',
  'message-intermediate-catch', 'timer-intermediate-catch', 'signal-intermediate-catch',
  'event-subprocess', 'error-start', 'escalation-start', 'non-interrupting-message-start',
  'non-interrupting-timer-start', 'non-interrupting-signal-start', 'non-interrupting-escalation-start',
  'conditional-intermediate-catch', 'conditional-boundary', 'non-interrupting-conditional-boundary',
  'non-interrupting-conditional-start', 'compensation-start', 'compensation-boundary', 'compensation-intermediate-throw', 'compensation-end',
  'timer-boundary', 'message-boundary', 'signal-boundary', 'error-boundary', 'escalation-boundary',
  'non-interrupting-timer-boundary', 'non-interrupting-message-boundary', 'non-interrupting-signal-boundary',
  'non-interrupting-escalation-boundary',
  'expanded-pool', 'data-object-reference', 'data-store-reference',
  'sequence-flow', 'default-flow', 'conditional-flow'
]);

/** The name under which the words of an element's kind stand. */
export function kindOf(element) {
  const bo = (element.labelTarget ?? element).businessObject ?? element;
  const place = PLACES[bo.$type];
  if (bo.triggeredByEvent) return 'event-subprocess';
  if (!place) return TASKS[bo.$type] ?? 'other';
  const event = trigger(bo);
  if (!event) return PLAIN[place] ?? 'none-intermediate-catch';
  const name = `${event}-${place}`;
  const stays = place === 'boundary' ? bo.cancelActivity === false : place === 'start' && bo.isInterrupting === false;
  return stays ? `non-interrupting-${name}` : name;
}

/** "timer", "message", … or "" for an event that waits for nothing and throws nothing. */
export function trigger(bo) {
  const type = bo.eventDefinitions?.[0]?.$type ?? '';
  return type.replace('bpmn:', '').replace('EventDefinition', '').toLowerCase().replace('compensate', 'compensation');
}

/** The kind that an entry of a menu makes: "append-user-task" → "user-task". */
export function kindOfEntry(id) {
  const name = id.replace(/^(append|create|replace-with)-/, '').replace(/^replace-with-/, '');
  return ALIASES[name] ?? name;
}

/** Whether officers get this as work, or the case waits here: it belongs to a lane. */
export function isStep(element) {
  const { $type } = element.businessObject ?? element;
  return $type in TASKS ? /Task|Gateway|SubProcess|CallActivity|Transaction/.test($type) : $type in PLACES;
}
