// Which lane each step is in, as the file says it (flowNodeRef), who moved, and where there is room in a lane.
import { getNewShapePosition } from 'bpmn-js/lib/features/auto-place/BpmnAutoPlaceUtil';

const FIRST = 3000; // before bpmn-js and its grid, which place what this leaves to them

/** Return {element id: lane name}; of lanes in lanes the innermost. */
export function laneNames(registry) {
  const found = {};
  for (const lane of registry.filter((one) => one.type === 'bpmn:Lane')) {
    const bo = lane.businessObject;
    if (bo.childLaneSet?.lanes?.length) continue;
    for (const step of bo.flowNodeRef ?? []) found[step.id] = bo.name || bo.id;
  }
  return found;
}

/** Return [{element, lane}] for what was in another lane before. */
export function movedLanes(before, after, elementOf) {
  return Object.entries(after)
    .filter(([ id, lane ]) => id in before && before[id] !== lane && renamed(before, after, before[id], lane) === false)
    .map(([ id, lane ]) => ({ element: elementOf(id), lane }))
    .filter(({ element }) => element);
}

// A lane with another name takes all its steps along: nobody moved.
function renamed(before, after, old, fresh) {
  return !Object.values(after).includes(old) && !Object.values(before).includes(fresh);
}

/** The lanes of the drawing from top to bottom, those that hold others left out. */
export function leafLanes(registry) {
  return registry
    .filter((one) => one.type === 'bpmn:Lane' && !one.businessObject.childLaneSet?.lanes?.length)
    .sort((one, other) => one.y - other.y || one.x - other.x);
}

/** The lane whose box holds the middle of a shape, else the nearest; undefined where there is none. */
export function laneAt(shape, lanes) {
  const middle = { x: shape.x + shape.width / 2, y: shape.y + shape.height / 2 };
  const away = (lane) => Math.hypot(
    Math.max(lane.x - middle.x, 0, middle.x - lane.x - lane.width),
    Math.max(lane.y - middle.y, 0, middle.y - lane.y - lane.height)
  );
  return [ ...lanes ].sort((one, other) => away(one) - away(other))[0];
}

const INSET = 20;
const STEP = 20;

/** Where the left upper corner of a shape comes to lie wholly in a lane, as near as can be to where it is. */
export function within(lane, { x, y, width, height }) {
  return {
    x: clamp(x, lane.x + 50, lane.x + lane.width - width - INSET),
    y: clamp(y, lane.y + INSET, lane.y + lane.height - height - INSET)
  };
}

/** The same, where nothing else lies; where there is no room, as near as can be. */
export function freeWithin(lane, shape, registry) {
  const { width, height } = shape;
  const near = within(lane, shape);
  const lying = registry.filter((one) => one !== shape && one.host !== shape && isStep(one));
  const isFree = ({ x, y }) => !lying.some((one) =>
    x < one.x + one.width + INSET && one.x < x + width + INSET && y < one.y + one.height + INSET && one.y < y + height + INSET);
  const bottom = lane.y + lane.height - height - INSET;
  const right = lane.x + lane.width - width - INSET;
  for (let x = near.x; x <= right; x += STEP) {
    const rows = [];
    for (let y = lane.y + INSET; y <= bottom; y += STEP) rows.push(y);
    rows.sort((one, other) => Math.abs(one - near.y) - Math.abs(other - near.y));
    const y = [ near.y, ...rows ].find((one) => isFree({ x, y: one }));
    if (y !== undefined) return { x, y };
  }
  return near;
}

/** Move a step to a place in a lane, which writes into the file that it is there. */
export function moveInto(editor, element, lane, { x, y }) {
  const pool = lane.parent.type === 'bpmn:Lane' ? lane.parent.parent : lane.parent;
  editor.get('modeling').moveElements([ element ], { x: x - element.x, y: y - element.y }, pool);
}

function isStep(element) {
  return element.width && !element.labelTarget && ![ 'bpmn:Participant', 'bpmn:Lane', 'bpmn:Process', 'bpmn:Collaboration' ].includes(element.type);
}

function clamp(value, least, most) {
  return Math.max(least, Math.min(value, most));
}

/** What is added behind a step stays in its lane, unless there is no lane that is high enough. */
export class LaneKeeper {
  static $inject = [ 'eventBus', 'elementRegistry' ];

  constructor(eventBus, elementRegistry) {
    eventBus.on('autoPlace', FIRST, ({ source, shape }) => {
      const lanes = leafLanes(elementRegistry);
      const at = getNewShapePosition(source, shape, elementRegistry);
      const lane = laneAt(source.host ?? source, lanes);
      if (!lane || shape.type === 'bpmn:TextAnnotation' || lane.height < shape.height + 2 * INSET) return undefined;
      const lying = { x: at.x - shape.width / 2, y: at.y - shape.height / 2, width: shape.width, height: shape.height };
      if (lying.y >= lane.y && lying.y + lying.height <= lane.y + lane.height) return undefined;
      const found = freeWithin(lane, lying, elementRegistry);
      return { x: found.x + shape.width / 2, y: found.y + shape.height / 2 };
    });
  }
}
