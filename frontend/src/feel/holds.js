// Conditions and formulas of forms in the browser, with the clock that the server's FEEL would use.
import { evaluate, unaryTest } from '@bpmn-io/feelin';
import { DateTime } from 'luxon';

import { clockAt, useLocalZone } from './clock.js';
import './dates.js';
import { plain } from './plain.js';

/** Return whether `test` is true over `context`; text that makes no sense is not. */
export function holds(test, context, zone) {
  useLocalZone(zone);
  const now = DateTime.now().setZone(zone).toISO();
  try {
    return unaryTest(test, { ...context, ...clockAt(now) }).value === true;
  } catch {
    return false;
  }
}

/** Return what `expression` gives over `context`, as JSON; null where it makes no sense. */
export function worth(expression, context, zone) {
  useLocalZone(zone);
  const now = DateTime.now().setZone(zone).toISO();
  try {
    return plain(evaluate(expression, { ...context, ...clockAt(now) }).value, () => {});
  } catch {
    return null;
  }
}
