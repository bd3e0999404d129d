// feelin as DMN 1.5 wants it: its own source with a few places changed while it is bundled, so that whoever imports it
// gets the same. Each place stands there exactly once, or the build fails: a new version has to be read anew.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

const OWN = resolve('src/feel');
const IMPORTS = `
import { arithmetic } from '${OWN}/numbers.js';
import { daysOf, durationText, isInstance, isSameDuration, propertyOf, sizeOf } from '${OWN}/types.js';
import { mended } from '${OWN}/builtins.js';
import { differs, isInOrder, passesOne, unanswered } from '${OWN}/ordering.js';
`;
const MENDED = 'Object.assign(builtins, mended({ builtins, fn, listFn, equals, getType, getFromContext, Range, createRange, evaluate }));';

const CHANGES = [
  // Camunda's `get or else` is a name that holds FEEL's `or` and `else`: who parses has to know it
  ...[ 'Expression', 'UnaryTests' ].map((top) => [
    `top: '${top}',\n        contextTracker: trackVariables(context)`,
    `top: '${top}', contextTracker: trackVariables({ 'get or else': null, ...context })`
  ]),
  // 10.3.2.3.1, 10.3.2.3.6: numbers are decimal, durations are multiplied and divided
  [
    'const right = b(context);\n                if (isArray(left)',
    `const right = b(context);
     const found = arithmetic(node.input, left, right);
     if (found === null) {
       interpreterContext.addWarning(node, 'INVALID_VALUE', { template: 'Not a finite number', values: {} });
     }
     if (found !== undefined) {
       return found;
     }
     if (isArray(left)`
  ],
  // 10.3.2.3.5: the difference of two moments has days and hours, and each kind of duration is equal to its own
  [ 'return a.diff(b);', "return a.diff(b).shiftTo('days', 'hours', 'minutes', 'seconds');" ],
  [ "if (aType === 'duration') {\n        // years", "if (aType === 'duration') {\n return isSameDuration(a, b);\n // years" ],
  [ 'd ? Duration.fromDurationLike(d).toMillis() : null', 'd ? sizeOf(d) : null' ],
  [ "return obj.shiftTo('years', 'months', 'days', 'hours', 'minutes', 'seconds').normalize().toISO();", 'return durationText(obj);' ],
  // 10.3.2.13: what is of two types is in no order; no test of several could be asked
  [
    'if (test instanceof Range) {\n        return test.includes(value);',
    'if (test instanceof Range) {\n return isInOrder(test, value, getType) ? test.includes(value) : null;'
  ],
  [ 'return createRange(start, end).includes(args[0](context));', 'return compareValue(createRange(start, end), args[0](context));' ],
  [
    'return tests.some(test => compareValue(test, value));',
    'return passesOne(tests, tests.map(test => compareValue(test, value)), value, getType);'
  ],
  [ "'!=': return (b) => (a) => !equals(a, b);", "'!=': return (b) => (a) => differs(equals(a, b), a, b, getType);" ],
  [
    'const matches = tests.map(test => test(context)).flat(1).map(test => {',
    'const asked = tests.map(test => test(context, true)).flat(1); const matches = passesOne(asked, asked.map(test => {'
  ],
  [ 'compareValue(test, value);\n                }).some(v => v === true);', 'compareValue(test, value);\n }), value, getType);' ],
  // 10.3.2.3.4: ranges are equal where their ends are
  [ '].every(([a, b]) => a === b);', '].every(([a, b]) => a === b || equals(a, b) === true);' ],
  // 10.3.2.6: properties of durations, dates and times
  [
    "return undefined;\n    }\n    // fast path: exact own entry",
    "return undefined;\n    }\n const property = propertyOf(context, name);\n if (property !== undefined) { return property; }\n // fast path: exact own entry"
  ],
  // 10.3.2.3.2: instance of
  [ "case 'Type': return args[0];", "case 'Type': return node.input;" ],
  [ "case 'SpecialType': throw notImplemented('SpecialType');", "case 'SpecialType': return node.input;" ],
  [ 'return a instanceof b;', 'return isInstance(a, b, getType);' ],
  [ "const b = args[3](context);\n            return isInstance", "const b = args[3];\n            return isInstance" ],
  // 10.3.2.7, table 42: a test that says nothing of ? is what the value must be equal to
  [
    "case 'PositiveUnaryTests':\n        case 'Expressions': return (context) => {\n            return args.map(a => a(context));",
    "case 'PositiveUnaryTests': return (context, tested) => args.map(a => a(context, tested));\n        case 'Expressions': return (context) => {\n            return args.map(a => a(context));"
  ],
  [
    "case 'PositiveUnaryTest': return (context) => {",
    `case 'PositiveUnaryTest': return (context, tested = false) => {
      const found = args[0](context);
      if (!tested || !has$1(context, '?')) {
        return found;
      }
      if (/[?]/.test(node.input.replace(/"(?:[^"\\\\]|\\\\.)*"/g, ''))) {
        return found ?? unanswered;
      } else {
        const comparable = [ 'boolean', 'nil' ].includes(getType(context['?']));
        return typeof found === 'boolean' && comparable ? found === context['?'] : found;
      }`
  ],
  [ "node.input.includes('.') ? parseFloat(node.input) : parseInt(node.input)", 'Number(node.input)' ],
  // 10.3.2.14: a range of dates is gone through day by day
  [
    'function createDateTimeRange(start, end, startIncluded, endIncluded) {\n    const map = noopMap();',
    `function createDateTimeRange(start, end, startIncluded, endIncluded) {
     const areDates = getType(start) === 'date' && getType(end) === 'date';
     const map = areDates ? (each) => daysOf(start, end, startIncluded, endIncluded).map(each) : noopMap();`
  ],
  // 10.3.2.14: a range of numbers ends behind its last one, whether or not it is met
  [
    "for (let i = start;; i += direction) {",
    "for (let i = start; direction > 0 ? i <= end : i >= end; i = arithmetic('+', i, direction)) {"
  ]
];

// 10.3.2.13: `range<number>` is a type, written like `list<number>`; both words go on to be names
const OF_GRAMMAR = [ [ 'list:117, context:123', 'list:117, range:117, context:123' ] ];

/** Return what esbuild needs to bundle feelin with its changes. */
export const mendedFeelin = {
  name: 'mended-feelin',
  setup(build) {
    build.onLoad({ filter: /@bpmn-io[\\/]feelin[\\/]dist[\\/]index\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return { contents: IMPORTS + CHANGES.reduce(changed, source) + MENDED, loader: 'js' };
    });
    build.onLoad({ filter: /@bpmn-io[\\/]lezer-feel[\\/]dist[\\/]index\.js$/ }, async ({ path }) => {
      if (path.split('node_modules').length > 2) {
        return null; // an editor's own copy, which only colours
      }
      const source = await readFile(path, 'utf8');
      return { contents: OF_GRAMMAR.reduce(changed, source), loader: 'js' };
    });
  }
};

function changed(source, [ found, by ]) {
  const parts = source.split(found);
  if (parts.length !== 2) {
    throw new Error(`${parts.length - 1} places for: ${found}`);
  }
  return parts.join(by);
}
