// The words of the studio's editors, in the language of the page: those that all share, and an editor's own.
import en from './en.js';
import id from './id.js';

const SHARED = { id, en };

/** Return t(key, params): the sentence of that key, with {names} filled in. A list of two is one and several. */
export function words(language, own) {
  const known = { ...(SHARED[language] ?? id), ...(own[language] ?? own.id) };
  return (key, params = {}) => {
    const found = known[key] ?? key;
    return filled(Array.isArray(found) ? found[params.count === 1 ? 0 : 1] : found, params);
  };
}

/** Texts of bpmn.io's tools that were asked for in Indonesian and are not in our lists. */
export const missing = new Set();

/** bpmn.io's `translate`, with our Indonesian `texts`; its own are English. */
export function translation(language, texts) {
  if (language === 'en') return filled;
  return (template, params) => {
    if (!(template in texts)) missing.add(template);
    return filled(texts[template] ?? template, params);
  };
}

function filled(text, params) {
  return text.replace(/\{\s*(\w+)\s*\}/g, (whole, name) => params?.[name] ?? whole);
}

/** Return "14.05" or "14:05", today's time of an ISO moment; with the date where it was another day. */
export function clock(iso, language) {
  const at = iso ? new Date(iso) : new Date();
  const locale = language === 'en' ? 'en-GB' : 'id-ID';
  const time = at.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });
  const today = at.toDateString() === new Date().toDateString();
  return today ? time : `${at.toLocaleDateString(locale, { day: 'numeric', month: 'short' })} ${time}`;
}
