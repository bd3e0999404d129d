// A task's deadline and other times; the server's own reader says how a text is understood while it is typed.
import { useEffect, useState } from 'preact/hooks';

import { deadlineOf, kindOfText, removeDeadline, setDeadline, setThen, setTimer, timerOf, whatThen } from '../timers.js';
import { flowOrder } from '../order.js';
import { Choice, Radios, Text } from './fields.jsx';

const PAUSE_MS = 200;
const PARTS = { label: 'deadline.part.label', cell: 'deadline.part.cell', message: 'deadline.part.message' };

/** How the server reads this text: a sentence, and whether it can. */
function useReading(editor, text) {
  const [ reading, setReading ] = useState(null);
  useEffect(() => {
    let current = true;
    setReading(null);
    const timer = text.trim() && setTimeout(() => {
      editor.reading(text, kindOfText(text)).then((found) => current && setReading(found), () => {});
    }, PAUSE_MS);
    return () => { current = false; clearTimeout(timer); };
  }, [ text, editor.dayUnit() ]);
  return reading;
}

function Reading({ editor, text, id }) {
  const reading = useReading(editor, text);
  const { t } = editor;
  const words = reading && (reading.ok
    ? reading.due ? t('deadline.opened', { words: reading.words, due: reading.due }) : reading.words
    : t('deadline.unread', { message: reading.message }));
  return <p class={`reading ${reading && !reading.ok ? 'reading--wrong' : ''}`} id={id} aria-live="polite">{words}</p>;
}

function TimeText({ editor, id, label, hint, value, commit }) {
  const [ typed, setTyped ] = useState(value);
  useEffect(() => setTyped(value), [ value ]);
  return (
    <>
      <Text id={id} label={label} hint={hint} value={value} eager={false} commit={commit} onTyped={setTyped} />
      <Reading editor={editor} text={typed} id={`${id}-reading`} />
    </>
  );
}

export function Deadline({ editor, element }) {
  const { t } = editor;
  const { deadline, others } = deadlineOf(element);
  const text = deadline ? timerOf(deadline).text : '';
  const commit = (after) => {
    if (!after.trim()) return deadline && removeDeadline(editor, element);
    const parts = setDeadline(editor, element, after.trim());
    if (parts.length) editor.tell(t('said.deadlineWords', { parts: parts.map((one) => t(PARTS[one])).join(', ') }), { undo: true });
  };
  return (
    <>
      <TimeText editor={editor} id="deadline" label={t('deadline.text')} hint={t('deadline.hint')} value={text} commit={commit} />
      {deadline && <Then editor={editor} element={element} deadline={deadline} />}
      {others.length > 0 && <p class="field__hint">{t('deadline.also', { names: others.map((one) => timerOf(one).text || editor.nameOf(one)).join(', ') })}</p>}
      {deadline && <div class="panel__actions">
        <button type="button" class="button button--small" onClick={() => editor.reveal(deadline.id, { focus: true })}>{t('go', { name: editor.nameOf(deadline) })}</button>
        <button type="button" class="button button--small" onClick={() => removeDeadline(editor, element)}>{t('deadline.remove')}</button>
      </div>}
    </>
  );
}

function Then({ editor, element, deadline }) {
  const { t } = editor;
  const how = whatThen(deadline);
  const target = deadline.outgoing[0]?.target;
  const steps = flowOrder(editor.get('elementRegistry')).filter((one) => ![ 'bpmn:BoundaryEvent', 'bpmn:StartEvent' ].includes(one.type) && one !== element && one.parent === element.parent);
  const next = element.outgoing.find((one) => one.type === 'bpmn:SequenceFlow')?.target;
  const options = [ 'remind', 'escalate', 'takeaway', ...(how === 'drawn' ? [ 'drawn' ] : []) ];
  return (
    <>
      <Radios name="then" legend={t('deadline.then')} value={how} options={options.map((one) => ({ value: one, label: t(`deadline.${one}`) }))}
        commit={(after) => after !== 'drawn' && setThen(editor, element, after, next)} />
      {how === 'takeaway' && <Choice id="then-target" label={t('deadline.target')} value={target?.id ?? ''}
        options={[ ...(target ? [] : [ { value: '', label: t('outline.choose') } ]), ...steps.map((one) => ({ value: one.id, label: editor.nameOf(one) })) ]}
        commit={(id) => setThen(editor, element, 'takeaway', editor.element(id))} />}
    </>
  );
}

export function Timer({ editor, element }) {
  const { t } = editor;
  const { kind, text } = timerOf(element);
  return (
    <>
      <TimeText editor={editor} id="timer" label={t('timer.text')} hint={t('deadline.hint')} value={text} commit={(after) => editor.compose(() => {
        if (element.businessObject.name === text && text) editor.get('modeling').updateLabel(element, after);
        setTimer(editor, element, after);
      })} />
      <Choice id="timer-kind" label={t('timer.kind')} value={kind} options={[ 'duration', 'date', 'cycle' ].map((one) => ({ value: one, label: t(`timer.${one}`) }))}
        commit={(after) => editor.compose(() => setTimer(editor, element, text, after))} />
    </>
  );
}
