// What kinds of values an expression handles, and whether they meet.
//
// Variables are JSON and hold dates, times and moments as text. Where such a variable meets a value of its kind, it is
// made one: `born < date("2008-12-01")` is worked out as `date(born) < date("2008-12-01")`. Where it meets text, or is
// only passed on, it stays text.
import { parseExpression, parseUnaryTests } from '@bpmn-io/feelin';

import { nameOf, children } from './names.js';

const MAKERS = { date: 'date', time: 'time', moment: 'date and time', duration: 'duration' };
const ISO = { date: /^\d{4}-\d\d-\d\d$/, time: /^\d\d:\d\d/, moment: /^\d{4}-\d\d-\d\dT/, duration: /^-?P/ };
const GIVES = {
  date: 'date', time: 'time', 'date and time': 'moment', duration: 'duration', now: 'moment', today: 'date',
  'years and months duration': 'duration', number: 'number', count: 'number', sum: 'number', mean: 'number',
  floor: 'number', ceiling: 'number', round: 'number', modulo: 'number', sqrt: 'number', decimal: 'number',
  'string length': 'number', 'day of year': 'number', 'week of year': 'number', string: 'text',
  'upper case': 'text', 'lower case': 'text', substring: 'text', 'substring before': 'text', 'substring after': 'text',
  replace: 'text', 'string join': 'text', 'day of week': 'text', 'month of year': 'text', contains: 'truth',
  'starts with': 'truth', 'ends with': 'truth', matches: 'truth', not: 'truth', 'list contains': 'truth',
  all: 'truth', any: 'truth', 'is defined': 'truth', 'is empty': 'truth', 'is blank': 'truth', trim: 'text',
  'to base64': 'text', 'to json': 'text', 'last day of month': 'date'
};
const OF_TIMES = new Set([
  'years and months duration', 'day of year', 'day of week', 'month of year', 'week of year', 'last day of month', 'before',
  'after', 'meets', 'met by', 'overlaps', 'overlaps before', 'overlaps after', 'finishes', 'finished by', 'includes',
  'during', 'starts', 'started by', 'coincides', 'min', 'max', 'is'
]);
const OF_TEXTS = new Set([
  'string length', 'upper case', 'lower case', 'contains', 'starts with', 'ends with', 'matches', 'substring',
  'substring before', 'substring after', 'is blank', 'trim', 'extract', 'to base64'
]);
const PARTS_OF_TIME = new Set([ 'year', 'month', 'day', 'weekday', 'hour', 'minute', 'second' ]);
const SCALARS = new Set([ 'number', 'text', 'truth', 'date', 'time', 'moment', 'duration' ]);
const LITERALS = { NumericLiteral: 'number', StringLiteral: 'text', BooleanLiteral: 'truth', null: 'null' };
const WORDS = { true: 'truth', false: 'truth', null: 'null' };

/**
 * Return { text, kind, clashes } of `text` where `kinds` says of what kind its variables are: a word, with `~` behind
 * it where text is held that means it, { list: kind } or { entries: { name: kind } }; `?` is what a unary test is put to.
 *
 * `text` is made so that what it holds as text is what it means, `kind` what it gives, and each clash
 * [operator, left, kind of left, right, kind of right]: these two never meet, the result is null.
 */
export function typed(text, dialect, kinds, known = []) {
  const context = Object.fromEntries([ ...known, ...Object.keys(kinds) ].map((name) => [ name, null ]));
  const top = (dialect === 'unary' ? parseUnaryTests : parseExpression)(text, context).topNode;
  const reader = new Reader(text);
  const kind = reader.of(top, new Map(Object.entries(kinds)));
  return { text: reader.written(), kind, clashes: reader.clashes };
}

class Reader {
  constructor(text) {
    this.text = text;
    this.edits = [];
    this.clashes = [];
  }

  written() {
    // what is put around an inner part comes inside of what is put around an outer one
    const edits = [ ...this.edits ].sort((a, b) => b.at - a.at || (a.opens === b.opens ? (a.opens ? a.size - b.size : b.size - a.size) : (a.opens ? -1 : 1)));
    return edits.reduce((text, { at, put }) => text.slice(0, at) + put + text.slice(at), this.text);
  }

  of(node, scope) {
    const visit = VISITORS[node.name];
    if (visit) {
      return visit(this, node, scope);
    }
    if (LITERALS[node.name]) {
      return LITERALS[node.name];
    }
    const kinds = children(node).map((part) => this.of(part, scope));
    return kinds.length === 1 ? kinds[0] : 'any';
  }

  // Put `before` and `after` around a node.
  wrap(node, before, after) {
    const size = node.to - node.from;
    this.edits.push({ at: node.from, put: before, opens: true, size }, { at: node.to, put: after, opens: false, size });
  }

  // Make of a node what its text means; return its kind then.
  made(node, kind) {
    const range = interval(node);
    if (isHeld(kind) && range) {
      bounds(range).forEach((bound) => this.made(bound, kind));
      return bare(kind);
    }
    if (isHeld(kind)) {
      this.wrap(node, `${MAKERS[bare(kind)]}(`, ')');
      return bare(kind);
    }
    if (isHeld(kind?.list)) {
      this.wrap(node, '(for __0 in ', ` return ${MAKERS[bare(kind.list)]}(__0))`);
      return { ...kind, list: bare(kind.list) };
    }
    return kind;
  }

  said(node) {
    return this.text.slice(node.from, node.to);
  }

  clash(sign, left, one, right, other) {
    this.clashes.push([ sign, this.said(left), word(one), this.said(right), word(other) ]);
  }

  // A node and those that it is compared with, each [node, kind]; of a list that it may be in also the list's own kind.
  meet(sign, left, one, others) {
    const timed = others.some(([ , kind, list ]) => MAKERS[scalar(inner(kind))] || (!list && isHeld(one) && isHeld(kind)));
    const own = timed && isHeld(inner(one)) ? this.made(left, one) : one;
    const made = others.map(([ node, kind, list ]) => {
      const found = MAKERS[scalar(inner(own))] && isHeld(inner(kind)) ? this.made(node, list ?? kind) : kind;
      return [ node, list ? inner(found) : found ];
    });
    const apart = made.filter(([ node, other ]) => !this.canMeet(left, own, node, other));
    if (apart.length === made.length || sign !== 'in') {
      apart.forEach(([ node, other ]) => this.clash(sign, left, own, node, other));
    }
  }

  canMeet(left, one, right, other) {
    if (isHeld(one)) {
      return this.isTextOf(one, right, other);
    }
    return isHeld(other) ? this.isTextOf(other, left, one) : canMeet(one, other);
  }

  // Whether text that means a time is compared with what can be such text.
  isTextOf(held, node, other) {
    if (other !== 'text') {
      return !SCALARS.has(other) && (typeof other === 'string' || other.filtered === true);
    }
    const literal = node.name === 'StringLiteral' ? this.said(node).slice(1, -1) : '';
    return literal === '' || ISO[bare(held)].test(literal);
  }

  // One kind for several nodes that may stand for each other.
  joined(nodes, scope) {
    const kinds = nodes.map((node) => this.of(node, scope));
    return this.alike(nodes, kinds, kinds);
  }

  // The same of nodes whose entries are of kinds `entries`, or that are such themselves.
  alike(nodes, kinds, entries) {
    const real = entries.filter((kind) => kind !== 'null');
    const base = real.find((kind) => MAKERS[kind]);
    if (base && real.every((kind) => bare(kind) === base)) {
      nodes.forEach((node, place) => this.made(node, kinds[place]));
      return base;
    }
    return real.length > 0 && real.every((kind) => same(kind, real[0])) ? real[0] : 'any';
  }
}

const VISITORS = {
  VariableName: (reader, node, scope) => {
    const name = nameOf(node, reader.text);
    return scope.get(name) ?? WORDS[name] ?? 'any';
  },
  '?': (reader, node, scope) => scope.get('?') ?? 'any',
  DateTimeLiteral: (reader, node, scope) => {
    const said = reader.said(node);
    children(node).slice(1).forEach((part) => reader.of(part, scope));
    if (said.startsWith('@')) {
      const inner = said.slice(1).trim().slice(1, -1);
      return Object.keys(ISO).find((kind) => ISO[kind].test(inner)) ?? 'any';
    }
    return called(reader, node, said.split('(')[0].replace(/\s+/g, ' ').trim(), scope);
  },
  FunctionInvocation: (reader, node, scope) => {
    const written = definition(node.firstChild);
    if (written) {
      return defined(reader, written, given(node).map((part) => reader.of(part, scope)), scope);
    }
    if (node.firstChild.name !== 'VariableName') {
      reader.of(node.firstChild, scope);
    }
    return called(reader, node, nameOf(node.firstChild, reader.text), scope);
  },
  ParenthesizedExpression: (reader, node, scope) => reader.of(children(node).find((part) => !/^[()]$/.test(part.name)), scope),
  PathExpression: (reader, node, scope) => {
    const [ from, last ] = children(node);
    let kind = reader.of(from, scope);
    const name = last ? nameOf(last, reader.text) : '';
    if (PARTS_OF_TIME.has(name) && (isHeld(kind) || MAKERS[kind])) {
      reader.made(from, kind);
      return 'number';
    }
    return interval(from) && (name === 'start' || name === 'end') ? reader.made(from, kind) : entry(kind, name);
  },
  FilterExpression: (reader, node, scope) => {
    const [ list, , test ] = children(node);
    const kind = reader.of(list, scope);
    const element = kind?.list ?? 'any';
    const inner = new Map([ ...scope, ...Object.entries(element?.entries ?? {}), [ 'item', element ] ]);
    if (kind === 'any' || element === 'any') {
      [ ...inner.keys() ].forEach((name) => inner.set(name, 'any')); // an entry of the list may bear any name
    }
    return test && reader.of(test, inner) === 'number' ? element : { ...(kind?.list ? kind : { list: 'any' }), filtered: true };
  },
  Comparison: (reader, node, scope) => {
    const parts = children(node);
    const [ left, sign ] = parts;
    const one = reader.of(left, scope);
    const asked = new Map([ ...scope, [ '?', 'any' ] ]);
    const others = sign.name === 'in' ? tested(reader, parts.slice(2), asked)
      : parts.slice(2).filter((part) => part.name !== 'and').map((part) => [ part, reader.of(part, scope) ]);
    reader.meet(reader.said(sign), left, one, others);
    return 'truth';
  },
  ArithmeticExpression: (reader, node, scope) => {
    const parts = children(node);
    if (parts.length < 3) {
      return reader.of(parts[1] ?? parts[0], scope);
    }
    const [ left, sign, right ] = parts;
    return reckoned(reader, reader.said(sign), left, reader.of(left, scope), right, reader.of(right, scope));
  },
  Conjunction: (reader, node, scope) => junction(reader, node, scope),
  Disjunction: (reader, node, scope) => junction(reader, node, scope),
  IfExpression: (reader, node, scope) => {
    const [ test, ...ways ] = children(node).filter((part) => ![ 'if', 'then', 'else' ].includes(part.name));
    reader.of(test, scope);
    const told = reader.clashes.length;
    const kind = reader.joined(ways, scope);
    if (/\binstance\s+of\b/.test(reader.said(test))) {
      reader.clashes.splice(told); // it asks first what can meet
    }
    return kind;
  },
  List: (reader, node, scope) => ({ list: reader.joined(children(node).filter((part) => !/^[[\],]$/.test(part.name)), scope) }),
  Interval: (reader, node, scope) => reader.joined(bounds(node), scope),
  Context: (reader, node, scope) => {
    const entries = {};
    let inner = scope;
    for (const part of node.getChildren('ContextEntry')) {
      const name = nameOf(part.firstChild, reader.text).replace(/^"|"$/g, '');
      entries[name] = reader.of(part.lastChild, inner);
      inner = new Map([ ...inner, [ name, entries[name] ] ]);
    }
    return { entries };
  },
  ForExpression: (reader, node, scope) => {
    const inner = new Map([ ...looped(reader, node, scope), [ 'partial', 'any' ] ]);
    return { list: reader.of(node.lastChild, inner) };
  },
  QuantifiedExpression: (reader, node, scope) => {
    reader.of(node.lastChild, looped(reader, node, scope));
    return 'truth';
  },
  FunctionDefinition: (reader, node, scope) => {
    defined(reader, node, [], scope);
    return 'any';
  },
  InstanceOfExpression: (reader, node, scope) => {
    reader.of(node.firstChild, scope);
    return 'truth';
  },
  // A cell: each of its tests by itself, so that one may be of text and another of a date
  UnaryTests: (reader, node, scope) => {
    const asked = scope.get('?') ?? 'any';
    const parts = node.getChild('PositiveUnaryTests')?.getChildren('PositiveUnaryTest') ?? [];
    for (const part of parts) {
      if (reader.said(part).includes('?')) {
        reader.of(part, scope);
        continue;
      }
      const others = tested(reader, [ part ], scope);
      const timed = isHeld(asked) && others.some(([ , kind ]) => MAKERS[scalar(kind)]);
      if (timed) {
        const made = `${MAKERS[bare(asked)]}(?)`;
        reader.wrap(part, `if ${made} = null then null else ${made} in (`, ')');
      }
      others.forEach(([ other, kind, list ]) => {
        if (timed && isHeld(kind)) {
          reader.made(other, list ?? kind);
        }
        const own = timed ? bare(asked) : asked;
        const can = isHeld(own) ? reader.isTextOf(own, other, kind) : canMeet(own, timed ? bare(kind) : kind);
        if (!can) {
          reader.clashes.push([ '=', '?', word(own), reader.said(other), word(kind) ]);
        }
      });
    }
    return 'truth';
  },
  Type: () => 'any'
};

function called(reader, node, name, scope) {
  const parts = given(node);
  const isOwn = !isKnownFunction(name, scope);
  const kinds = [];
  for (const part of parts) {
    const order = name === 'sort' && !isOwn && kinds.length === 1 ? definition(part) : null;
    const element = kinds[0]?.list ?? 'any';
    kinds.push(order ? defined(reader, order, [ element, element ], scope) : reader.of(part, scope));
  }
  if (isOwn) {
    return 'any';
  }
  if (OF_TEXTS.has(name) && parts.length && SCALARS.has(kinds[0]) && kinds[0] !== 'text') {
    reader.clashes.push([ name, reader.said(parts[0]), word(kinds[0]), '', 'text' ]);
  }
  if (OF_LISTS[name] && node.getChild('PositionalParameters')) {
    return OF_LISTS[name](reader, parts, kinds);
  }
  const makes = OF_TIMES.has(name) || ([ 'date', 'time' ].includes(name) && kinds[0] === 'moment~');
  const made = makes ? parts.map((part, place) => reader.made(part, kinds[place])) : kinds;
  if (name === 'min' || name === 'max') {
    const first = made[0]?.list ?? made[0];
    return made.length && made.every((kind) => same(kind?.list ?? kind, first)) ? first : 'any';
  }
  return GIVES[name] ?? 'any';
}

// What of lists is given on, or looked for in them.
const OF_LISTS = {
  reverse: (reader, parts, kinds) => listed(kinds[0]?.list),
  sort: (reader, parts, kinds) => listed(kinds[0]?.list),
  sublist: (reader, parts, kinds) => listed(kinds[0]?.list),
  remove: (reader, parts, kinds) => listed(kinds[0]?.list),
  'distinct values': (reader, parts, kinds) => listed(kinds[0]?.list),
  'duplicate values': (reader, parts, kinds) => listed(kinds[0]?.list),
  'get or else': (reader, parts, kinds) => reader.alike(parts, kinds, kinds),
  assert: (reader, parts, kinds) => kinds[0] ?? 'any',
  concatenate: (reader, parts, kinds) => listed(together(reader, parts, kinds)),
  union: (reader, parts, kinds) => listed(together(reader, parts, kinds)),
  append: (reader, parts, kinds) => listed(together(reader, parts, kinds)),
  'insert before': (reader, parts, kinds) => listed(together(reader, [ parts[0], parts[2] ], [ kinds[0], kinds[2] ])),
  flatten: (reader, parts, kinds) => {
    let kind = kinds[0];
    while (kind?.list) {
      kind = kind.list;
    }
    return listed(kind);
  },
  'get value': (reader, parts, kinds) => (
    parts[1]?.name === 'StringLiteral' ? entry(kinds[0], reader.said(parts[1]).slice(1, -1)) : 'any'
  ),
  'list contains': (reader, parts, kinds) => sought(reader, parts, kinds, 'truth'),
  'index of': (reader, parts, kinds) => sought(reader, parts, kinds, { list: 'number' })
};

// A list of `kind`, which FEEL may take for its only entry.
function listed(kind = 'any') {
  return { list: kind, filtered: true };
}

// The kind of all entries of several lists, or of a list and what is put into it.
function together(reader, parts, kinds) {
  const entries = kinds.map((kind, place) => (place === 0 ? kind?.list ?? 'any' : inner(kind)));
  return parts.every(Boolean) ? reader.alike(parts, kinds, entries) : 'any';
}

function sought(reader, [ list, one ], [ kind, other ], gives) {
  if (isHeld(kind?.list) && MAKERS[scalar(other)]) {
    reader.made(list, kind);
  } else if (isHeld(other) && MAKERS[scalar(kind?.list)]) {
    reader.made(one, other);
  }
  return gives;
}

function given(node) {
  const list = node.getChild('PositionalParameters') ?? node.getChild('NamedParameters');
  return list ? children(list).map((part) => (part.name === 'NamedParameter' ? part.lastChild : part)) : [];
}

// The function that is written where one is called or handed over, in brackets or not; null where it has a name.
function definition(node) {
  const found = node.name === 'ParenthesizedExpression' ? children(node)[1] : node;
  return found?.name === 'FunctionDefinition' ? found : null;
}

// The kind that a function gives for parameters of `kinds`.
function defined(reader, node, kinds, scope) {
  const own = new Map(scope);
  const parameters = node.getChild('FormalParameters')?.getChildren('FormalParameter') ?? [];
  parameters.forEach((one, place) => own.set(nameOf(one.firstChild ?? one, reader.text), kinds[place] ?? 'any'));
  return node.getChildren('FunctionBody').map((body) => reader.of(body, own))[0] ?? 'any';
}

// The interval that is written here, in brackets or not, or null.
function interval(node) {
  const found = node.name === 'ParenthesizedExpression' ? children(node)[1] : node;
  const range = found?.name === 'SimplePositiveUnaryTest' ? found.firstChild : found;
  return range?.name === 'Interval' ? range : null;
}

function bounds(range) {
  return children(range).slice(1, -1);
}

// A name of the scope stands before FEEL's own.
function isKnownFunction(name, scope) {
  return !scope.has(name);
}

function tested(reader, parts, scope) {
  const found = [];
  const look = (part) => {
    if ([ 'PositiveUnaryTests', 'PositiveUnaryTest', 'SimplePositiveUnaryTest', 'ParenthesizedExpression' ].includes(part.name)) {
      children(part).forEach(look);
    } else if (!/^([(),]|CompareOp|Wildcard|not)$/.test(part.name)) {
      const kind = reader.of(part, scope);
      found.push(kind?.list && !kind.filtered ? [ part, kind.list, kind ] : [ part, kind ]);
    }
  };
  parts.forEach(look);
  return found;
}

function looped(reader, node, scope) {
  let inner = scope;
  for (const step of node.getChild('InExpressions')?.getChildren('InExpression') ?? []) {
    const [ name, , source ] = children(step);
    const kind = source ? reader.of(source, inner) : 'any';
    const element = kind?.list ?? 'any';
    inner = new Map([ ...inner, [ nameOf(name, reader.text), element ] ]);
  }
  return inner;
}

function junction(reader, node, scope) {
  const parts = children(node).filter((part) => ![ 'and', 'or' ].includes(part.name));
  const kinds = parts.map((part) => reader.of(part, scope));
  parts.forEach((part, place) => {
    const kind = bareKind(kinds[place]);
    if (SCALARS.has(kind) && kind !== 'truth') {
      reader.clashes.push([ node.name === 'Conjunction' ? 'and' : 'or', reader.said(part), kind, '', 'truth' ]);
    }
  });
  return 'truth';
}

function reckoned(reader, sign, left, one, right, other) {
  const meetsTime = (kind) => MAKERS[kind] || (isHeld(kind) && sign === '-');
  const a = isHeld(one) && (meetsTime(other) || (sign === '-' && other === 'any')) ? reader.made(left, one) : one;
  const b = isHeld(other) && (meetsTime(one) || (sign === '-' && one === 'any')) ? reader.made(right, other) : other;
  const [ x, y ] = [ bareText(a), bareText(b) ];
  if (!SCALARS.has(x) || !SCALARS.has(y)) {
    return sign === '+' || sign === '-' ? 'any' : x === 'duration' || y === 'duration' ? 'any' : 'number';
  }
  const found = RECKONED[`${x} ${sign} ${y}`];
  if (!found) {
    reader.clash(sign, left, a, right, b);
  }
  return found ?? 'any';
}

const RECKONED = {
  'text + text': 'text', 'duration + duration': 'duration', 'duration - duration': 'duration',
  'duration * number': 'duration', 'number * duration': 'duration', 'duration / number': 'duration',
  'duration / duration': 'number', 'date - date': 'duration', 'moment - moment': 'duration', 'time - time': 'duration',
  'date - moment': 'duration', 'moment - date': 'duration'
};
for (const sign of [ '+', '-', '*', '/', '**' ]) {
  RECKONED[`number ${sign} number`] = 'number';
}
for (const kind of [ 'date', 'moment', 'time' ]) {
  RECKONED[`${kind} + duration`] = RECKONED[`duration + ${kind}`] = RECKONED[`${kind} - duration`] = kind;
}

function canMeet(one, other) {
  const [ a, b ] = [ one, other ].map(bareKind);
  if ((isList(one) && SCALARS.has(b)) || (isList(other) && SCALARS.has(a))) {
    return false;
  }
  return !SCALARS.has(a) || !SCALARS.has(b) || a === b || (a === 'date' && b === 'moment') || (a === 'moment' && b === 'date');
}

function entry(kind, name) {
  if (kind?.list) {
    const inner = entry(kind.list, name);
    return inner === 'any' ? 'any' : { list: inner, filtered: kind.filtered };
  }
  return kind?.entries?.[name] ?? 'any';
}

// A list that a filter leaves may be taken for its only entry.
function isList(kind) {
  return Boolean(kind?.list) && !kind.filtered;
}

// The kind of a list's entries, or of what is no list.
function inner(kind) {
  return kind?.list ?? kind;
}

function isHeld(kind) {
  return typeof kind === 'string' && kind.endsWith('~');
}

function bare(kind) {
  return isHeld(kind) ? kind.slice(0, -1) : kind;
}

function bareText(kind) {
  return isHeld(kind) ? 'text' : kind;
}

function bareKind(kind) {
  return typeof kind === 'string' ? bareText(kind) : 'any';
}

function scalar(kind) {
  return typeof kind === 'string' ? kind : '';
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

function word(kind) {
  return typeof kind === 'string' ? kind : kind?.list ? 'list' : 'record';
}
