// The diagram in the order in which a case walks through it.
import { isStep } from './kinds.js';

/** Return the steps in the order of the flow: each after what leads to it, events on an edge after their host. */
export function flowOrder(registry) {
  const steps = registry.filter((one) => isStep(one) && !one.labelTarget);
  const starts = steps.filter((one) => one.type === 'bpmn:StartEvent');
  const roots = [ ...starts, ...steps.filter((one) => !one.incoming.length && one.type !== 'bpmn:BoundaryEvent'), ...steps ];
  const found = new Set();
  for (const root of roots) walk(root, found);
  return [ ...found ];
}

function walk(root, found) {
  const waiting = [ root ];
  while (waiting.length) {
    const step = waiting.shift();
    if (found.has(step)) continue;
    found.add(step);
    const inside = (step.children ?? []).filter((one) => one.type === 'bpmn:StartEvent');
    const next = step.outgoing.filter((one) => one.type === 'bpmn:SequenceFlow').map((one) => one.target);
    waiting.unshift(...inside, ...(step.attachers ?? []), ...next.filter(isStep));
  }
}

/** Return [{lane, steps}] in the order of the drawing's lanes; steps without a lane last, with lane "". */
export function byLane(steps, lanes, laneNames) {
  const groups = lanes.map((lane) => ({ lane: lane.businessObject.name || lane.id, element: lane, steps: [] }));
  const rest = { lane: '', element: null, steps: [] };
  for (const step of steps) {
    const name = laneNames[step.id] ?? laneNames[step.host?.id] ?? laneNames[step.parent?.id];
    (groups.find((group) => group.lane === name) ?? rest).steps.push(step);
  }
  return [ ...groups, rest ].filter((group) => group.steps.length || group.element);
}
