// Values of two types are in no order (DMN 1.5, 10.3.2.13): feelin, which compares as JavaScript does, calls that false,
// and a number after a truth value. Forms keep feelin's way, for it is that of form-js.
const MOMENTS = new Set([ 'date', 'date time' ]);
const TIMES = new Set([ ...MOMENTS, 'time', 'duration' ]); // what JSON holds as text

let isStrict = false;

/** Say whether values of two types are in no order from now on. */
export function orderStrictly(on) {
  isStrict = on;
}

/** Return whether a range may hold a value; what is null is asked of the range itself. */
export function isInOrder(range, value, getType) {
  const [ bound, type ] = [ getType(range.start ?? range.end ?? null), getType(value) ];
  return !isStrict || [ bound, type ].includes('nil') || bound === type || (MOMENTS.has(bound) && MOMENTS.has(type));
}

/** Return the opposite of whether `a` and `b` are `equal`; null for a date and a text, which may mean the same. */
export function differs(equal, a, b, getType) {
  return isStrict && equal === null && isTimeApart(a, b, getType) ? null : !equal;
}

function isTimeApart(a, b, getType) {
  return TIMES.has(getType(a)) !== TIMES.has(getType(b));
}

/** What a test is that speaks of `?` and has no answer; null would be what the value must be equal to. */
export const unanswered = () => null;

/**
 * Return whether a value passes one of several tests, which gave `results`; null where one has no answer for a value of
 * its type, and no other could be asked.
 */
export function passesOne(tests, results, value, getType) {
  if (!isStrict || results.includes(true) || getType(value) === 'nil') {
    return results.includes(true);
  }
  const isMissed = (test, at) => test === unanswered || (getType(test) === 'range'
    ? !isInOrder(test, value, getType)
    : results[at] === null && isTimeApart(test, value, getType));
  const isAsked = tests.some((test, at) => test !== null && results[at] === false);
  return tests.some(isMissed) && !isAsked ? null : false;
}
