// What the panel changes in BPMN's own words; properties, forms and decisions are changed by the vocabulary.
import { slug } from './ids.js';
import { owner, property } from './vocabulary.js';

const REFERENCES = {
  'bpmn:MessageEventDefinition': [ 'messageRef', 'bpmn:Message', 'name', 'pesan' ],
  'bpmn:ReceiveTask': [ 'messageRef', 'bpmn:Message', 'name', 'pesan' ],
  'bpmn:SignalEventDefinition': [ 'signalRef', 'bpmn:Signal', 'name', 'sinyal' ],
  'bpmn:ErrorEventDefinition': [ 'errorRef', 'bpmn:Error', 'errorCode', 'galat' ],
  'bpmn:EscalationEventDefinition': [ 'escalationRef', 'bpmn:Escalation', 'escalationCode', 'eskalasi' ]
};
const ID = /^[A-Za-z_][\w.-]{0,127}$/;

export function setName(editor, element, name) {
  const bo = element.businessObject;
  const modeling = editor.get('modeling');
  if (bo.$type === 'bpmn:TextAnnotation') return modeling.updateLabel(element, name);
  const process = bo.$type === 'bpmn:Participant' && bo.processRef;
  editor.compose(() => {
    // A pool and its process bear one name.
    if (process && (process.name ?? '') === (bo.name ?? '')) {
      modeling.updateModdleProperties(element, process, { name: name || undefined });
    }
    modeling.updateLabel(element, name);
  });
}

export function documentation(element) {
  return owner(element).documentation?.[0]?.text ?? '';
}

export function setDocumentation(editor, element, text) {
  const bo = owner(element);
  const modeling = editor.get('modeling');
  if (!text) return modeling.updateModdleProperties(element, bo, { documentation: bo.documentation.slice(1) });
  const [ present ] = bo.documentation ?? [];
  if (present) return modeling.updateModdleProperties(element, present, { text });
  const made = editor.get('moddle').create('bpmn:Documentation', { text });
  made.$parent = bo;
  modeling.updateModdleProperties(element, bo, { documentation: [ made ] });
}

/** Why an id cannot be taken: a key of the words, or "". */
export function idTrouble(editor, element, id) {
  if (!ID.test(id)) return 'field.id.bad';
  if ([ 'start', 'end', 'root' ].includes(id.toLowerCase())) return 'field.id.reserved';
  return id !== owner(element).id && editor.get('naming').taken(id) ? 'field.id.taken' : '';
}

export function setId(editor, element, id) {
  const bo = owner(element);
  const modeling = editor.get('modeling');
  const before = bo.id;
  editor.compose(() => {
    if (bo === element.businessObject) modeling.updateProperties(element, { id });
    else modeling.updateModdleProperties(element, bo, { id });
    if (bo.$type === 'bpmn:Lane') renameInIdentities(editor, before, id);
  });
}

// The process names lanes by id in `identitas`.
function renameInIdentities(editor, before, after) {
  const home = editor.home();
  const names = property(home, 'identitas').split(/\s*[,;\n]\s*/).filter(Boolean);
  if (names.includes(before)) {
    editor.get('vocabulary').setProperties(home, { identitas: names.map((one) => (one === before ? after : one)).join(', ') });
  }
}

/** What an event or task waits for or throws: { key: 'message' …, text, all }, undefined where it is none of these. */
export function reference(editor, element) {
  const place = referencePlace(element);
  if (!place) return undefined;
  const [ name, type, field ] = REFERENCES[place.$type];
  const all = editor.modeler.getDefinitions().rootElements.filter((one) => one.$type === type);
  return { key: name.replace('Ref', ''), text: place[name]?.[field] ?? '', all: all.map((one) => one[field]).filter(Boolean) };
}

function referencePlace(element) {
  const bo = element.businessObject;
  return [ bo, ...(bo.eventDefinitions ?? []) ].find((one) => one.$type in REFERENCES);
}

/** Name it: an existing message of that name is taken, one that only stands here is renamed, else there is a new one. */
export function setReference(editor, element, text) {
  const place = referencePlace(element);
  const [ name, type, field, prefix ] = REFERENCES[place.$type];
  const definitions = editor.modeler.getDefinitions();
  const modeling = editor.get('modeling');
  const same = definitions.rootElements.find((one) => one.$type === type && one[field] === text);
  if (!text || same) return modeling.updateModdleProperties(element, place, { [name]: same });
  const present = place[name];
  if (present && uses(editor, present, name) === 1) return modeling.updateModdleProperties(element, present, rename(type, field, text));
  const id = editor.get('naming').free(`${prefix}_${slug(text) || 'baru'}`);
  const made = editor.get('moddle').create(type, { id, ...rename(type, field, text) });
  made.$parent = definitions;
  editor.compose(() => {
    modeling.updateModdleProperties(element, definitions, { rootElements: [ ...definitions.rootElements, made ] });
    modeling.updateModdleProperties(element, place, { [name]: made });
  });
}

function rename(type, field, text) {
  return field === 'name' ? { name: text } : { name: text, [field]: text };
}

function uses(editor, target, name) {
  return editor.get('elementRegistry').filter((one) => !one.labelTarget && referencePlace(one)?.[name] === target).length;
}

/** How a flow out of a step is taken: "asked", "condition", "default", or "always" where nothing is chosen. */
export function takenWhen(flow) {
  const source = flow.source.businessObject;
  if (source.default === flow.businessObject) return 'default';
  if (flow.businessObject.conditionExpression) return 'condition';
  return chooses(flow.source) ? 'asked' : 'always';
}

/** Whether one or some of the flows out of this are taken, and not all. */
export function chooses(element) {
  const gateway = [ 'bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway' ].includes(element.type);
  return gateway && element.outgoing.length > 1;
}

export function setTaken(editor, flow, how) {
  const modeling = editor.get('modeling');
  const source = flow.source;
  const isDefault = source.businessObject.default === flow.businessObject;
  editor.compose(() => {
    if (isDefault && how !== 'default') modeling.updateProperties(source, { default: undefined });
    if (how === 'default') modeling.updateProperties(source, { default: flow.businessObject });
    if (how !== 'condition') return modeling.updateProperties(flow, { conditionExpression: undefined });
    if (!flow.businessObject.conditionExpression) setCondition(editor, flow, '=');
  });
}

/** The condition of a flow, or of an event that waits for one. */
export function condition(element) {
  const [ at, part ] = conditionAt(element);
  return at[part]?.body ?? '';
}

export function setCondition(editor, element, body) {
  const modeling = editor.get('modeling');
  const [ at, part ] = conditionAt(element);
  if (at[part]) return modeling.updateModdleProperties(element, at[part], { body });
  const made = editor.get('moddle').create('bpmn:FormalExpression', { body });
  made.$parent = at;
  if (at === element.businessObject) modeling.updateProperties(element, { [part]: made });
  else modeling.updateModdleProperties(element, at, { [part]: made });
}

function conditionAt(element) {
  const bo = element.businessObject;
  const definition = bo.eventDefinitions?.find((one) => one.$type === 'bpmn:ConditionalEventDefinition');
  return definition ? [ definition, 'condition' ] : [ bo, 'conditionExpression' ];
}

/** The process that a call activity calls, as the file says it. */
export function called(element) {
  const bo = element.businessObject;
  return zeebeCall(bo)?.processId ?? bo.calledElement ?? '';
}

export function setCalled(editor, element, key) {
  const bo = element.businessObject;
  const place = zeebeCall(bo);
  const modeling = editor.get('modeling');
  if (place) return modeling.updateModdleProperties(element, place, { processId: key });
  const vocabulary = editor.get('vocabulary');
  if (vocabulary.name !== 'zeebe' || bo.calledElement) return modeling.updateProperties(element, { calledElement: key || undefined });
  editor.compose(() => vocabulary.extend(element, bo, 'zeebe:CalledElement', { processId: key }));
}

function zeebeCall(bo) {
  return bo.extensionElements?.values.find((one) => one.$type === 'zeebe:CalledElement');
}

/** Add a shape after another where there is room, connected; return it. */
export function append(editor, source, shape) {
  const position = editor.get('eventBus').fire('autoPlace', { source, shape });
  return editor.get('modeling').appendShape(source, shape, position, source.parent);
}

/** Add a shape between a step and the one that follows; behind it where several follow, or none. */
export function insertAfter(editor, source, shape) {
  const made = append(editor, source, shape);
  const flows = source.outgoing.filter((one) => one.type === 'bpmn:SequenceFlow' && one.target !== made);
  if (flows.length !== 1 || made.type === 'bpmn:EndEvent' || source.type.endsWith('Gateway')) return made;
  const [ flow ] = flows;
  editor.get('modeling').connect(made, flow.target);
  editor.get('modeling').removeElements([ flow ]);
  return made;
}

/** Make a shape that is drawn nowhere yet. */
export function newShape(editor, type, attributes = {}) {
  return editor.get('elementFactory').createShape({ type, ...attributes });
}
