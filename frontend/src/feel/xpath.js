// Regular expressions of XPath, which FEEL's functions take (DMN 1.5, 10.3.4.3), as V8 has them.

const NAME_START = '\\p{L}_:';
const OF_XPATH = { i: NAME_START, c: `${NAME_START}\\p{M}\\p{Nd}.\\-` };
const LESS = /\[(\^?(?:\\.|[^\][\\])*)-\[((?:\\.|[^\][\\])*)\]\]/gs; // [a-z-[aeiou]]
const MOST = 10_000_000; // characters that are put in: a longer text would end the engine, not the expression
const REPLACEMENT = /^(?:[^$\\]|\$\d|\\[$\\])*$/s;

/** Return the expression; null where XPath knows it not, or its flags. */
export function regexp(pattern, flags, own = '') {
  if (!/^[smixq]*$/.test(flags)) {
    return null;
  }
  const source = flags.includes('q') ? pattern.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&') : translated(pattern, flags.includes('x'));
  const less = source.replace(LESS, '[[$1]--[$2]]');
  try {
    return new RegExp(less, (less === source ? 'u' : 'v') + own + [ ...new Set(flags) ].filter((flag) => 'smi'.includes(flag)).join(''));
  } catch {
    return null;
  }
}

/** Return `input` with what fits replaced; null where the pattern fits nothing at all, or the replacement is none. */
export function replaced(input, pattern, replacement, flags) {
  const found = regexp(pattern, flags, 'g');
  const isLiteral = flags.includes('q');
  if (!found || regexp(pattern, flags).test('') || !(isLiteral || REPLACEMENT.test(replacement))) {
    return null;
  }
  let left = MOST;
  return input.replace(found, (...match) => {
    const put = isLiteral ? replacement : filled(replacement, groupsOf(match));
    left -= put.length;
    if (left < 0) {
      throw new RangeError('too large');
    }
    return put;
  });
}

// What fits and its groups: behind them String.replace gives where it is, and the whole.
function groupsOf(match) {
  return match.slice(0, match.findIndex((one) => typeof one === 'number'));
}

// `$12` is the twelfth group where there are so many, else the first and a 2.
function filled(replacement, groups) {
  return replacement.replace(/\\(.)|\$(\d+)/g, (all, sign, digits) => {
    if (sign) {
      return sign;
    }
    let length = digits.length;
    while (length > 1 && Number(digits.slice(0, length)) >= groups.length) {
      length -= 1;
    }
    return (groups[Number(digits.slice(0, length))] ?? '') + digits.slice(length);
  });
}

// The names' own signs, and blanks that flag x leaves out.
function translated(pattern, isSpaced) {
  let depth = 0;
  return pattern.replace(/\\(.)|\[|\]|\s/gs, (found, escaped) => {
    if (escaped === undefined) {
      depth += (found === '[') - (found === ']');
      return isSpaced && depth === 0 && /\s/.test(found) ? '' : found;
    }
    const signs = OF_XPATH[escaped.toLowerCase()];
    if (!signs || (depth > 0 && escaped !== escaped.toLowerCase())) {
      return found;
    }
    return depth > 0 ? signs : `[${escaped === escaped.toLowerCase() ? '' : '^'}${signs}]`;
  });
}
