// Conditions that most forms have, without FEEL's 50 KB: comparisons of a name with words, numbers, true, false and null,
// lists of these, and, or, not. What it cannot say exactly as FEEL does it does not say: `parsed` is null, or asking
// throws, and FEEL is fetched.

const TOKENS = /\s*(?:("[^"\\]*")|(-?\d+)(?![\w.])|(!=|=|\(|\)|,)|([A-Za-z_][A-Za-z0-9_]*)(?![\w.]))/y;
const WORDS = { true: true, false: false, null: null };
const KEPT = new Set([ 'and', 'or', 'not', 'in', 'if', 'then', 'else', 'for', 'some', 'every', 'between', 'instance', 'function', 'return', 'now', 'today' ]);

/** Raised where a value is of another kind than what it is compared with. */
export class NotSimple extends Error {}

/** Return what tells whether `text` holds over a context; null where it is not simple. */
export function parsed(text) {
  try {
    const parser = new Parser(text);
    const test = parser.either();
    return parser.atEnd() ? test : null;
  } catch (error) {
    if (error instanceof NotSimple) {
      return null;
    }
    throw error;
  }
}

class Parser {
  constructor(text) {
    this.tokens = [ ...tokensOf(text) ];
  }

  atEnd() {
    return this.tokens.length === 0;
  }

  either() {
    return this.#joined('or', () => this.#joined('and', () => this.#term(), every), some);
  }

  #joined(word, next, decide) {
    const parts = [ next() ];
    while (this.#takes(word)) {
      parts.push(next());
    }
    return parts.length === 1 ? parts[0] : (context) => decide(parts, context);
  }

  #term() {
    if (this.#takes('not')) {
      const test = this.#inBrackets();
      return (context) => !test(context);
    }
    return this.tokens[0] === '(' ? this.#inBrackets() : this.#comparison();
  }

  #inBrackets() {
    this.#needs('(');
    const test = this.either();
    this.#needs(')');
    return test;
  }

  #comparison() {
    const name = this.tokens.shift();
    if (!/^[A-Za-z_]/.test(name ?? '') || name in WORDS || KEPT.has(name)) {
      throw new NotSimple();
    }
    const how = this.tokens.shift();
    if (how === 'in') {
      const choices = this.#choices();
      return (context) => choices.map((one) => areEqual(valueOf(context, name), one)).includes(true);
    }
    if (how !== '=' && how !== '!=') {
      throw new NotSimple();
    }
    const other = this.#literal();
    return (context) => areEqual(valueOf(context, name), other) === (how === '=');
  }

  #choices() {
    this.#needs('(');
    const choices = [ this.#literal() ];
    while (this.#takes(',')) {
      choices.push(this.#literal());
    }
    this.#needs(')');
    if (choices.length < 2 || choices.includes(null)) {
      throw new NotSimple();
    }
    return choices;
  }

  #literal() {
    const token = this.tokens.shift() ?? '';
    if (token in WORDS) {
      return WORDS[token];
    }
    if (!/^["\d-]/.test(token)) {
      throw new NotSimple();
    }
    return token.startsWith('"') ? token.slice(1, -1) : Number(token);
  }

  #takes(token) {
    return this.tokens[0] === token && Boolean(this.tokens.shift());
  }

  #needs(token) {
    if (!this.#takes(token)) {
      throw new NotSimple();
    }
  }
}

function* tokensOf(text) {
  TOKENS.lastIndex = 0;
  while (TOKENS.lastIndex < text.trimEnd().length) {
    const found = TOKENS.exec(text);
    if (!found) {
      throw new NotSimple();
    }
    yield found[1] ?? found[2] ?? found[3] ?? found[4];
  }
}

function every(parts, context) {
  return parts.map((part) => part(context)).every(Boolean);
}

function some(parts, context) {
  return parts.map((part) => part(context)).some(Boolean);
}

// A name that no field has may be a function of FEEL.
function valueOf(context, name) {
  if (!Object.hasOwn(context, name) || context[name] === undefined) {
    throw new NotSimple();
  }
  return context[name];
}

function areEqual(value, other) {
  if (value !== null && other !== null && typeof value !== typeof other) {
    throw new NotSimple();
  }
  if (typeof value === 'object' && value !== null) {
    throw new NotSimple();
  }
  return value === other;
}
