// What of a finding can be mended with one click. Each is one step to undo.
import { append, newShape, setCondition, setReference } from './changes.js';
import { laneAt, leafLanes, moveInto, within } from './lanes.js';
import { deadlineOf, setTimer, timerOf } from './timers.js';
import { property } from './vocabulary.js';

/** Return { label, act } of the repair of a finding, or null where it takes thinking. */
export function repairOf(editor, finding) {
  const element = editor.element(finding.params?.nearest_id ?? finding.element_id) ?? editor.ownerOf(finding.element_id);
  const make = element && REPAIRS[finding.code];
  return make ? make(editor, element, finding.params ?? {}, finding) : null;
}

const REPAIRS = {
  property_misspelt: (editor, element, { property: name, known }) => ({
    label: editor.t('repair.rename', { known }),
    act: () => editor.get('vocabulary').renameProperty(element, name, known)
  }),
  property_only_on_process: (editor, element, { property: name }) => ({
    label: editor.t('repair.process'),
    act: () => moveProperty(editor, element, name, editor.home())
  }),
  script_offered: (editor, element, { offer, target }) => editor.get('vocabulary').canScript() && {
    label: editor.t('repair.script', { target, offer }),
    act: () => editor.get('vocabulary').setScript(element, target, offer)
  },
  quantity_ignored: (editor, element) => without(editor, element, 'repair.quantity', 'startQuantity', 'completionQuantity'),
  instantiate_ignored: (editor, element) => without(editor, element, 'repair.instantiate', 'instantiate'),
  property_only_on_lane: removal,
  property_only_on_end: removal,
  no_default_flow: (editor, gateway) => byDefault(editor, gateway.outgoing.at(-1)),
  flow_taken_as_default: (editor, flow) => byDefault(editor, flow),
  flow_without_condition: (editor, flow) => byDefault(editor, flow),
  flow_source_far: joined,
  flow_target_far: joined,
  default_ignored: (editor, gateway) => ({
    label: editor.t('repair.undefault'),
    act: () => editor.get('modeling').updateProperties(gateway, { default: undefined })
  }),
  default_unknown: (editor, gateway) => REPAIRS.default_ignored(editor, gateway),
  condition_ignored: unconditional,
  condition_on_default: unconditional,
  expression_not_feel: translated,
  expression_translated: translated,
  condition_in_words: unconditional,
  condition_set_aside: unconditional,
  value_never_chosen: (editor, element, { variable, value, options }) => {
    const near = nearest(value, (options ?? '').split(/,\s*/).map((one) => one.replace(/^["“]|["”]$/g, '')));
    return near && rewrite(editor, element, value, near, 'repair.value');
  },
  name_never_set: renamed,
  name_perhaps_never_set: renamed,
  timer_read_from_words: timed,
  timer_read_in_part: timed,
  timer_text_understood: timed,
  timer_not_understood: (editor, element) => {
    const text = plainTime(timerOf(element)?.text ?? '');
    return text && timed(editor, element, { understood: text });
  },
  timer_label_differs: (editor, element) => ({
    label: editor.t('repair.label'),
    act: () => editor.get('modeling').updateLabel(element, timerOf(element).text)
  }),
  timer_cell_differs: (editor, element) => {
    const { deadline } = deadlineOf(element);
    return deadline && {
      label: editor.t('repair.cell'),
      act: () => editor.get('vocabulary').setProperties(element, { waktu: timerOf(deadline).text })
    };
  },
  task_outside_lanes: intoLane,
  task_in_two_lanes: intoLane,
  lane_by_place: intoLane,
  implicit_end: (editor, element) => ({
    label: editor.t('repair.end'),
    act: () => append(editor, element, newShape(editor, 'bpmn:EndEvent'))
  }),
  form_missing: (editor, element, { form }) => ({
    label: editor.t('repair.form'),
    act: () => editor.createForm(form.replace(/\.form$/, ''), element.businessObject.name || form),
    outside: true
  }),
  event_by_its_name: (editor, element, { message }) => ({
    label: editor.t('repair.message', { name: message }),
    act: () => asMessage(editor, element, message)
  }),
  unit_missing: (editor, element) => {
    const name = property(editor.home(), 'unit');
    return name && { label: editor.t('repair.unit', { name }), act: () => editor.get('vocabulary').setProperties(element, { unit: name }) };
  }
};

function without(editor, element, label, ...names) {
  const none = Object.fromEntries(names.map((name) => [ name, undefined ]));
  return { label: editor.t(label), act: () => editor.get('modeling').updateProperties(element, none) };
}

function removal(editor, element, { property: name }) {
  return { label: editor.t('repair.remove'), act: () => editor.get('vocabulary').setProperties(element, { [name]: null }) };
}

function moveProperty(editor, element, name, home) {
  const vocabulary = editor.get('vocabulary');
  editor.compose(() => {
    if (!property(home, name)) vocabulary.setProperties(home, { [name]: property(element, name) });
    vocabulary.setProperties(element, { [name]: null });
  });
}

function byDefault(editor, flow) {
  if (!flow) return null;
  const name = flow.businessObject.name || editor.nameOf(flow.target);
  return {
    label: editor.t('repair.default', { name }),
    act: () => editor.compose(() => {
      editor.get('modeling').updateProperties(flow.source, { default: flow.businessObject });
      if (flow.businessObject.conditionExpression) editor.get('modeling').updateProperties(flow, { conditionExpression: undefined });
    })
  };
}

// bpmn.io draws no arrow that lacks an end: it is in the file, and comes onto the canvas with the end it gets.
function joined(editor, nearest, _params, { code, element_id: id }) {
  const flow = nearest.businessObject.$parent?.flowElements?.find((one) => one.id === id);
  const known = flow && editor.element((code === 'flow_target_far' ? flow.sourceRef : flow.targetRef)?.id);
  if (!known) return null;
  const [ source, target ] = code === 'flow_target_far' ? [ known, nearest ] : [ nearest, known ];
  const di = editor.get('canvas').getRootElement().di.planeElement?.find((one) => one.bpmnElement === flow);
  return {
    label: editor.t('repair.join', { name: editor.nameOf(nearest) }),
    act: () => editor.get('modeling').connect(source, target, { type: 'bpmn:SequenceFlow', businessObject: flow, ...(di && { di }) })
  };
}

function unconditional(editor, flow) {
  if (!flow.businessObject.conditionExpression) return null;
  return { label: editor.t('repair.uncondition'), act: () => editor.get('modeling').updateProperties(flow, { conditionExpression: undefined }) };
}

function translated(editor, flow, { offer }) {
  if (!offer || !flow.businessObject.conditionExpression) return null;
  return { label: editor.t('repair.offer', { offer }), act: () => setCondition(editor, flow, `=${offer.replace(/^=/, '').trim()}`) };
}

function renamed(editor, element, { variable }) {
  const known = [ ...editor.facts.variables.map((one) => one.name), ...editor.facts.forms.flatMap((form) => form.fields.map((one) => one.key)) ];
  const name = nearest(variable, known);
  return name && rewrite(editor, element, variable, name, 'repair.name');
}

// In the condition of a flow, or in the property that names a variable.
function rewrite(editor, element, before, after, label) {
  const told = { label: editor.t(label, { value: after, name: after }) };
  const body = element.businessObject.conditionExpression?.body;
  if (body?.includes(before)) return { ...told, act: () => setCondition(editor, element, body.replaceAll(before, after)) };
  const name = [ 'unit', 'nomor', 'perihal', 'kategori', 'wilayah', 'prioritas', 'saluran', 'alasan' ].find((one) => property(element, one) === before);
  return name ? { ...told, act: () => editor.get('vocabulary').setProperties(element, { [name]: after }) } : null;
}

function timed(editor, element, { understood }) {
  if (!understood || !timerOf(element)) return null;
  return { label: editor.t('repair.timer', { text: understood }), act: () => editor.compose(() => setTimer(editor, element, understood)) };
}

/** A number and a unit, taken out of a longer text: "paling lama 3 hari ya" → "3 hari". */
function plainTime(text) {
  return text.match(/\d+\s*(hari kerja|hari kalender|hari|jam|menit|minggu|bulan)/i)?.[0] ?? '';
}

function intoLane(editor, element) {
  const lane = laneAt(element, leafLanes(editor.get('elementRegistry')));
  if (!lane) return null;
  const name = lane.businessObject.name || lane.id;
  return { label: editor.t('repair.lane', { lane: name }), act: () => moveInto(editor, element, lane, within(lane, element)) };
}

function asMessage(editor, element, message) {
  editor.compose(() => {
    const target = { type: element.type, eventDefinitionType: 'bpmn:MessageEventDefinition' };
    const made = editor.get('bpmnReplace').replaceElement(element, target);
    setReference(editor, made, message);
  });
}

/** The one of `names` that differs from `name` by case, signs, or two letters at most. */
export function nearest(name, names) {
  const bare = (text) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const found = names
    .filter((one) => one !== name)
    .map((one) => [ one, distance(bare(one), bare(name)) ])
    .filter(([ one, away ]) => away <= (bare(one).length > 5 ? 2 : 1))
    .sort(([ , one ], [ , other ]) => one - other);
  return found[0]?.[0] ?? null;
}

function distance(one, other) {
  let row = [ ...Array(other.length + 1).keys() ];
  for (let i = 1; i <= one.length; i++) {
    const next = [ i ];
    for (let j = 1; j <= other.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[other.length];
}

/** The field of the panel that a finding is about. */
export function fieldOf(finding) {
  if (finding.params?.property) return `p-${finding.params.property.replace(/\W+/g, '-')}`;
  if (finding.code.startsWith('timer_cell')) return 'p-waktu';
  if (finding.code.startsWith('timer_')) return 'timer';
  if (finding.code.startsWith('form_')) return 'form';
  if (finding.code.startsWith('decision_') || finding.code === 'rule_without_table') return 'decision';
  if (finding.code.startsWith('unit_')) return 'p-unit';
  if (finding.code.includes('condition') || finding.code.startsWith('expression') || finding.code.startsWith('value_')) return 'condition';
  if (finding.code.includes('message')) return 'reference';
  return null;
}

