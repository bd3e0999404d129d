// The words of bpmn-js in the language of the page. `missing` holds those that have none there.
import indonesian from '../words/bpmn-id.js';

export const missing = new Set();

export function translation(language) {
  const own = language === 'en' ? null : indonesian;
  const translate = (template, replacements = {}) => {
    if (own && !(template in own)) missing.add(template);
    return (own?.[template] ?? template).replace(/\{([^}]+)\}/g, (whole, name) => replacements[name] ?? whole);
  };
  return { translate: [ 'value', translate ] };
}
