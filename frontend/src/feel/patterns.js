// Patterns of form fields, as form-js tries them: new RegExp(pattern).test(text).
//
// V8 tries the ways through a pattern one after the other, and `^(a+)+$` has 2^n of them. It is started with flags that
// let it turn to its other engine after some thousand steps: that one follows all ways at once, in a time that grows
// with the text alone, and finds the same. It knows neither look-around nor references back nor very large repetitions.
import { isSafePattern } from 'redos-detector';
import { parse } from 'regjsparser';

import { answer } from './answer.js';

globalThis.patterns = { match, matchSteadily, risk };

const most = 2_000;
const steady = new Map();

/** Return for a JSON pair [pattern, text] whether it fits, or what is wrong with the pattern; as JSON. */
function match(json) {
  const [ pattern, text ] = JSON.parse(json);
  try {
    return answer(new RegExp(pattern).test(text));
  } catch (error) {
    return answer(error.message);
  }
}

/** Return for each pair of a JSON list whether it fits; null where that may take for ever; as JSON. */
function matchSteadily(json) {
  return answer(JSON.parse(json).map(([ pattern, text ]) => isSteady(pattern) ? new RegExp(pattern).test(text) : null));
}

/**
 * Return as JSON what a pattern may take: "endless" where nothing bounds it, "elsewhere" where only V8's other engine
 * does, else "".
 */
function risk(json) {
  const pattern = JSON.parse(json);
  if (isSteady(pattern) && !attempt(() => repeatsRepetitions([ parse(pattern, '') ]), true)) {
    return answer('');
  }
  const safe = attempt(() => isSafePattern(pattern, { maxScore: 200, maxSteps: 1_000, timeout: Infinity }).safe, false);
  return answer(safe ? '' : isSteady(pattern) ? 'elsewhere' : 'endless');
}

// Return what `work` returns, or `failed` where a library does not know the syntax.
function attempt(work, failed) {
  try {
    return work();
  } catch {
    return failed;
  }
}

// Whether the other engine takes it: it refuses the flag "l" where it does not.
function isSteady(pattern) {
  if (!steady.has(pattern)) {
    if (steady.size >= most) {
      steady.clear();
    }
    steady.set(pattern, attempt(() => Boolean(new RegExp(pattern, 'l')), false));
  }
  return steady.get(pattern);
}

// Whether something without end holds another, or a choice: only then the ways can multiply with each letter. Where
// they only add up, as in `.+@.+`, a text of some thousand letters is no danger.
function repeatsRepetitions(parts, inside = false) {
  return parts.some((part) => {
    const endless = part.type === 'quantifier' && part.max === undefined;
    const chooses = part.type === 'disjunction';
    return inside && (endless || chooses) || repeatsRepetitions([ part.body ?? [] ].flat(), inside || endless);
  });
}
