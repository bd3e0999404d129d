// FEEL values as plain JSON: dates, times and durations as ISO 8601 text, the rest as it is.
import { DateTime, Duration } from 'luxon';

import { durationText, isOfMonths, isoText, kindOf } from './types.js';

const DEEPEST = 200;

/**
 * Return `value` as JSON can hold it; what it cannot hold becomes null, and `warn` is told.
 *
 * Throws a RangeError for lists and contexts nested too deep.
 */
export function plain(value, warn, depth = 0) {
  if (depth > DEEPEST) {
    throw new RangeError('nested too deep');
  }
  if (value === null || value === undefined) {
    return null;
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? value : lost('Not a finite number', warn);
  }
  if (typeof value === 'boolean') {
    return value;
  }
  if (typeof value === 'string') {
    return storable(value);
  }
  if (Array.isArray(value)) {
    return value.map((item) => plain(item, warn, depth + 1));
  }
  if (DateTime.isDateTime(value)) {
    return value.isValid ? moment(value) : lost('Not a valid date or time', warn);
  }
  if (Duration.isDuration(value)) {
    return value.isValid ? duration(value) : lost('Not a valid duration', warn);
  }
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    return entries(value, warn, depth + 1);
  }
  return lost('A range or a function is no value', warn);
}

// No database holds NUL or half of a surrogate pair.
function storable(text) {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

function lost(message, warn) {
  warn(message);
  return null;
}

function entries(context, warn, depth) {
  const all = Object.entries(context);
  return Object.fromEntries(all.map(([ key, value ]) => [ storable(key), plain(value, warn, depth) ]));
}

// A moment without a zone is one of the office's wall: it has no offset, as DMN wants it.
function moment(value) {
  const includeOffset = value.zone.type !== 'system';
  switch (kindOf(value)) {
    case 'time': return value.toISOTime({ suppressMilliseconds: true, includeOffset });
    case 'date': return value.toISODate();
    default: return value.toISO({ suppressMilliseconds: true, includeOffset });
  }
}

// Years and months are written as DMN does; what was written in days and less stays as it was: PT48H is not P2D.
function duration(value) {
  const inMillis = Object.keys(value.toObject()).every((unit) => unit === 'milliseconds');
  return inMillis || isOfMonths(value) ? durationText(value) : isoText(value);
}
