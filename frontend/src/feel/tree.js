// The syntax tree of an expression, for who puts it into words.
import { parseExpression } from '@bpmn-io/feelin';

import { firstError } from './names.js';

// What is in other kinds of nodes is text. A bracket says nothing that its node does not.
const OPEN = new Set([
  'Disjunction', 'Conjunction', 'Comparison', 'ParenthesizedExpression', 'FunctionInvocation', 'PositionalParameters',
  'PositiveUnaryTests', 'PositiveUnaryTest', 'List'
]);
const CHAINS = new Set([ 'Disjunction', 'Conjunction' ]);
const LEFT_OUT = new Set([ '(', ')', '[', ']', 'or', 'and' ]);
const DEEPEST = 120;

/** Return the tree of `text`, each node as [kind, text, parts]; null where it makes no sense or is too deep. */
export function tree(text) {
  const top = parseExpression(text, {}).topNode;
  return firstError(top, text) ? null : nodeOf(top.firstChild, text, 0);
}

function nodeOf(node, text, depth) {
  const said = text.slice(node.from, node.to);
  if (!OPEN.has(node.name)) {
    return [ node.name, said, [] ];
  }
  const parts = depth > DEEPEST ? [ null ] : partsOf(node).map((part) => nodeOf(part, text, depth + 1));
  return parts.includes(null) ? null : [ node.name, said, parts ];
}

// `a or b or c` hangs to the left, as deep as it is long
function partsOf(node) {
  const rest = [];
  let first = node;
  do {
    const own = childrenOf(first);
    first = own[0];
    rest.unshift(...own.slice(1));
  } while (CHAINS.has(node.name) && first?.name === node.name);
  return first ? [ first, ...rest ] : rest;
}

function childrenOf(node) {
  const found = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (!LEFT_OUT.has(child.name)) {
      found.push(child);
    }
  }
  return found;
}
