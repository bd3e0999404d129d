// What is typed into a field as the value the server would store; null for what it would not understand.

const NUMBER = /^-?\d{1,30}([.,]\d{1,30})?$/;
const THOUSANDS = /^-?\d{1,3}(\.\d{3})+(,\d+)?$/; // 1.500 may be one and a half: not guessed at
const DAY_FIRST = /^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})$/;
const DIGITS = /^(\d{2})(\d{2})(\d{4})$/;
const ISO = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const CLOCK = /^(\d{1,2})[.:]?(\d{2})$/;

/** Return `text` as a value of `type`: text, number, digits, date, time or datetime. */
export function typed(type, text) {
  const read = { number, digits, date, time, datetime }[type];
  return read ? read(text.trim()) : text;
}

function number(text) {
  const value = digits(text) === null ? NaN : Number(digits(text));
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : null;
}

function digits(text) {
  return NUMBER.test(text) && !THOUSANDS.test(text) ? text.replace(',', '.') : null;
}

function date(text) {
  const dayFirst = DAY_FIRST.exec(text) ?? DIGITS.exec(text);
  const [ , year, month, day ] = dayFirst ? [ null, ...dayFirst.slice(1).reverse() ] : ISO.exec(text) ?? [];
  const iso = year && `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return iso && exists(iso) ? iso : null;
}

function exists(iso) {
  const moment = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(moment.valueOf()) && moment.toISOString().startsWith(iso);
}

function time(text) {
  const [ , hour, minute ] = CLOCK.exec(text.replace(/ *wib$/i, '')) ?? [];
  return hour && hour < 24 && minute < 60 ? `${hour.padStart(2, '0')}:${minute}` : null;
}

function datetime(text) {
  const [ , day, clock ] = /^(.*\d{4}|\d{4}-\d{1,2}-\d{1,2})(?:,? +|T)(.+)$/i.exec(text) ?? [ null, '', '' ];
  return date(day) && time(clock) ? `${date(day)}T${time(clock)}` : null;
}
