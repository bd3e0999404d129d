// Conditions that can be built from fields and values, and the FEEL that says them. Everything else stays text.

export const OPERATORS = [ '=', '!=', '>', '>=', '<', '<=', 'in' ];

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?)|(!=|>=|<=|=|>|<|\(|\)|,)|([\p{L}_][\p{L}\p{N}_.]*))/uy;

/**
 * Read `=a = "x" and b > 3` as { join: 'and', tests: [{ field, operator, value }] }; value is a string, number, boolean,
 * null, or a list of them after `in`. Return null for what is more than that.
 */
export function parse(text) {
  const tokens = tokenize(text.replace(/^\s*=/, ''));
  if (!tokens?.length) return null;
  const tests = [];
  const joins = new Set();
  let rest = tokens;
  while (rest.length) {
    const found = test(rest);
    if (!found) return null;
    tests.push(found.test);
    rest = found.rest;
    if (!rest.length) break;
    if (rest[0].word !== 'and' && rest[0].word !== 'or') return null;
    joins.add(rest[0].word);
    rest = rest.slice(1);
    if (!rest.length) return null;
  }
  return joins.size > 1 ? null : { join: [ ...joins ][0] ?? 'and', tests };
}

/** Return the FEEL of such a condition, with the leading "=" that says it is FEEL; "" where nothing is asked. */
export function write({ join, tests }) {
  const written = tests.filter((one) => one.field).map(({ field, operator, value }) => `${field} ${operator} ${literal(value)}`);
  return written.length ? `=${written.join(` ${join} `)}` : '';
}

export function literal(value) {
  if (Array.isArray(value)) return `(${value.map(literal).join(', ')})`;
  return typeof value === 'string' ? `"${value.replace(/[\\"]/g, '\\$&')}"` : String(value);
}

function tokenize(text) {
  const tokens = [];
  const clean = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < clean.length) {
    const match = TOKEN.exec(clean);
    if (!match) return null;
    const [ , string, number, sign, word ] = match;
    if (string) tokens.push({ value: string.slice(1, -1).replace(/\\(.)/g, '$1') });
    else if (number) tokens.push({ value: Number(number) });
    else if (sign) tokens.push({ sign });
    else tokens.push([ 'true', 'false', 'null' ].includes(word) ? { value: JSON.parse(word) } : { word });
  }
  return tokens;
}

function test([ field, operator, ...rest ]) {
  if (!field?.word || !operator) return null;
  if (operator.word === 'in') return list(field.word, rest);
  if (!OPERATORS.includes(operator.sign) || !rest.length || !('value' in rest[0])) return null;
  return { test: { field: field.word, operator: operator.sign, value: rest[0].value }, rest: rest.slice(1) };
}

function list(field, tokens) {
  const end = tokens.findIndex((one) => one.sign === ')');
  if (tokens[0]?.sign !== '(' || end < 2) return null;
  const inside = tokens.slice(1, end);
  const values = inside.filter((_one, place) => place % 2 === 0);
  const commas = inside.filter((_one, place) => place % 2 === 1);
  if (values.some((one) => !('value' in one)) || commas.some((one) => one.sign !== ',') || inside.length % 2 === 0) return null;
  return { test: { field, operator: 'in', value: values.map((one) => one.value) }, rest: tokens.slice(end + 1) };
}
