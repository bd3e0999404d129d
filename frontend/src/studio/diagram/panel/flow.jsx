// When a flow out of a gateway is taken: the officer is asked, a condition holds, or nothing else does.
import { useState } from 'preact/hooks';

import { chooses, condition, setCondition, setTaken, takenWhen } from '../changes.js';
import { literal, OPERATORS, parse, write } from '../feel.js';
import { Choice, Feel, Radios, Text } from './fields.jsx';
import { names } from './known.jsx';

export function Flow({ editor, element }) {
  const { t } = editor;
  const how = takenWhen(element);
  if (!chooses(element.source) && how !== 'condition') return <p class="muted">{t('flow.always')}</p>;
  const question = editor.nameOf(element.source);
  const options = [ 'asked', 'condition', 'default' ].map((one) => ({ value: one, label: t(`flow.${one}`) }));
  return (
    <>
      <Radios name="taken" quiet legend={t('group.flow')} value={how} options={options} commit={(after) => setTaken(editor, element, after)} />
      {how === 'asked' && <p class="field__hint">{t('flow.asked.hint', { question })}</p>}
      {how === 'condition' && <Condition key={element.id} editor={editor} element={element} />}
    </>
  );
}

export function Condition({ editor, element }) {
  const { t } = editor;
  const body = condition(element);
  const built = body.replace(/^=/, '').trim() === '' ? { join: 'and', tests: [] } : parse(body);
  const [ expert, setExpert ] = useState(!built);
  const commit = (text) => setCondition(editor, element, text);
  const modes = [ 'simple', 'feel' ];
  return (
    <div class="condition">
      <div class="choice" role="group" aria-label={t('group.flow')}>
        {modes.map((mode) => (
          <button type="button" key={mode} class="choice__button" aria-pressed={(mode === 'feel') === (expert || !built)}
            disabled={mode === 'simple' && !built} onClick={() => setExpert(mode === 'feel')}>{t(`cond.${mode}`)}</button>
        ))}
      </div>
      {!built && <p class="field__hint">{t('cond.complex')}</p>}
      {expert || !built
        ? <Feel id="condition" label={t('feel.text')} hint={t('feel.hint')} value={body} commit={commit} names={names(editor)} t={t} />
        : <Builder editor={editor} value={built} commit={(after) => commit(write(after) || '=')} />}
    </div>
  );
}

function Builder({ editor, value, commit }) {
  const { t } = editor;
  const [ draft, setDraft ] = useState(null); // tests whose field is not chosen yet are not in the file
  const shown = draft ?? (value.tests.length ? value : { join: 'and', tests: [ EMPTY ] });
  const change = (after) => {
    setDraft(after.tests.some((one) => !one.field) ? after : null);
    commit(after);
  };
  const put = (place, test) => change({ ...shown, tests: shown.tests.map((one, at) => (at === place ? test : one)) });
  return (
    <>
      {shown.tests.map((test, place) => (
        <Test key={place} place={place} editor={editor} test={test} commit={(after) => put(place, after)}
          remove={shown.tests.length > 1 ? () => change({ ...shown, tests: shown.tests.filter((_one, at) => at !== place) }) : null} />
      ))}
      {shown.tests.length > 1 && <Choice id="cond-join" label={t('cond.join')} value={shown.join} commit={(join) => change({ ...shown, join })}
        options={[ 'and', 'or' ].map((one) => ({ value: one, label: t(`cond.${one}`) }))} />}
      <button type="button" class="button button--small" onClick={() => setDraft({ ...shown, tests: [ ...shown.tests, EMPTY ] })}>{t('cond.add')}</button>
    </>
  );
}

const EMPTY = { field: '', operator: '=', value: '' };

function Test({ editor, test, place, commit, remove }) {
  const { t } = editor;
  const field = fieldOf(editor, test.field);
  const id = `cond-${place}`;
  const operators = OPERATORS.map((one) => ({ value: one, label: t(`op.${one}`) }));
  const setOperator = (operator) => {
    const many = operator === 'in';
    const value = many === Array.isArray(test.value) ? test.value : many ? [ test.value ] : test.value[0] ?? '';
    commit({ ...test, operator, value });
  };
  return (
    <fieldset class="test">
      <legend class="sr-only">{t('cond.field')} {place + 1}</legend>
      <Choice id={`${id}-field`} label={t('cond.field')} value={test.field} options={fieldChoices(editor, test.field)}
        commit={(name) => commit({ ...test, field: name, value: first(fieldOf(editor, name), test.operator) })} />
      <Choice id={`${id}-op`} label={t('cond.is')} value={test.operator} options={operators} commit={setOperator} />
      <Value id={`${id}-value`} t={t} field={field} test={test} commit={(value) => commit({ ...test, value })} />
      {remove && <button type="button" class="button button--small" onClick={remove}>{t('cond.remove')}</button>}
    </fieldset>
  );
}

function fieldChoices(editor, chosen) {
  const all = names(editor).map((one) => ({ value: one.value, label: one.label ? `${one.label} (${one.value})` : one.value }));
  const strange = chosen && !all.some((one) => one.value === chosen) ? [ { value: chosen, label: editor.t('choice.other', { value: chosen }) } ] : [];
  return [ { value: '', label: editor.t('outline.choose') }, ...strange, ...all ];
}

function fieldOf(editor, key) {
  return editor.facts.forms.flatMap((form) => form.fields).find((one) => one.key === key);
}

function first(field, operator) {
  const value = field?.type === 'checkbox' ? true : field?.options?.[0]?.value ?? (field?.type === 'number' ? 0 : '');
  return operator === 'in' ? [ value ] : value;
}

function Value({ id, t, field, test, commit }) {
  const label = t('cond.value');
  if (test.operator === 'in') {
    const text = test.value.map((one) => (typeof one === 'string' ? one : literal(one))).join(', ');
    return <Text id={id} label={label} hint={t('cond.many')} value={text} eager={false}
      commit={(after) => commit(after.split(',').map((one) => typed(one.trim(), field)))} />;
  }
  if (field?.type === 'checkbox' || typeof test.value === 'boolean') {
    return <Choice id={id} label={label} value={String(test.value)} commit={(after) => commit(after === 'true')}
      options={[ { value: 'true', label: t('cond.yes') }, { value: 'false', label: t('cond.no') } ]} />;
  }
  if (field?.options?.length) {
    const options = field.options.map((one) => ({ value: String(one.value), label: one.label }));
    const strange = options.some((one) => one.value === String(test.value)) ? [] : [ { value: String(test.value), label: t('choice.other', { value: test.value }) } ];
    return <Choice id={id} label={label} value={String(test.value)} options={[ ...strange, ...options ]} commit={(after) => commit(typed(after, field))} />;
  }
  return <Text id={id} label={label} value={String(test.value ?? 'null')} commit={(after) => commit(typed(after, field))} />;
}

function typed(text, field) {
  const options = field?.options?.find((one) => String(one.value) === text);
  if (options) return options.value;
  if (field?.type === 'number' || (!field && /^-?\d+(\.\d+)?$/.test(text))) return Number(text) || 0;
  return text === 'null' ? null : text;
}

/** The flows out of a gateway, each with when it is taken. */
export function Ways({ editor, element }) {
  const { t } = editor;
  const flows = element.outgoing.filter((one) => one.type === 'bpmn:SequenceFlow');
  return (
    <ul class="ways">
      {flows.map((flow) => (
        <li key={flow.id}>
          <button type="button" class="button button--link" onClick={() => editor.reveal(flow.id, { focus: true })}>
            {flow.businessObject.name || t('flow.to', { name: editor.nameOf(flow.target) })}
          </button>
          <span class="muted small"> {takenWhen(flow) === 'condition' ? condition(flow) : t(`flow.${takenWhen(flow)}`)}</span>
        </li>
      ))}
    </ul>
  );
}
