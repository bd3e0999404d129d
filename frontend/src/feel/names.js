// Which names an expression reads, from its parse tree.
import { evaluate, parseExpression, parseUnaryTests } from '@bpmn-io/feelin';

import { isType } from './types.js';

const builtins = new Map();

// Names under which a form hands out more than one variable.
const PLACES = new Set([ 'this', 'parent', '_this_', '_parent_' ]);

/**
 * Inspect `text` without running it. `known` are names that only somebody who knows them can tell from an
 * expression, as `a-b`.
 *
 * `error` is null, or where it stops making sense: { at, found }, `found` empty when the text ends too early.
 * `reads` are all free names, functions included; `names` the variables among them that are read for certain;
 * `maybe` those inside a filter, which an entry of the list may hold instead. `calls` are the functions that the text
 * calls and that are neither FEEL's nor its own, methods as `a.b`. `paths` are the ways from `this` and `parent` that
 * it takes, as `parent.name`; one of them alone is all that stands there.
 */
export function inspect(text, dialect, known = []) {
  const context = Object.fromEntries(known.map((name) => [ name, null ]));
  const tree = (dialect === 'unary' ? parseUnaryTests : parseExpression)(text, context);
  const found = { certain: new Set(), maybe: new Set(), calls: new Set(), paths: new Set() };
  const error = firstError(tree.topNode, text);
  walk(tree.topNode, text, { locals: new Set(), inFilter: false }, found);
  const reads = new Set([ ...found.certain, ...found.maybe ]);
  const variables = (names) => [ ...names ].filter((name) => !isBuiltin(name));
  return {
    error,
    reads: [ ...reads ],
    names: variables(found.certain),
    maybe: variables(found.maybe),
    calls: [ ...found.calls ],
    paths: [ ...found.paths ]
  };
}

/**
 * Return where `text` reads what it does not define itself: for each place [steps, perhaps], `steps` the name and what
 * is asked of it after dots, each [name, from, to] in letters; `perhaps` inside a filter, where an entry of the list may
 * hold it instead. What is called as a function is left out.
 */
export function spots(text, dialect, known = []) {
  const context = Object.fromEntries(known.map((name) => [ name, null ]));
  const tree = (dialect === 'unary' ? parseUnaryTests : parseExpression)(text, context);
  const found = { certain: new Set(), maybe: new Set(), calls: new Set(), paths: new Set(), spots: [] };
  walk(tree.topNode, text, { locals: new Set(), inFilter: false }, found);
  return found.spots;
}

/** Return where the text stops making sense, { at, found }, or null. */
export function firstError(top, text) {
  let error = null;
  top.cursor().iterate((node) => {
    if (node.type.isError && error === null) {
      const found = text.slice(node.from, node.to) || text.slice(node.to).trim().slice(0, 20);
      error = { at: node.from, found };
    }
    return error === null;
  });
  return error;
}

function walk(node, text, scope, found) {
  const visit = visitors[node.name];
  if (visit) {
    visit(node, text, scope, found);
  } else {
    walkAll(children(node), text, scope, found);
  }
}

function walkAll(nodes, text, scope, found) {
  nodes.forEach((node) => walk(node, text, scope, found));
}

const visitors = {
  VariableName(node, text, scope, found) {
    if (!scope.locals.has(nameOf(node, text))) {
      read([ node ], text, scope, found);
    }
  },

  // a.b reads a
  PathExpression(node, text, scope, found) {
    const steps = [];
    let root = node;
    for (; root.name === 'PathExpression'; root = root.firstChild) {
      steps.unshift(root.lastChild);
    }
    if (root.name !== 'VariableName') {
      walk(root, text, scope, found);
    } else if (!scope.locals.has(nameOf(root, text))) {
      read([ root, ...steps ], text, scope, found);
    }
  },

  // list[test]: the test sees `item` and the entries of each item before the variables around
  FilterExpression(node, text, scope, found) {
    const [ list, ...rest ] = children(node);
    walk(list, text, scope, found);
    walkAll(rest, text, { locals: plus(scope, [ 'item' ]), inFilter: true }, found);
  },

  FunctionInvocation(node, text, scope, found) {
    if (isUnknown(node.firstChild, text, scope)) {
      found.calls.add(nameOf(node.firstChild, text));
    }
    walkAll(children(node), text, scope, found);
  },

  ForExpression(node, text, scope, found) {
    const inner = iterate(node, text, scope, found);
    walk(node.lastChild, text, { ...inner, locals: plus(inner, [ 'partial' ]) }, found);
  },

  QuantifiedExpression(node, text, scope, found) {
    walk(node.lastChild, text, iterate(node, text, scope, found), found);
  },

  FunctionDefinition(node, text, scope, found) {
    const parameters = node.getChild('FormalParameters')?.getChildren('FormalParameter') ?? [];
    const locals = plus(scope, parameters.map((parameter) => nameOf(parameter.firstChild ?? parameter, text)));
    walkAll(node.getChildren('FunctionBody'), text, { ...scope, locals }, found);
  },

  // {a: 1, b: a}: an entry sees those before it
  Context(node, text, scope, found) {
    let locals = scope.locals;
    for (const entry of node.getChildren('ContextEntry')) {
      walkAll(children(entry).slice(1), text, { ...scope, locals }, found);
      locals = plus({ locals }, [ nameOf(entry.firstChild, text).replace(/^"|"$/g, '') ]);
    }
  },

  // f(x: a) reads f and a
  NamedParameter(node, text, scope, found) {
    walkAll(children(node).slice(1), text, scope, found);
  },

  // Of a type that FEEL does not know nothing is an instance: as bad as a function that it does not know.
  Type(node, text, scope, found) {
    const type = nameOf(node, text);
    if (node.parent?.name === 'InstanceOfExpression' && !isType(type)) {
      found.calls.add(`instance of ${type}`);
    }
  },
};

function read(nodes, text, scope, found) {
  const names = nodes.map((node) => nameOf(node, text));
  (scope.inFilter ? found.maybe : found.certain).add(names[0]);
  if (PLACES.has(names[0])) {
    found.paths.add(names.join('.'));
  }
  if (found.spots && !isCalled(nodes[0])) {
    const steps = nodes.map((node, place) => [ names[place], letters(text, node.from), letters(text, node.to) ]);
    found.spots.push([ steps, scope.inFilter ]);
  }
}

function isCalled({ from, to, parent }) {
  return parent?.name === 'FunctionInvocation' && parent.firstChild.from === from && parent.firstChild.to === to;
}

// Letters before a place: JavaScript counts some as two.
function letters(text, place) {
  return [ ...text.slice(0, place) ].length;
}

// Whether what is called is certainly no function: a name that nobody defines, or a member of something else than a
// context that the text writes out.
function isUnknown(called, text, scope) {
  if (called.name === 'VariableName') {
    const name = nameOf(called, text);
    return !scope.locals.has(name) && !isBuiltin(name);
  }
  if (called.name !== 'PathExpression') {
    return false;
  }
  let root = called;
  while ([ 'PathExpression', 'FilterExpression', 'FunctionInvocation' ].includes(root.name)) {
    root = root.firstChild;
  }
  return root.name === 'VariableName' ? !scope.locals.has(nameOf(root, text)) : /Literal$/.test(root.name);
}

// for/some/every: each source sees the loop variables before it
function iterate(node, text, scope, found) {
  let inner = scope;
  for (const step of node.getChild('InExpressions')?.getChildren('InExpression') ?? []) {
    const [ name, ...source ] = children(step);
    walkAll(source, text, inner, found);
    inner = { ...inner, locals: plus(inner, [ nameOf(name, text) ]) };
  }
  return inner;
}

function plus(scope, names) {
  return new Set([ ...scope.locals, ...names ]);
}

// names of several words are joined by one space, as feelin does
export function nameOf(node, text) {
  return text.slice(node.from, node.to).replace(/\s+/g, ' ').trim();
}

export function children(node) {
  const nodes = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    nodes.push(child);
  }
  return nodes;
}

function isBuiltin(name) {
  if (!builtins.has(name)) {
    builtins.set(name, isFunction(name));
  }
  return builtins.get(name);
}

function isFunction(name) {
  try {
    return typeof evaluate(name, {}).value === 'function';
  } catch {
    return false; // the name stands in broken text
  }
}
