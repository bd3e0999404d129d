// Elements that were copied from a diagram with another modeler's words, in those of the diagram they are pasted into:
// their properties, forms and decisions. What else that modeler added means nothing here, and is left behind.
import { LISTS, plainKey } from './vocabulary.js';

const FORMS = [ 'formId', 'externalReference', 'formKey' ];
const ATTRIBUTES = /^(camunda:)?(formKey|formRef|decisionRef)$/;

/** Return the tree of what was copied, in the words of `dialect`. */
export function adopt({ dialect: from, tree }, dialect) {
  return from === dialect ? tree : walk(tree, dialect);
}

function walk(value, dialect) {
  if (Array.isArray(value)) return value.map((one) => walk(one, dialect));
  if (value === null || typeof value !== 'object') return value;
  const found = Object.fromEntries(Object.entries(value).map(([ key, one ]) => [ key, key === 'extensionElements' ? one : walk(one, dialect) ]));
  return typeof value.$type === 'string' && value.$type.startsWith('bpmn:') ? spoken(found, dialect) : found;
}

function spoken(element, dialect) {
  const added = element.extensionElements?.values ?? [];
  const own = Object.keys(element).filter((key) => ATTRIBUTES.test(key));
  if (!added.length && !own.length) return element;
  const named = (name) => own.filter((key) => key.endsWith(name)).map((key) => element[key]);
  const pairs = added.flatMap((one) => (one.properties ?? one.values ?? []).map(({ name, value }) => [ name, value ]));
  const forms = [ ...added.flatMap((one) => FORMS.map((name) => one[name])), ...named('formRef'), ...named('formKey') ].filter(Boolean);
  const decisions = [ ...added.map((one) => one.decisionId ?? (one.$type?.endsWith('CalledDecisionId') ? one.value : '')), ...named('decisionRef') ];
  if (forms.length) pairs.push([ 'formJsonSchemaFilename', `${plainKey(forms[0])}.form` ]);
  for (const key of own) delete element[key];
  return written(element, pairs, decisions.find(Boolean), dialect);
}

function written(element, pairs, decision, dialect) {
  const { list, item, items } = LISTS[dialect];
  const values = [];
  if (pairs.length) values.push({ $type: list, [items]: pairs.map(([ name, value ]) => ({ $type: item, name, value })) });
  if (decision && dialect === 'camunda') element['camunda:decisionRef'] = decision;
  if (decision && dialect === 'zeebe') values.push({ $type: 'zeebe:CalledDecision', decisionId: decision });
  if (decision && dialect === 'spiffworkflow') values.push({ $type: 'spiffworkflow:CalledDecisionId', value: decision });
  const { extensionElements, ...rest } = element;
  return values.length ? { ...rest, extensionElements: { $type: 'bpmn:ExtensionElements', values } } : rest;
}
