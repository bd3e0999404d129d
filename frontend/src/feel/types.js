// The types of FEEL's values (DMN 1.5, 10.3.2.3), where feelin has one class for two, or does not look.
import { DateTime, Duration, FixedOffsetZone, IANAZone, SystemZone } from 'luxon';

const MONTH_MS = 30 * 86_400_000;
const DAY_UNITS = [ 'days', 'hours', 'minutes', 'seconds' ];
const TYPES = {
  number: 'number', string: 'string', boolean: 'boolean', date: 'date', time: 'time', list: 'list', context: 'context',
  range: 'range', function: 'function', 'date and time': 'date time', dateTime: 'date time', Null: 'nil'
};
const OF_DURATION = { 'years and months duration': true, yearMonthDuration: true, 'days and time duration': false, dayTimeDuration: false };

/** Return whether a duration is one of years and months. */
export function isOfMonths(duration) {
  const units = Object.keys(duration.toObject());
  return units.length > 0 && units.every((unit) => [ 'years', 'quarters', 'months' ].includes(unit));
}

export function monthsOf({ years, quarters, months }) {
  return years * 12 + quarters * 3 + months;
}

/** Return whether two durations are equal; null where they are of two kinds. */
export function isSameDuration(a, b) {
  if (isOfMonths(a) !== isOfMonths(b)) {
    return null;
  }
  return isOfMonths(a) ? monthsOf(a) === monthsOf(b) : a.toMillis() === b.toMillis();
}

/** Return what durations are compared by. */
export function sizeOf(duration) {
  return isOfMonths(duration) ? monthsOf(duration) * MONTH_MS : duration.toMillis();
}

/** Return the duration as FEEL writes it: years and months, or days and less. */
export function durationText(duration) {
  const months = monthsOf(duration);
  if (isOfMonths(duration)) {
    return months === 0 ? 'P0M' : isoText(Duration.fromObject({ years: Math.trunc(months / 12), months: months % 12 }));
  }
  return isoText(split(duration));
}

/** Return the duration in ISO 8601, in its own units where they go one way; the minus of one below zero stands before it. */
export function isoText(duration) {
  const parts = Object.values(duration.toObject());
  const [ adds, takes ] = [ parts.some((part) => part > 0), parts.some((part) => part < 0) ];
  if (adds && takes || (!adds && !takes && isOfMonths(duration))) {
    return durationText(duration);
  }
  return takes ? `-${duration.negate().toISO()}` : duration.toISO();
}

function split(duration) {
  return Duration.fromMillis(duration.toMillis()).shiftTo(...DAY_UNITS);
}

/** Return a property of a duration, or one of a date or time that feelin does not know; undefined for all else. */
export function propertyOf(value, name) {
  if (Duration.isDuration(value)) {
    if (isOfMonths(value)) {
      return { years: Math.trunc(monthsOf(value) / 12), months: monthsOf(value) % 12 }[name] ?? null;
    }
    return DAY_UNITS.includes(name) ? split(value)[name] : null;
  }
  if (!DateTime.isDateTime(value)) {
    return undefined;
  }
  if (name === 'timezone') {
    return value.zone instanceof IANAZone ? value.zoneName : null;
  }
  if (name === 'time offset') {
    return value.zone instanceof SystemZone ? null : Duration.fromObject({ minutes: value.offset }).shiftTo(...DAY_UNITS);
  }
  return undefined;
}

/** Return the kind of a moment, told apart as feelin does: it has one class for three. */
export function kindOf(moment) {
  if (moment.year === 1900 && moment.month === 1 && moment.day === 1) {
    return 'time';
  }
  return moment.zone === FixedOffsetZone.utcInstance && moment.valueOf() % 86_400_000 === 0 ? 'date' : 'date time';
}

/** Return the days from one date to another, downwards where that is earlier. */
export function daysOf(start, end, startIncluded, endIncluded) {
  const step = start > end ? -1 : 1;
  const count = Math.round(Math.abs(end.diff(start, 'days').days));
  const days = Array.from({ length: count + 1 }, (none, day) => start.plus({ days: day * step }));
  return days.slice(startIncluded ? 0 : 1, endIncluded ? undefined : -1);
}

/** Return whether `value` is of the type that is written; null where there is no such type. */
export function isInstance(value, type, getType) {
  const { name, inner } = written(type);
  const is = (one, wanted) => isInstance(one, wanted, getType);
  if (name === 'Any') {
    return getType(value) !== 'nil';
  }
  if (Object.hasOwn(OF_DURATION, name)) {
    return getType(value) === 'duration' && isOfMonths(value) === OF_DURATION[name];
  }
  if (!Object.hasOwn(TYPES, name)) {
    return null;
  }
  if (getType(value) !== TYPES[name]) {
    return false;
  }
  switch (inner && name) {
    case 'list': return value.every((one) => is(one, inner));
    case 'range': return [ value.start, value.end ].every((one) => one === null || is(one, inner));
    case 'context': return partsOf(inner).every(([ key, wanted ]) => Object.hasOwn(value, key) && is(value[key], wanted));
    default: return true;
  }
}

/** Return whether FEEL knows the type that is written, and all types in it. */
export function isType(type) {
  const { name, inner } = written(type);
  const known = name === 'Any' || Object.hasOwn(TYPES, name) || Object.hasOwn(OF_DURATION, name);
  switch (inner && name) {
    case 'list': case 'range': return isType(inner);
    case 'context': return partsOf(inner).every(([ , one ]) => isType(one ?? ''));
    default: return known;
  }
}

// `list<number>` as its name, and what stands in the brackets.
function written(type) {
  const [ , name = '', inner = '' ] = /^\s*([\w ]*\w)\s*(?:<(.*)>)?/s.exec(type) ?? [];
  return { name: name.replace(/\s+/g, ' '), inner };
}

// `a: number, b: list<string>` as names and types
function partsOf(text) {
  let depth = 0;
  const parts = [ '' ];
  for (const sign of text) {
    depth += (sign === '<') - (sign === '>');
    if (sign === ',' && depth === 0) {
      parts.push('');
    } else {
      parts[parts.length - 1] += sign;
    }
  }
  return parts.map((part) => part.split(/:(.*)/s).slice(0, 2).map((one) => one.trim()));
}
