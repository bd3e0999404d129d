// Numbers of FEEL are decimal (DMN 1.5, 10.3.2.3.1). JSON and JavaScript know binary ones: each is read as the decimal
// that it is written as, computed with exactly, and what comes out is the binary number that is written most like it.
import { Duration } from 'luxon';

import { isOfMonths, monthsOf } from './types.js';

// So many digits a decimal has, where a division or power does not end.
const DIGITS = 34n;
const MOST_EXPONENT = 10_000;

const OPERATIONS = {
  '+': (a, b) => exactly(a + b, a, b, plus),
  '-': (a, b) => exactly(a - b, a, b, (x, y) => plus(x, { ...y, digits: -y.digits })),
  '*': (a, b) => exactly(a * b, a, b, times),
  '/': (a, b) => (b === 0 ? null : quotient(a, b)),
  '**': power,
  '^': power
};

/** Return what an operator of FEEL gives over numbers, or numbers and durations; undefined where it is about others. */
export function arithmetic(operator, a, b) {
  if (typeof a === 'number' && typeof b === 'number') {
    return OPERATIONS[operator](a, b);
  }
  if (operator === '-' && a === 0 && Duration.isDuration(b)) {
    return b.negate(); // feelin takes what has a minus before it from 0
  }
  return '*/'.includes(operator) ? scaled(operator, a, b) : undefined;
}

export function sum(numbers) {
  return numbers.reduce((a, b) => arithmetic('+', a, b));
}

/** Return the remainder that has the divisor's sign. */
export function modulo(a, b) {
  if (b === 0) {
    return null;
  }
  const [ x, y, exponent ] = aligned(decimal(a), decimal(b));
  const rest = x % y;
  return number({ digits: rest !== 0n && (rest < 0n) !== (y < 0n) ? rest + y : rest, exponent });
}

/**
 * Return `n` with `scale` digits behind the point. `up` tells whether what is cut off makes it larger, away from zero:
 * given whether it is negative, whether the digit before is odd, and how what is cut off compares with a half.
 */
export function rounded(n, scale, up) {
  const { digits, exponent } = decimal(n);
  const places = Math.trunc(scale);
  if (Math.abs(places) > 6176) {
    return null;
  }
  if (-exponent <= places) {
    return n;
  }
  const unit = 10n ** BigInt(-exponent - places);
  const whole = digits / unit;
  const rest = magnitude(digits % unit) * 2n;
  const away = rest !== 0n && up({ negative: digits < 0n, odd: whole % 2n !== 0n, half: Number(rest > unit) - Number(rest < unit) });
  return number({ digits: away ? whole + (digits < 0n ? -1n : 1n) : whole, exponent: -places });
}

/** Return the number as FEEL writes it: all digits, without an exponent. */
export function numberText(n) {
  const text = String(n);
  if (!text.includes('e')) {
    return text;
  }
  const { digits, exponent } = decimal(n);
  const sign = digits < 0n ? '-' : '';
  const all = String(magnitude(digits));
  return sign + (exponent >= 0 ? all + '0'.repeat(exponent) : `0.${all.padStart(-exponent, '0')}`);
}

// Where all are whole numbers that a binary number holds, it is right already.
function exactly(quick, a, b, compute) {
  if (Number.isSafeInteger(quick) && Number.isSafeInteger(a) && Number.isSafeInteger(b)) {
    return quick;
  }
  return Number.isFinite(quick) ? number(compute(decimal(a), decimal(b))) : null;
}

function plus(a, b) {
  const [ x, y, exponent ] = aligned(a, b);
  return { digits: x + y, exponent };
}

function times(a, b) {
  return { digits: a.digits * b.digits, exponent: a.exponent + b.exponent };
}

function quotient(a, b) {
  if (!Number.isFinite(a / b)) {
    return null;
  }
  if (Number.isSafeInteger(a) && Number.isSafeInteger(b)) {
    return a / b;
  }
  const [ x, y ] = [ decimal(a), decimal(b) ];
  return number({ digits: (x.digits * 10n ** (DIGITS * 2n)) / y.digits, exponent: x.exponent - y.exponent - Number(DIGITS * 2n) });
}

function power(a, b) {
  const quick = Math.pow(a, b);
  if (!Number.isFinite(quick)) {
    return null;
  }
  if (!Number.isInteger(b) || Math.abs(b) > MOST_EXPONENT || (Number.isSafeInteger(quick) && Number.isSafeInteger(a))) {
    return quick;
  }
  let [ result, base ] = [ { digits: 1n, exponent: 0 }, decimal(a) ];
  for (let left = Math.abs(b); left > 0; left = Math.floor(left / 2)) {
    result = left % 2 ? cut(times(result, base)) : result;
    base = cut(times(base, base));
  }
  return b < 0 ? quotient(1, number(result)) : number(result);
}

function cut({ digits, exponent }) {
  const surplus = String(magnitude(digits)).length - Number(DIGITS);
  return surplus <= 0 ? { digits, exponent } : { digits: digits / 10n ** BigInt(surplus), exponent: exponent + surplus };
}

function decimal(n) {
  const [ written, power = '0' ] = String(n).split('e');
  const [ whole, fraction = '' ] = written.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}

function number({ digits, exponent }) {
  const found = Number(`${digits}e${exponent}`);
  return Number.isFinite(found) ? found + 0 : null;
}

function aligned(a, b) {
  const exponent = Math.min(a.exponent, b.exponent);
  return [ ...[ a, b ].map((one) => one.digits * 10n ** BigInt(one.exponent - exponent)), exponent ];
}

function magnitude(digits) {
  return digits < 0n ? -digits : digits;
}

// A duration times a number, by a number, or by another one of its kind.
function scaled(operator, a, b) {
  const [ one, other ] = Duration.isDuration(a) ? [ a, b ] : [ b, a ];
  if (!Duration.isDuration(one) || (operator === '/' && one === b)) {
    return undefined;
  }
  if (operator === '/' && Duration.isDuration(other)) {
    return isOfMonths(one) === isOfMonths(other) ? arithmetic('/', unitsOf(one), unitsOf(other)) : null;
  }
  if (typeof other !== 'number') {
    return undefined;
  }
  const units = arithmetic(operator, unitsOf(one), other);
  if (units === null) {
    return null;
  }
  return isOfMonths(one)
    ? Duration.fromObject({ years: 0, months: Math.trunc(units) }).normalize()
    : Duration.fromMillis(Math.trunc(units)).shiftTo('days', 'hours', 'minutes', 'seconds');
}

function unitsOf(duration) {
  return isOfMonths(duration) ? monthsOf(duration) : duration.toMillis();
}
