// Which lane each step is in, as the file says it (flowNodeRef), and who moved.

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
