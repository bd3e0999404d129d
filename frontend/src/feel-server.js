// The FEEL engine of the server, inside V8: text in, JSON text out, any number of expressions in one call.
import { evaluate, unaryTest, SyntaxError as FeelSyntaxError } from '@bpmn-io/feelin';

import { answer } from './feel/answer.js';
import { Unmet } from './feel/camunda.js';
import { clockAt, useLocalZone } from './feel/clock.js';
import './feel/dates.js';
import './feel/limits.js';
import { orderStrictly } from './feel/ordering.js';
import './feel/patterns.js';
import { typed } from './feel/kinds.js';
import { inspect, spots } from './feel/names.js';
import { plain } from './feel/plain.js';
import './feel/templates.js';
import { tree } from './feel/tree.js';

const MOST_WARNINGS = 20;
const MOST_CHARS = 1_000_000;

globalThis.feel = {
  run: json(run),
  inspect: json(inspectAll),
  spots: json((items) => items.map(([ dialect, text, known ]) => spots(text, dialect, known))),
  tree: json((texts) => texts.map(tree)),
  typed: json((items) => items.map((one) => typed(...one)))
};

// Every answer is JSON text of its own, so that Python can keep it as it is.
function json(fn) {
  return (text) => {
    const said = JSON.stringify(fn(JSON.parse(text)).map(answer));
    if (said.length > MOST_CHARS) {
      throw new RangeError('answer too long');
    }
    return said;
  };
}

/**
 * Evaluate `items`, each [dialect, text, names it reads, input value, names of its own, whether a form asks], over one
 * context.
 *
 * `lets`, each [name, text, names it reads], are evaluated first; each sees those before it, and the items see all:
 * functions, and variables made into what JSON cannot hold. Returns for each item { value, warnings }, or
 * { failure: 'syntax' | 'limit' }, or { failure: 'assert', cause }.
 */
function run({ now, zone, context, lets, items }) {
  useLocalZone(zone);
  const clock = clockAt(now);
  const spaced = Object.keys(context).filter((key) => !/^\w+$/.test(key));
  const around = (reads) => ({ ...pick(context, spaced), ...pick(context, reads) });
  const named = {};
  const doubts = [];
  orderStrictly(true);
  const failure = nameAll(lets, context, around, named, clock, doubts);
  const results = items.map(([ dialect, text, reads, input, local, inForm ]) => {
    if (failure) {
      return failure;
    }
    const scope = { ...local, ...around(reads), ...named, ...clock };
    if (dialect === 'unary' && !inForm) {
      scope['?'] = input;
    }
    orderStrictly(!inForm);
    const told = doubts.filter(([ name ]) => reads === null || reads.includes(name)).map(([ , message ]) => message);
    return runOne(dialect === 'unary' ? unaryTest : evaluate, text, scope, told);
  });
  orderStrictly(false);
  return results;
}

// Put the values of `lets` into `named` and their warnings into `doubts`; what stopped it, if anything did.
function nameAll(lets, context, around, named, clock, doubts) {
  try {
    for (const [ name, text, reads ] of lets) {
      const { value, warnings } = evaluate(text, { ...around(reads), ...named, ...clock });
      named[name] = value;
      doubts.push(...warnings.map(({ message }) => [ name, message ]));
      if (value === null && (context[name] ?? null) !== null) {
        doubts.push([ name, `Variable '${name}' cannot be what its type says` ]);
      }
    }
    return null;
  } catch (error) {
    return failed(error, () => {}, []);
  }
}

function runOne(fn, text, scope, told) {
  const warnings = new Set();
  const warn = (message) => warnings.size < MOST_WARNINGS && warnings.add(message.slice(0, 300));
  told.forEach(warn);
  try {
    const result = fn(text, scope);
    result.warnings.forEach((warning) => warn(warning.message));
    return { value: plain(result.value, warn), warnings: [ ...warnings ] };
  } catch (error) {
    return failed(error, warn, warnings);
  }
}

// What FEEL calls null, feelin sometimes throws; only broken text and exhausted memory are failures.
function failed(error, warn, warnings) {
  if (error instanceof FeelSyntaxError) {
    return { failure: 'syntax' };
  }
  if (error instanceof RangeError) {
    return { failure: 'limit' };
  }
  if (error instanceof Unmet) {
    return { failure: 'assert', cause: error.message };
  }
  warn(String(error.message));
  return { value: null, warnings: [ ...warnings ] };
}

// `names` null means all: the text could not be read without its context
function pick(context, names) {
  const seen = (names ?? Object.keys(context)).filter((name) => Object.hasOwn(context, name));
  return Object.fromEntries(seen.map((name) => [ name, context[name] ]));
}

function inspectAll(items) {
  return items.map(([ dialect, text, known ]) => inspect(text, dialect, known));
}
