// BPMN has no place for a property, a form or a decision; each modeler adds words of its own. A file keeps those that
// it has: what stands there is changed in place, what is new is written in the words that the file already uses.

export const LISTS = {
  zeebe: { list: 'zeebe:Properties', item: 'zeebe:Property', items: 'properties' },
  camunda: { list: 'camunda:Properties', item: 'camunda:Property', items: 'values' },
  spiffworkflow: { list: 'spiffworkflow:Properties', item: 'spiffworkflow:Property', items: 'properties' }
};
// Of a modeler whose words are not loaded: Camunda 7's in a file that is mostly Camunda 8's, Flowable's, Activiti's.
const FOREIGN = { items: '$children' };
const FOREIGN_LIST = /^[\w.-]+:properties$/;
const NAMESPACES = {
  zeebe: 'http://camunda.org/schema/zeebe/1.0',
  camunda: 'http://camunda.org/schema/1.0/bpmn',
  spiffworkflow: 'http://spiffworkflow.org/bpmn/schema/1.0/core'
};
const FORM_FILE = /\.(form|html|json)$/i;

/** Which of the three a file uses most; Camunda 8's, as the shipped SOP has them, where it uses none. */
export function vocabularyOf(xml) {
  const counts = Object.entries(NAMESPACES).map(([ name, uri ]) => {
    const prefix = xml.match(new RegExp(`xmlns:([\\w.-]+)="${uri}"`))?.[1];
    return [ name, prefix ? xml.split(`${prefix}:`).length : 0 ];
  });
  const [ name, count ] = counts.reduce((most, one) => (one[1] > most[1] ? one : most));
  return count ? name : 'zeebe';
}

/** Whose properties a selected shape shows: those of the process where a pool is selected. */
export function owner(element) {
  const bo = (element.labelTarget ?? element).businessObject;
  return bo.$type === 'bpmn:Participant' && bo.processRef ? bo.processRef : bo;
}

/** All properties of an element, as [name, value], in the order of the file. */
export function properties(element) {
  return items(owner(element)).map(({ item }) => [ item.name ?? '', item.value ?? '' ]);
}

/** One property's value, "" where it is not there. */
export function property(element, name) {
  return items(owner(element)).find(({ item }) => item.name === name)?.item.value ?? '';
}

function items(bo) {
  return (bo.extensionElements?.values ?? []).flatMap((list) => {
    const words = Object.values(LISTS).find((one) => one.list === list.$type) ?? (FOREIGN_LIST.test(list.$type) ? FOREIGN : null);
    return (words ? list.get(words.items) ?? [] : []).map((item) => ({ list, words, item }));
  });
}

export class Vocabulary {
  static $inject = [ 'modeling', 'moddle', 'composing', 'config.dialect' ];

  constructor(modeling, moddle, composing, name) {
    Object.assign(this, { modeling, moddle, composing, name });
  }

  /** Set properties; null, and "" unless it was kept empty, take one away. One step to undo. */
  setProperties(element, changes, { keep = false } = {}) {
    const wanted = Object.entries(changes).map(([ name, value ]) => [ name, value === '' && !keep ? null : value ]);
    const differing = wanted.filter(([ name, value ]) => value !== this.stored(element, name));
    if (differing.length) this.composing.compose(() => differing.forEach(([ name, value ]) => this.setProperty(element, name, value)));
  }

  stored(element, name) {
    const found = items(owner(element)).find(({ item }) => item.name === name);
    return found ? found.item.value ?? '' : null;
  }

  /** Give a property another name, and keep its value and place. */
  renameProperty(element, before, after) {
    const found = items(owner(element)).find(({ item }) => item.name === before);
    if (found) this.modeling.updateModdleProperties(element, found.item, { name: after });
  }

  setProperty(element, name, value) {
    const bo = owner(element);
    const found = items(bo).find(({ item }) => item.name === name);
    if (found && value === null) return this.drop(element, bo, found);
    if (found) return this.modeling.updateModdleProperties(element, found.item, { value });
    if (value !== null) this.add(element, bo, name, value);
  }

  add(element, bo, name, value) {
    const { list, item, items: key } = LISTS[this.name];
    const present = (bo.extensionElements?.values ?? []).find((one) => one.$type === list);
    const holder = present ?? this.extend(element, bo, list);
    const made = this.moddle.create(item, { name, value });
    made.$parent = holder;
    this.modeling.updateModdleProperties(element, holder, { [key]: [ ...(holder.get(key) ?? []), made ] });
  }

  drop(element, bo, { list, words, item }) {
    const left = list.get(words.items).filter((one) => one !== item);
    if (left.length) return this.modeling.updateModdleProperties(element, list, { [words.items]: left });
    this.retract(element, bo, list);
  }

  /** Add an extension element of this type to `bo`. */
  extend(element, bo, type, attributes = {}) {
    let holder = bo.extensionElements;
    if (!holder) {
      holder = this.moddle.create('bpmn:ExtensionElements', { values: [] });
      holder.$parent = bo;
      this.modeling.updateModdleProperties(element, bo, { extensionElements: holder });
    }
    const made = this.moddle.create(type, attributes);
    made.$parent = holder;
    this.modeling.updateModdleProperties(element, holder, { values: [ ...(holder.values ?? []), made ] });
    return made;
  }

  /** Take an extension element away, and the holder with the last one. */
  retract(element, bo, extension) {
    const left = bo.extensionElements.values.filter((one) => one !== extension);
    if (left.length) return this.modeling.updateModdleProperties(element, bo.extensionElements, { values: left });
    this.modeling.updateModdleProperties(element, bo, { extensionElements: undefined });
  }

  /** The key of the form that an element names, "" without one; as the server's reader takes it. */
  form(element) {
    return plainKey(this.formPlace(element)?.text ?? '');
  }

  setForm(element, key) {
    const bo = owner(element);
    const place = this.formPlace(element);
    this.composing.compose(() => {
      if (place) return this.changeForm(element, bo, place, key);
      if (key) this.nameForm(element, bo, key);
    });
  }

  // The first that names one counts, in the reader's order.
  formPlace(element) {
    const bo = owner(element);
    for (const name of [ 'formJsonSchemaFilename', 'formKey' ]) {
      const text = property(element, name);
      if (text.trim()) return { kind: 'property', name, text };
    }
    for (const extension of bo.extensionElements?.values ?? []) {
      if (extension.$type !== 'zeebe:FormDefinition') continue;
      const name = [ 'formId', 'externalReference', 'formKey' ].find((one) => extension.get(one)?.trim());
      if (name) return { kind: 'extension', extension, name, text: extension.get(name) };
    }
    const name = [ 'camunda:formRef', 'camunda:formKey' ].find((one) => bo.get(one)?.trim());
    return name && { kind: 'attribute', name, text: bo.get(name) };
  }

  changeForm(element, bo, { kind, name, extension, text }, key) {
    const value = key ? text.replace(plainKey(text), key) : null;
    if (kind === 'property') return this.setProperty(element, name, value);
    if (kind === 'attribute') return this.modeling.updateModdleProperties(element, bo, { [name]: value ?? undefined });
    if (value) return this.modeling.updateModdleProperties(element, extension, { [name]: value });
    this.retract(element, bo, extension);
  }

  nameForm(element, bo, key) {
    const asked = bo.$type === 'bpmn:UserTask' || bo.$type === 'bpmn:StartEvent';
    if (this.name === 'camunda' && asked) {
      return this.modeling.updateModdleProperties(element, bo, { 'camunda:formKey': key });
    }
    if (this.name !== 'zeebe' || !asked) return this.setProperty(element, 'formJsonSchemaFilename', `${key}.form`);
    const has = (type) => bo.extensionElements?.values.some((one) => one.$type === type);
    if (bo.$type === 'bpmn:UserTask' && !has('zeebe:UserTask')) this.extend(element, bo, 'zeebe:UserTask');
    this.extend(element, bo, 'zeebe:FormDefinition', { formId: key });
  }

  /** Whether a script task can be let work out a variable in the file's own words. */
  canScript() {
    return this.name !== 'spiffworkflow';
  }

  /** Let a script task work out one variable by FEEL, in the place of what it held. */
  setScript(element, variable, expression) {
    const bo = owner(element);
    const set = (values) => this.modeling.updateModdleProperties(element, bo, values);
    this.composing.compose(() => {
      if (this.name === 'camunda') return set({ scriptFormat: 'feel', script: expression, 'camunda:resultVariable': variable });
      set({ scriptFormat: undefined, script: undefined });
      this.extend(element, bo, 'zeebe:Script', { expression: `=${expression}`, resultVariable: variable });
    });
  }

  /** The id of the decision that a business rule task names, "" without one. */
  decision(element) {
    const { text } = this.decisionPlace(element) ?? { text: '' };
    return text.replace(/^=/, '').trim().replace(/^["']|["']$/g, '');
  }

  decisionPlace(element) {
    const bo = owner(element);
    for (const extension of bo.extensionElements?.values ?? []) {
      const name = { 'zeebe:CalledDecision': 'decisionId', 'spiffworkflow:CalledDecisionId': 'value' }[extension.$type];
      if (name) return { extension, name, text: extension.get(name) ?? '' };
    }
    return bo.get('camunda:decisionRef') && { name: 'camunda:decisionRef', text: bo.get('camunda:decisionRef') };
  }

  setDecision(element, id) {
    const bo = owner(element);
    const place = this.decisionPlace(element);
    const set = (target, values) => this.modeling.updateModdleProperties(element, target, values);
    this.composing.compose(() => {
      if (place?.extension && !id) return this.retract(element, bo, place.extension);
      if (place) return set(place.extension ?? bo, { [place.name]: id || undefined });
      if (!id) return;
      if (this.name === 'camunda') return set(bo, { 'camunda:decisionRef': id });
      if (this.name === 'zeebe') return this.extend(element, bo, 'zeebe:CalledDecision', { decisionId: id });
      this.extend(element, bo, 'spiffworkflow:CalledDecisionId', { value: id });
    });
  }
}

export function plainKey(text) {
  return text.trim().split(':').at(-1).split('/').at(-1).replace(FORM_FILE, '');
}
