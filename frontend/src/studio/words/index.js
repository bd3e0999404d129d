// The words of the studio's modules, in the language of the page.
import en from './en.js';
import id from './id.js';

const LANGUAGES = { id, en };

/** Return t(key, params): the sentence of that key, with {names} filled in. A list of two is one and several. */
export function words(language) {
  const own = LANGUAGES[language] ?? id;
  return (key, params = {}) => {
    const found = own[key] ?? key;
    const text = Array.isArray(found) ? found[params.count === 1 ? 0 : 1] : found;
    return text.replace(/\{(\w+)\}/g, (whole, name) => params[name] ?? whole);
  };
}

/** Return "14.05" or "14:05", today's time of an ISO moment; with the date where it was another day. */
export function clock(iso, language) {
  const at = iso ? new Date(iso) : new Date();
  const locale = language === 'en' ? 'en-GB' : 'id-ID';
  const time = at.toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });
  const today = at.toDateString() === new Date().toDateString();
  return today ? time : `${at.toLocaleDateString(locale, { day: 'numeric', month: 'short' })} ${time}`;
}
