// Built-in functions of DMN 1.5, 10.3.4, that feelin lacks or gets wrong.
import { DateTime, Duration, FixedOffsetZone } from 'luxon';

import { extensions } from './camunda.js';
import { arithmetic, modulo, numberText, rounded, sum } from './numbers.js';
import { differs } from './ordering.js';
import { sizeOf } from './types.js';
import { regexp, replaced } from './xpath.js';

const DAYS = [ 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday' ];
const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'
];
const RANGE = /^\s*([[(\]])\s*((?:"(?:[^"\\]|\\.)*"|[^"])*?)\s*\.\.\s*((?:"(?:[^"\\]|\\.)*"|[^"])*?)\s*([\])[])\s*$/;
const LITERAL = /^(?:-?(?:\d+(?:\.\d+)?|\.\d+)|@?"(?:[^"\\]|\\.)*"|(?:date|time|date and time|duration)\(\s*"[^"]*"\s*\))$/;
const NUMBER = /^-?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** Return the functions by name, to stand in for feelin's own; `tools` is what feelin makes its own of. */
export function mended({ builtins, fn, listFn, equals, getType, getFromContext, Range, createRange, evaluate }) {
  const own = { ...builtins };
  const rounding = (up) => fn((n, scale) => rounded(n, scale, up), [ 'number', 'number' ], [ 'n', 'scale' ]);
  const scaling = (up) => fn((n, scale = 0) => rounded(n, scale ?? 0, up), [ 'number', 'number?' ], [ 'n', 'scale' ]);
  const isEqual = (a, b) => equals(a, b) === true;

  // Numbers below zero count from the end; there is no place 0.
  const placeOf = (list, position) => {
    const place = position < 0 ? list.length + position : position - 1;
    return position !== 0 && place >= 0 && place < list.length ? place : null;
  };

  const extreme = (sign) => {
    const found = (...list) => {
      const type = getType(list[0]);
      const comparable = [ 'number', 'string', 'duration', 'date', 'time', 'date time' ].includes(type);
      if (!comparable || list.some((one) => getType(one) !== type)) {
        return null;
      }
      return list.reduce((best, one) => ((compared(one, best) ?? 0) * sign > 0 ? one : best));
    };
    return listFn(found, 'any?', [ '...list' ]);
  };

  const statistic = (compute) => listFn((...list) => (list.length ? compute(list) : null), 'number', [ '...list' ]);

  // Where a point or range begins and ends: [point, whether it belongs to it].
  const startOf = (one) => (one instanceof Range ? [ one.start, one['start included'] ] : [ one, true ]);
  const endOf = (one) => (one instanceof Range ? [ one.end, one['end included'] ] : [ one, true ]);
  const order = ([ a ], [ b ], open) => (a === null || b === null ? open : compared(a, b));

  // The order of two starts, and of two ends; null where they are of different types.
  const starts = (a, b) => {
    const [ one, other ] = [ startOf(a), startOf(b) ];
    const nulls = Number(one[0] !== null) - Number(other[0] !== null);
    return order(one, other, nulls) || (nulls || Number(other[1]) - Number(one[1]));
  };
  const ends = (a, b) => {
    const [ one, other ] = [ endOf(a), endOf(b) ];
    const nulls = Number(other[0] !== null) - Number(one[0] !== null);
    return order(one, other, nulls) || (nulls || Number(one[1]) - Number(other[1]));
  };
  // Whether all of `a` is before all of `b`; and whether they meet in a point of both.
  const isBefore = (a, b) => {
    const [ end, start ] = [ endOf(a), startOf(b) ];
    const found = order(end, start, 1);
    return found < 0 || (found === 0 && !(end[1] && start[1]));
  };
  const isMet = (a, b) => {
    const [ end, start ] = [ endOf(a), startOf(b) ];
    return order(end, start, 1) === 0 && end[1] && start[1];
  };
  const overlap = (a, b) => !isBefore(a, b) && !isBefore(b, a);
  const isWithin = (a, b) => starts(b, a) <= 0 && ends(a, b) <= 0;
  const isRange = (one) => one instanceof Range;

  // `decide` over two of the same type, of which `ranges` of them must be ranges
  const relation = (names, decide, areRanges = () => true) =>
    fn((a, b) => {
      const points = [ a, b ].flatMap((one) => (isRange(one) ? [ one.start, one.end ] : [ one ])).filter((one) => one !== null);
      const types = new Set(points.map(getType));
      return types.size === 1 && areRanges(a, b) ? decide(a, b) : null;
    }, [ 'any', 'any' ], names);
  const bothRanges = (a, b) => isRange(a) && isRange(b);
  const points = [ 'point', 'range' ];
  const ranges = [ 'range1', 'range2' ];

  // Both ends of `range("[1..3]")` are literals of one type; an end that is left out is open.
  const literal = (text) => (LITERAL.test(text) ? evaluate(text, {}).value : null);
  const rangeOf = (text) => {
    const [ , opened, first, last, closed ] = RANGE.exec(text) ?? [];
    const [ start, end ] = [ first, last ].map((one) => (one ? literal(one) : null));
    const isLost = (written, value, isClosed) => (written ? value === null : isClosed);
    if (opened === undefined || (!first && !last) || isLost(first, start, opened === '[') || isLost(last, end, closed === ']')) {
      return null;
    }
    const isMixed = first && last && getType(start) !== getType(end);
    return isMixed || (first && last && compared(start, end) > 0) ? null : createRange(start, end, opened === '[', closed === ']');
  };

  const found = {
    range: fn(rangeOf, [ 'string' ], [ 'from' ]),

    number: fn((from, grouping, point) => {
      if (![ ' ', ',', '.', undefined, null ].includes(grouping) || ![ ',', '.', undefined, null ].includes(point) || (grouping && grouping === point)) {
        return null;
      }
      const digits = grouping ? from.replaceAll(grouping, '') : from;
      const text = point === ',' ? digits.replaceAll('.', '#').replace(',', '.') : digits;
      return NUMBER.test(text) && Number.isFinite(Number(text)) ? Number(text) : null;
    }, [ 'string', 'string?', 'string?' ], [ 'from', 'grouping separator', 'decimal separator' ]),

    string: fn((from) => (typeof from === 'number' ? numberText(from) : own.string(from)), [ 'any' ], [ 'from' ]),

    date: fn((year, month, day, from) => {
      const whole = from ?? year;
      if (typeof whole !== 'number') {
        return own.date(whole);
      }
      const made = Number.isInteger(year) && Number.isInteger(month) && Number.isInteger(day)
        ? DateTime.fromObject({ year, month, day }, { zone: FixedOffsetZone.utcInstance }) : null;
      return made?.isValid ? made : null;
    }, [ 'any?', 'number?', 'number?', 'any?' ], [ 'year', 'month', 'day', 'from' ]),

    'date and time': fn((date, time, from) => {
      if (DateTime.isDateTime(date) && DateTime.isDateTime(time)) {
        return time.set({ year: date.year, month: date.month, day: date.day });
      }
      return own['date and time'](date ?? from);
    }, [ 'any?', 'time?', 'string?' ], [ 'date', 'time', 'from' ]),

    time: fn((hour, minute, second, offset, from) => {
      if (typeof hour !== 'number') {
        const whole = from ?? hour;
        return own.time(typeof whole === 'string' ? whole.replace(/^T/, '').replace(/^24:00:00(\.0+)?/, '00:00:00') : whole);
      }
      const parts = { year: 1900, month: 1, day: 1, hour, minute, second };
      const zone = Duration.isDuration(offset) ? FixedOffsetZone.instance(offset.as('minutes')) : 'system';
      const made = [ minute, second ].every(Number.isFinite) ? DateTime.fromObject(parts, { zone }) : null;
      return made?.isValid ? made : null;
    }, [ 'any?', 'number?', 'number?', 'any?', 'any?' ], [ 'hour', 'minute', 'second', 'offset', 'from' ]),

    'years and months duration': fn((from, to) => {
      const months = Math.trunc(to.diff(from, 'months').months);
      return Duration.fromObject({ years: Math.trunc(months / 12), months: months % 12 });
    }, [ 'date', 'date' ], [ 'from', 'to' ]),

    substring: fn((string, start, length) => {
      const signs = Array.from(string);
      const first = start < 0 ? signs.length + start : start - 1;
      if (start === 0 || first < 0) {
        return null;
      }
      return signs.slice(first, typeof length === 'number' ? first + length : undefined).join('');
    }, [ 'string', 'number', 'number?' ], [ 'string', 'start position', 'length' ]),

    matches: fn((input, pattern, flags) => regexp(pattern, flags ?? '')?.test(input) ?? null, [ 'string', 'string', 'string?' ], [ 'input', 'pattern', 'flags' ]),
    replace: fn((input, pattern, replacement, flags) => replaced(input, pattern, replacement, flags ?? ''), [ 'string', 'string', 'string', 'string?' ], [ 'input', 'pattern', 'replacement', 'flags' ]),

    'list contains': fn((list, element = null) => {
      const isOpen = (one) => differs(equals(one, element), one, element, getType) === null;
      return list.some((one) => isEqual(one, element)) || (list.some(isOpen) ? null : false);
    }, [ 'list', 'any?' ], [ 'list', 'element' ]),
    'index of': fn((list, match) => list.flatMap((one, place) => (isEqual(one, match ?? null) ? [ place + 1 ] : [])), [ 'list', 'any?' ], [ 'list', 'match' ]),

    'list replace': fn((list, position, newItem, match) => {
      const which = position ?? match;
      if (typeof which !== 'number') {
        return getType(which) === 'function' ? own['list replace'](list, which, newItem) : null;
      }
      const place = placeOf(list, which);
      return place === null ? null : list.with(place, newItem);
    }, [ 'list', 'any?', 'any', 'function?' ], [ 'list', 'position', 'newItem', 'match' ]),

    'insert before': fn((list, position, newItem) => {
      const place = position === list.length + 1 ? list.length : placeOf(list, position);
      return place === null ? null : list.toSpliced(place, 0, newItem ?? null);
    }, [ 'list', 'number', 'any?' ], [ 'list', 'position', 'newItem' ]),

    remove: fn((list, position) => {
      const place = placeOf(list, position);
      return place === null ? null : list.toSpliced(place, 1);
    }, [ 'list', 'number' ], [ 'list', 'position' ]),

    sublist: fn((list, start, length) => {
      const place = placeOf(list, start);
      return place === null ? null : list.slice(place, typeof length === 'number' ? place + length : undefined);
    }, [ 'list', 'number', 'number?' ], [ 'list', 'start position', 'length' ]),

    flatten: fn((list) => list.flat(Infinity), [ 'list' ], [ 'list' ]),
    min: extreme(-1),
    max: extreme(1),
    sum: statistic(sum),
    mean: statistic((list) => arithmetic('/', sum(list), list.length)),
    product: statistic((list) => list.reduce((a, b) => arithmetic('*', a, b))),
    median: statistic((list) => {
      const sorted = list.toSorted((a, b) => a - b);
      const half = Math.floor(list.length / 2);
      return list.length % 2 ? sorted[half] : arithmetic('/', arithmetic('+', sorted[half - 1], sorted[half]), 2);
    }),
    stddev: statistic((list) => {
      if (list.length < 2) {
        return null;
      }
      const mean = arithmetic('/', sum(list), list.length);
      const squares = list.map((one) => arithmetic('**', arithmetic('-', one, mean), 2));
      return Math.sqrt(arithmetic('/', sum(squares), list.length - 1));
    }),
    mode: listFn((...list) => {
      const counts = new Map();
      list.forEach((one) => counts.set(one, (counts.get(one) ?? 0) + 1));
      const most = Math.max(...counts.values());
      return [ ...counts.keys() ].filter((one) => counts.get(one) === most).sort((a, b) => a - b);
    }, 'number', [ '...list' ]),

    decimal: rounding(({ odd, half }) => half > 0 || (half === 0 && odd)),
    floor: scaling(({ negative }) => negative),
    ceiling: scaling(({ negative }) => !negative),
    'round up': rounding(() => true),
    'round down': rounding(() => false),
    'round half up': rounding(({ half }) => half >= 0),
    'round half down': rounding(({ half }) => half > 0),
    modulo: fn(modulo, [ 'number', 'number' ], [ 'dividend', 'divisor' ]),
    abs: fn((n) => {
      if (Duration.isDuration(n)) {
        return sizeOf(n) < 0 ? n.negate() : n;
      }
      return typeof n === 'number' ? Math.abs(n) : null;
    }, [ 'any' ], [ 'n' ]),

    before: relation([ 'point1', 'point2' ], isBefore),
    after: relation([ 'point1', 'point2' ], (a, b) => isBefore(b, a)),
    meets: relation(ranges, isMet, bothRanges),
    'met by': relation(ranges, (a, b) => isMet(b, a), bothRanges),
    overlaps: relation(ranges, overlap, bothRanges),
    'overlaps before': relation(ranges, (a, b) => overlap(a, b) && starts(a, b) < 0 && ends(a, b) < 0, bothRanges),
    'overlaps after': relation(ranges, (a, b) => overlap(a, b) && starts(a, b) > 0 && ends(a, b) > 0, bothRanges),
    finishes: relation(points, (a, b) => ends(a, b) === 0 && starts(a, b) >= 0, (a, b) => isRange(b)),
    'finished by': relation(points, (a, b) => ends(a, b) === 0 && starts(a, b) <= 0, isRange),
    includes: relation([ 'range', 'point' ], (a, b) => isWithin(b, a), isRange),
    during: relation(points, isWithin, (a, b) => isRange(b)),
    starts: relation(points, (a, b) => starts(a, b) === 0 && ends(a, b) <= 0, (a, b) => isRange(b)),
    'started by': relation([ 'range', 'point' ], (a, b) => starts(a, b) === 0 && ends(a, b) >= 0, isRange),
    coincides: relation([ 'point1', 'point2' ], (a, b) => starts(a, b) === 0 && ends(a, b) === 0, (a, b) => isRange(a) === isRange(b)),

    'day of week': fn((date) => DAYS[date.weekday - 1], [ 'date time' ], [ 'date' ]),
    'month of year': fn((date) => MONTHS[date.month - 1], [ 'date time' ], [ 'date' ]),
    'last day of month': fn((date) => DateTime.utc(date.year, date.month, date.daysInMonth), [ 'date time' ], [ 'date' ]),

    sort: fn((list, precedes) => {
      const before = (a, b) => precedes.invoke([ a, b ]) === true;
      return list.toSorted((a, b) => (before(a, b) ? -1 : Number(before(b, a))));
    }, [ 'list', 'function' ], [ 'list', 'precedes' ]),

    'get value': fn((context, key, keys) => {
      const path = [ key ?? keys ].flat();
      return path.length && path.every((one) => typeof one === 'string') ? path.reduce((found, one) => getFromContext(one, found) ?? null, context) : null;
    }, [ 'context', 'any?', 'list?' ], [ 'm', 'key', 'keys' ])
  };
  return { ...found, ...extensions({ ...own, ...found }, { fn, equals }) };
}

// Below zero where `a` comes first; null where they cannot be compared.
function compared(a, b) {
  const [ one, other ] = [ a, b ].map((value) => (Duration.isDuration(value) ? sizeOf(value) : value.valueOf()));
  return typeof one === typeof other ? Number(one > other) - Number(one < other) : null;
}
