// Built-in functions that Camunda 8 adds to FEEL, by its documentation. `uuid` and `random number` are left out: a case
// that is worked out again would get another value.
import { DateTime } from 'luxon';

import { plain } from './plain.js';

const SIGNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** What `assert` throws: who evaluates says it. */
export class Unmet extends Error {}

/** Return the functions by name; `own` are those that FEEL has, the rest what feelin makes its own of. */
export function extensions(own, { fn, equals }) {
  const any = (decide, names) => fn(decide, names.map(() => 'any?'), names);
  const given = (value) => value ?? null;
  const merged = (...contexts) => (contexts.flat().every(isContext) ? Object.assign({}, ...contexts.flat()) : null);
  return {
    'is defined': any((value) => given(value) !== null, [ 'value' ]),
    'get or else': any((value, other) => given(value ?? other), [ 'value', 'default' ]),
    assert: any((value, condition, cause) => {
      if (condition !== true) {
        throw new Unmet(typeof cause === 'string' ? cause : '');
      }
      return given(value);
    }, [ 'value', 'condition', 'cause' ]),
    fromAi: any(given, [ 'value', 'description', 'type', 'schema', 'options' ]),

    put: own['context put'],
    'put all': Object.assign(merged, { $args: [ '...contexts' ] }),

    'is empty': any((list) => (Array.isArray(list) ? list.length === 0 : null), [ 'list' ]),
    'duplicate values': fn((list) => {
      const times = (one) => list.filter((other) => equals(one, other) === true).length;
      return own['distinct values'](list.filter((one) => times(one) > 1));
    }, [ 'list' ], [ 'list' ]),
    partition: fn((list, size) => {
      if (!Number.isInteger(size) || size < 1) {
        return null;
      }
      return Array.from({ length: Math.ceil(list.length / size) }, (_, part) => list.slice(part * size, (part + 1) * size));
    }, [ 'list', 'number' ], [ 'list', 'size' ]),
    'string join': fn((list, delimiter, prefix, suffix) => {
      const joined = own['string join'](list, delimiter);
      return joined === null ? null : `${prefix ?? ''}${joined}${suffix ?? ''}`;
    }, [ 'list', 'string?', 'string?', 'string?' ], [ 'list', 'delimiter', 'prefix', 'suffix' ]),

    'is blank': fn((string) => string.trim() === '', [ 'string' ], [ 'string' ]),
    trim: fn((string) => string.trim(), [ 'string' ], [ 'string' ]),
    'to base64': fn((value) => base64(value), [ 'string' ], [ 'value' ]),
    extract: fn((string, pattern) => {
      try {
        return [ ...string.matchAll(new RegExp(pattern, 'gu')) ].map(([ whole ]) => whole);
      } catch {
        return null; // no pattern, as for `matches`
      }
    }, [ 'string', 'string' ], [ 'string', 'pattern' ]),

    'from json': fn((value) => {
      try {
        return JSON.parse(value);
      } catch {
        return null;
      }
    }, [ 'string' ], [ 'value' ]),
    'to json': any((value) => JSON.stringify(plain(value, () => {})), [ 'value' ]),

    'date and time': fn((date, time, from) => {
      if (typeof time !== 'string') {
        return own['date and time'](date ?? from, time);
      }
      const moved = DateTime.isDateTime(date) ? date.setZone(/^[+-]/.test(time) ? `UTC${time}` : time === 'Z' ? 'UTC' : time) : null;
      return moved?.isValid ? moved : null;
    }, [ 'any?', 'any?', 'string?' ], [ 'date', 'time', 'from' ])
  };
}

function isContext(value) {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

// V8 alone knows no btoa.
function base64(text) {
  const bytes = Array.from(encodeURIComponent(text.toWellFormed()).matchAll(/%(..)|(.)/g), ([ , code, sign ]) => (code ? parseInt(code, 16) : sign.charCodeAt(0)));
  let written = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [ a, b = 0, c = 0 ] = bytes.slice(at, at + 3);
    const signs = [ a >> 2, (a & 3) << 4 | b >> 4, (b & 15) << 2 | c >> 6, c & 63 ].map((place) => SIGNS[place]).join('');
    written += signs.slice(0, Math.min(4, bytes.length - at + 1)).padEnd(4, '=');
  }
  return written;
}
