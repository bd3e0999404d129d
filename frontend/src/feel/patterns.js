// Patterns of form fields, as form-js tries them: new RegExp(pattern).test(text).
import { answer } from './answer.js';

globalThis.patterns = { match };

/** Return for each [pattern, text] of a JSON list whether it fits, or what is wrong with the pattern; as JSON. */
function match(json) {
  return answer(JSON.parse(json).map(([ pattern, text ]) => matchOne(pattern, text)));
}

function matchOne(pattern, text) {
  try {
    return new RegExp(pattern).test(text);
  } catch (error) {
    return error.message;
  }
}
