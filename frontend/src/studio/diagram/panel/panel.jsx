// What can be said of the selected element, by its kind.
import { useEffect, useRef, useState } from 'preact/hooks';

import { called, documentation, idTrouble, reference, setCalled, setDocumentation, setId, setName, setReference } from '../changes.js';
import { kindOf, trigger } from '../kinds.js';
import { slug } from '../ids.js';
import { timerOf } from '../timers.js';
import { owner } from '../vocabulary.js';
import { Deadline, Timer } from './deadline.jsx';
import { Choice, Group, Radios, Text } from './fields.jsx';
import { Condition, Flow, Ways } from './flow.jsx';
import { Known, knownOn, Unknown } from './known.jsx';

const ASKS = [ 'user-task', 'none-start-event', 'message-start', 'message-intermediate-catch', 'message-boundary', 'non-interrupting-message-boundary' ];
const CLOSED = [ 'sop', 'cells' ];

export function Panel({ editor }) {
  const place = useRef(null);
  const [ element, ...more ] = editor.selected();
  useEffect(() => focusWanted(editor, place.current));
  if (!element) return null;
  if (more.length) return <p class="panel__none" ref={place}>{editor.t('panel.many', { count: more.length + 1 })}</p>;
  return (
    <div class="panel__body" ref={place} key={element.id}>
      <Head editor={editor} element={element} />
      <Own editor={editor} element={element} />
      <Properties editor={editor} element={element} />
      <Unknown editor={editor} element={element} />
    </div>
  );
}

// A finding was chosen, or the list of elements: its field, else the name.
function focusWanted(editor, place) {
  const { wanted } = editor;
  if (!wanted || !place) return;
  editor.wanted = null;
  const field = wanted.field && place.querySelector(`[data-field="${wanted.field}"]`);
  const fold = field?.closest('details');
  if (fold) fold.open = true;
  (field ?? place).querySelector('input:not([type=hidden]), select, textarea')?.focus();
}

function Head({ editor, element }) {
  const { t } = editor;
  const bo = element.businessObject;
  const kind = kindOf(element);
  const label = bo.$type === 'bpmn:TextAnnotation' ? 'field.text' : kind === 'exclusive-gateway' || kind === 'inclusive-gateway' ? 'field.question' : 'field.name';
  const nameable = kind !== 'collaboration';
  return (
    <div class="panel__head-fields">
      <p class="panel__kind"><b>{t(`kind.${kind}`)}</b> <span class="muted">{t(`means.${kind}`)}</span></p>
      {nameable && <Text id="name" key={`${element.id}-name`} label={t(label)} long eager={false} single={bo.$type !== 'bpmn:TextAnnotation'} value={(bo.$type === 'bpmn:TextAnnotation' ? bo.text : bo.name) ?? ''} commit={(name) => setName(editor, element, name)} />}
    </div>
  );
}

/** What BPMN itself has of this kind of element. */
function Own({ editor, element }) {
  const { t } = editor;
  const kind = kindOf(element);
  const bo = element.businessObject;
  return (
    <>
      {ASKS.includes(kind) && <Group title={t('group.form')}><Form editor={editor} element={element} /><Grouped editor={editor} element={element} group="form" /></Group>}
      {kind === 'user-task' && <Group title={t('group.deadline')}><Deadline editor={editor} element={element} /></Group>}
      {trigger(bo) === 'timer' && timerOf(element) && <Group title={t('group.timer')}><Timer editor={editor} element={element} /><Grouped editor={editor} element={element} group="timer" /></Group>}
      {trigger(bo) === 'conditional' && <Group title={t('group.condition')}><p class="field__hint">{t('condition.hint')}</p><Condition key={element.id} editor={editor} element={element} /></Group>}
      {bo.$type === 'bpmn:BoundaryEvent' && <Edge editor={editor} element={element} />}
      {reference(editor, element) && <Group title={t('group.trigger')}><Reference editor={editor} element={element} /></Group>}
      {kind === 'rule-task' && <Group title={t('group.decision')}><Decision editor={editor} element={element} /></Group>}
      {kind === 'call-activity' && <Group title={t('group.call')}><Text id="called" label={t('call.key')} value={called(element)} commit={(key) => setCalled(editor, element, key)} /></Group>}
      {kind === 'flow' && <Group title={t('group.flow')}><Flow editor={editor} element={element} /></Group>}
      {element.type.endsWith('Gateway') && <Group title={t('group.ways')}><Ways editor={editor} element={element} /></Group>}
      {kind === 'lane' && <Members editor={editor} element={element} />}
    </>
  );
}

const WITH_OWN = [ 'form', 'timer' ]; // shown among the fields that they belong to

function Properties({ editor, element }) {
  const { t } = editor;
  const groups = [ ...new Set(knownOn(element).map((one) => one.group)) ].filter((group) => !WITH_OWN.includes(group));
  return (
    <>
      {groups.map((group) => (
        <Group key={group} title={t(`group.${group}`)} open={!CLOSED.includes(group)}><Grouped editor={editor} element={element} group={group} /></Group>
      ))}
      <Group title={t('group.more')} open={false}>
        <Text id="documentation" key={`${element.id}-doc`} label={t('field.documentation')} hint={t('field.documentation.hint')} long value={documentation(element)}
          commit={(text) => setDocumentation(editor, element, text)} />
        <Id editor={editor} element={element} />
      </Group>
    </>
  );
}

function Grouped({ editor, element, group }) {
  return knownOn(element).filter((one) => one.group === group).map((entry) => <Known key={entry.name} editor={editor} element={element} entry={entry} />);
}

function Id({ editor, element }) {
  const { t } = editor;
  const bo = owner(element);
  const [ error, setError ] = useState('');
  const commit = (id) => {
    const trouble = idTrouble(editor, element, id);
    setError(trouble);
    if (!trouble) setId(editor, element, id);
  };
  return <Text id="id" label={t('field.id')} hint={t(bo.$type === 'bpmn:Process' ? 'field.id.process' : 'field.id.hint')} eager={false} value={bo.id} commit={commit} error={error && t(error)} />;
}

function Form({ editor, element }) {
  const { t, facts, data } = editor;
  const vocabulary = editor.get('vocabulary');
  const key = vocabulary.form(element);
  const form = facts.forms.find((one) => one.key === key);
  const options = [
    { value: '', label: t('form.none') },
    ...(key && !form ? [ { value: key, label: t('form.missing', { key }) } ] : []),
    ...facts.forms.map((one) => ({ value: one.key, label: one.name && one.name !== one.key ? `${one.name} (${one.key})` : one.key }))
  ];
  const address = (name) => data.formEditor.replace('{name}', encodeURIComponent(name));
  return (
    <>
      <Choice id="form" label={t('form.choose')} value={key} options={options} commit={(after) => vocabulary.setForm(element, after)}
        hint={form ? t('form.fields', { count: form.fields.length }) : undefined} />
      <div class="panel__actions">
        {form && <a class="button button--small" href={address(form.file)} target="_blank" rel="noopener">{t('form.open')}</a>}
        {key && !form && <button type="button" class="button button--small" onClick={() => createAndOpen(editor, element, key, address)}>{t('form.create.do')}</button>}
        {!key && <NewForm editor={editor} element={element} address={address} />}
      </div>
    </>
  );
}

// The tab is opened at once: later a browser takes it for one that nobody wanted.
async function createAndOpen(editor, element, key, address) {
  const tab = window.open('', '_blank');
  await editor.createForm(key, element.businessObject.name || key);
  if (tab) tab.location = address(`${key}.form`);
}

function NewForm({ editor, element, address }) {
  const { t } = editor;
  const [ open, setOpen ] = useState(false);
  const [ name, setName ] = useState('');
  if (!open) return <button type="button" class="button button--small" onClick={() => { setOpen(true); setName(slug(element.businessObject.name ?? '')); }}>{t('form.create')}</button>;
  const create = async () => {
    const key = slug(name);
    if (!key) return;
    editor.get('vocabulary').setForm(element, key);
    setOpen(false);
    await createAndOpen(editor, element, key, address);
  };
  return (
    <div class="pair">
      <div class="field"><label class="field__label" for="new-form">{t('form.create.name')}</label>
        <input id="new-form" type="text" value={name} onInput={({ currentTarget }) => setName(currentTarget.value)} onKeyDown={(event) => event.key === 'Enter' && create()} /></div>
      <button type="button" class="button button--small" onClick={create}>{t('form.create.do')}</button>
    </div>
  );
}

function Decision({ editor, element }) {
  const { t, facts, data } = editor;
  const vocabulary = editor.get('vocabulary');
  const id = vocabulary.decision(element);
  const decision = facts.decisions.find((one) => one.id === id);
  const options = [
    { value: '', label: t('decision.none') },
    ...(id && !decision ? [ { value: id, label: t('form.missing', { key: id }) } ] : []),
    ...facts.decisions.map((one) => ({ value: one.id, label: one.name ? `${one.name} (${one.id})` : one.id }))
  ];
  return (
    <>
      <Choice id="decision" label={t('decision.choose')} value={id} options={options} commit={(after) => vocabulary.setDecision(element, after)}
        hint={decision ? t('decision.sets', { names: decision.outputs.map((one) => one.name).join(', ') }) : undefined} />
      {decision && <div class="panel__actions">
        <a class="button button--small" href={data.tableEditor.replace('{name}', encodeURIComponent(decision.file))} target="_blank" rel="noopener">{t('decision.open')}</a>
      </div>}
    </>
  );
}

function Edge({ editor, element }) {
  const { t } = editor;
  const takes = element.businessObject.cancelActivity !== false;
  const commit = (after) => editor.get('modeling').updateProperties(element, { cancelActivity: after === 'takes' });
  return (
    <div class="panel__fields panel__edge">
      {trigger(element.businessObject) !== 'error' && <Radios name="edge" legend={t('edge.interrupting')} value={takes ? 'takes' : 'stays'} commit={commit}
        options={[ 'stays', 'takes' ].map((one) => ({ value: one, label: t(`edge.${one}`) }))} />}
      {element.host && <button type="button" class="button button--small" onClick={() => editor.reveal(element.host.id, { focus: true })}>{t('go', { name: editor.nameOf(element.host) })}</button>}
    </div>
  );
}

function Reference({ editor, element }) {
  const { t } = editor;
  const { key, text, all } = reference(editor, element);
  return <Text id="reference" key={`${element.id}-ref`} label={t(`${key}.name`)} hint={key === 'message' ? t('message.hint') : undefined} value={text} eager={false}
    options={all.map((one) => ({ value: one, label: one }))} commit={(after) => setReference(editor, element, after.trim())} />;
}

function Members({ editor, element }) {
  const { t, facts } = editor;
  const name = element.businessObject.name || element.id;
  const lane = facts.lanes.find((one) => one.name === name);
  const known = lane || facts.groups.includes(name);
  const count = lane?.members ?? 0;
  const text = count ? t('lane.members', { count }) : t(known ? 'lane.nobody' : 'lane.unknown', { name });
  return <p class={`panel__members ${count ? '' : 'panel__members--none'}`} data-field="members">{text}</p>;
}
