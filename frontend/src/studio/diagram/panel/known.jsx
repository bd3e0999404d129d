// The properties of docs/properties.md as fields, and all others by name and value.
import { useState } from 'preact/hooks';

import catalogue from '../../properties.json';
import { kindOf, isStep, trigger } from '../kinds.js';
import { leafLanes } from '../lanes.js';
import { properties, property } from '../vocabulary.js';
import { Choice, Feel, Group, Text, Tick } from './fields.jsx';

const SENDS = [ 'message-end', 'message-intermediate-throw', 'send-task' ];

/** Where an element stands in the catalogue. */
export function placesOf(element) {
  const bo = element.businessObject;
  const kind = kindOf(element);
  const places = [];
  if (kind === 'pool' || kind === 'process') places.push('process');
  if (kind === 'lane') places.push('lane');
  if (kind === 'user-task') places.push('user-task', 'task');
  if (kind === 'send-task') places.push('send-task');
  if (SENDS.includes(kind) && element.outgoing?.some((one) => one.type === 'bpmn:MessageFlow')) places.push('sender');
  const beside = bo.$type === 'bpmn:BoundaryEvent' || Boolean(bo.$parent?.triggeredByEvent && bo.$type === 'bpmn:StartEvent');
  if (trigger(bo) === 'message' && (beside || bo.$type === 'bpmn:IntermediateCatchEvent')) places.push('message');
  if (trigger(bo) === 'timer' && beside) places.push('timer');
  if (bo.$type === 'bpmn:EndEvent') places.push('end');
  if (isStep(element) && !kind.endsWith('boundary')) places.push('step');
  return places;
}

export function knownOn(element) {
  const places = placesOf(element);
  return catalogue.properties.filter(({ on }) => on.some((place) => places.includes(place)));
}

/** One property of the catalogue as a field. */
export function Known({ editor, element, entry, ...rest }) {
  const [ label, hint ] = entry[editor.language];
  const id = `p-${entry.name.replace(/\W+/g, '-')}`;
  const value = property(element, entry.name);
  const commit = (text) => editor.get('vocabulary').setProperties(element, { [entry.name]: text }, { keep: KEPT.includes(entry.group) });
  const common = { key: `${element.id}-${entry.name}`, id, label, hint, value, commit, ...rest };
  switch (entry.kind) {
  case 'variable': return <Text {...common} options={names(editor)} />;
  case 'group': return <Text {...common} options={editor.facts.groups.map((name) => ({ value: name, label: name }))} />;
  case 'choice': return <Choice {...common} options={choices(editor, entry, value)} />;
  case 'yes': return <Tick {...common} value={value.trim().toLowerCase() === 'ya'} commit={(on) => commit(on ? 'ya' : '')} />;
  case 'lanes': return <Lanes {...common} editor={editor} />;
  case 'feel': return <Feel {...common} names={names(editor)} t={editor.t} />;
  default: return <Text {...common} long={entry.kind === 'long'} />;
  }
}

// The SOP prints an empty cell as well.
const KEPT = [ 'cells', 'sop' ];

export function names(editor) {
  const fields = editor.facts.forms.flatMap((form) => form.fields.filter((one) => !one.identity).map((field) => ({ value: field.key, label: field.label })));
  const others = editor.facts.variables.map((one) => ({ value: one.name, label: one.label ?? '' }));
  return [ ...new Map([ ...others, ...fields ].map((one) => [ one.value, one ])).values() ];
}

function choices({ t }, { name, values }, value) {
  const byDefault = { 'satuan hari': 'kerja', untuk: 'lajur' }[name];
  const first = byDefault && values.includes(byDefault) ? t('choice.default', { value: byDefault }) : t('choice.none');
  const strange = value && !values.includes(value) ? [ { value, label: t('choice.other', { value }) } ] : [];
  return [ { value: '', label: first }, ...values.map((one) => ({ value: one, label: one })), ...strange ];
}

function Lanes({ editor, id, label, hint, value, commit }) {
  const lanes = leafLanes(editor.get('elementRegistry')).map((one) => one.businessObject);
  const named = value.split(/\s*[,;\n]\s*/).filter(Boolean);
  const has = (lane) => named.includes(lane.id) || named.includes(lane.name);
  const toggle = (lane, on) => commit([ ...named.filter((one) => one !== lane.id && one !== lane.name), ...(on ? [ lane.id ] : []) ].join(', '));
  const strange = named.filter((one) => !lanes.some((lane) => lane.id === one || lane.name === one));
  return (
    <fieldset class="field" data-field={id}>
      <legend>{label}</legend>
      <p class="field__hint">{hint}</p>
      {lanes.map((lane) => (
        <label class="pick" key={lane.id}>
          <input type="checkbox" checked={has(lane)} onChange={({ currentTarget }) => toggle(lane, currentTarget.checked)} /><span>{lane.name || lane.id}</span>
        </label>
      ))}
      {strange.map((one) => (
        <label class="pick" key={one}>
          <input type="checkbox" checked onChange={() => commit(named.filter((other) => other !== one).join(', '))} /><span>{editor.t('choice.other', { value: one })}</span>
        </label>
      ))}
      {!lanes.length && <p class="muted">{editor.t('identity.none')}</p>}
    </fieldset>
  );
}

/** What stands in the file and no field shows. */
export function Unknown({ editor, element }) {
  const { t } = editor;
  const [ fresh, setFresh ] = useState('');
  const shown = [ ...knownOn(element).map((one) => one.name), ...catalogue.forms ];
  const rest = properties(element).filter(([ name ]) => !shown.includes(name));
  const vocabulary = editor.get('vocabulary');
  const add = () => {
    const name = fresh.trim();
    if (name) vocabulary.setProperties(element, { [name]: '' }, { keep: true });
    setFresh('');
  };
  return (
    <Group title={t('group.unknown')} open={rest.length > 0}>
      {rest.map(([ name, value ]) => (
        <div class="pair" key={name} data-field={`p-${name}`}>
          <Text id={`n-${name}`} label={t('property.name')} value={name} eager={false} commit={(after) => after && vocabulary.renameProperty(element, name, after)} />
          <Text id={`v-${name}`} label={t('property.value')} value={value} long commit={(text) => vocabulary.setProperties(element, { [name]: text }, { keep: true })} />
          <button type="button" class="button button--small" onClick={() => vocabulary.setProperties(element, { [name]: null })}>{t('property.remove', { name })}</button>
        </div>
      ))}
      <div class="pair">
        <div class="field"><label class="field__label" for="n-new">{t('property.new')}</label>
          <input id="n-new" type="text" value={fresh} onInput={({ currentTarget }) => setFresh(currentTarget.value)} onKeyDown={(event) => event.key === 'Enter' && add()} /></div>
        <button type="button" class="button button--small" onClick={add}>{t('property.add')}</button>
      </div>
    </Group>
  );
}
