// The controls of the panel. What is typed becomes a step to undo after a pause, or when the field is left.
import { useEffect, useId, useRef, useState } from 'preact/hooks';

const PAUSE_MS = 400;

/** Keep what is typed until it is committed; the value from outside is shown while nothing is typed. */
function useDraft(value, commit, { eager = true } = {}) {
  const [ draft, setDraft ] = useState(null);
  const now = useRef({});
  Object.assign(now.current, { value, commit });
  const store = () => {
    const { typed, value: before, commit: change } = now.current;
    clearTimeout(now.current.timer);
    now.current.typed = undefined;
    if (typed !== undefined && typed !== before) change(typed);
  };
  const flush = () => {
    store();
    setDraft(null);
  };
  useEffect(() => store, []); // another element was selected
  const type = (text) => {
    now.current.typed = text;
    setDraft(text); // the field keeps its text, so that the caret stays where it is
    clearTimeout(now.current.timer);
    if (eager) now.current.timer = setTimeout(store, PAUSE_MS);
  };
  return { text: draft ?? value, type, flush };
}

export function Field({ id, label, hint, error, optional, children }) {
  return (
    <div class={`field ${error ? 'field--error' : ''}`} data-field={id}>
      {label && <label class="field__label" for={id}>{label}{optional && <span class="field__optional"> {optional}</span>}</label>}
      {hint && <p class="field__hint" id={`${id}-hint`}>{hint}</p>}
      {error && <p class="field__error" id={`${id}-error`}>{error}</p>}
      {children}
    </div>
  );
}

function described(id, hint, error) {
  return [ hint && `${id}-hint`, error && `${id}-error` ].filter(Boolean).join(' ') || undefined;
}

export function Text({ id, label, hint, value, commit, error, long, single, eager = true, options, onTyped, optional, ...rest }) {
  const { text, type, flush } = useDraft(value, commit, { eager });
  const list = useId();
  const common = {
    id, value: text, 'aria-describedby': described(id, hint, error), 'aria-invalid': error ? 'true' : undefined,
    onInput: ({ currentTarget }) => { type(currentTarget.value); onTyped?.(currentTarget.value); },
    onBlur: flush, autocomplete: 'off', spellcheck: false, ...rest
  };
  return (
    <Field {...{ id, label, hint, error, optional }}>
      {long
        ? <textarea class="panel__long" rows={rowsFor(text)} {...common} onKeyDown={(event) => single && event.key === 'Enter' && (event.preventDefault(), flush())} />
        : <input type="text" list={options ? list : undefined} {...common} onKeyDown={(event) => event.key === 'Enter' && flush()} />}
      {options && <datalist id={list}>{options.map((one) => <option key={one.value} value={one.value}>{one.label}</option>)}</datalist>}
    </Field>
  );
}

function rowsFor(text) {
  const lines = text.split('\n').reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 38)), 0);
  return Math.min(9, Math.max(2, lines));
}

export function Choice({ id, label, hint, value, options, commit, error }) {
  return (
    <Field {...{ id, label, hint, error }}>
      <select id={id} value={value} aria-describedby={described(id, hint, error)} onChange={({ currentTarget }) => commit(currentTarget.value)}>
        {options.map((one) => <option key={one.value} value={one.value} selected={one.value === value}>{one.label}</option>)}
      </select>
    </Field>
  );
}

export function Radios({ name, legend, quiet, value, options, commit }) {
  return (
    <fieldset class="field panel__radios" data-field={name}>
      <legend class={quiet ? 'sr-only' : undefined}>{legend}</legend>
      {options.map((one) => (
        <label class="pick" key={one.value}>
          <input type="radio" name={name} value={one.value} checked={one.value === value} onChange={() => commit(one.value)} />
          <span>{one.label}</span>
        </label>
      ))}
    </fieldset>
  );
}

export function Tick({ id, label, hint, value, commit }) {
  return (
    <div class="field" data-field={id}>
      <label class="pick">
        <input id={id} type="checkbox" checked={value} aria-describedby={described(id, hint)} onChange={({ currentTarget }) => commit(currentTarget.checked)} />
        <span>{label}</span>
      </label>
      {hint && <p class="field__hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

export function Group({ title, open = true, children }) {
  return (
    <details class="panel__group" open={open}>
      <summary><h2>{title}</h2></summary>
      <div class="panel__fields">{children}</div>
    </details>
  );
}

/** FEEL with names to choose from while it is typed. */
export function Feel({ id, label, hint, value, commit, error, names, t }) {
  const { text, type, flush } = useDraft(value, commit);
  const [ at, setAt ] = useState(-1);
  const [ found, setFound ] = useState([]);
  const box = useRef(null);
  const suggest = (area) => {
    const word = area.value.slice(0, area.selectionStart).match(/[\p{L}_][\p{L}\p{N}_.]*$/u)?.[0] ?? '';
    const like = word.length < 1 ? [] : names.filter((one) => one.value.toLowerCase().startsWith(word.toLowerCase()) && one.value !== word);
    setFound(like.slice(0, 8));
    setAt(like.length ? 0 : -1);
  };
  const take = (name) => {
    const area = box.current;
    const start = area.selectionStart - area.value.slice(0, area.selectionStart).match(/[\p{L}_][\p{L}\p{N}_.]*$/u)[0].length;
    area.setRangeText(name, start, area.selectionStart, 'end');
    type(area.value);
    setFound([]);
    area.focus();
  };
  const keys = (event) => {
    if (!found.length) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt((at + step + found.length) % found.length);
    else if (event.key === 'Enter' || event.key === 'Tab') take(found[at].value);
    else if (event.key === 'Escape') setFound([]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <Field {...{ id, label, hint, error }}>
      <div class="feel">
        <textarea ref={box} id={id} rows="3" class="feel__text" spellcheck={false} value={text}
          aria-controls={`${id}-list`} aria-autocomplete="list"
          aria-activedescendant={found.length ? `${id}-${at}` : undefined} aria-describedby={described(id, hint, error)}
          onInput={({ currentTarget }) => { type(currentTarget.value); suggest(currentTarget); }}
          onKeyDown={keys} onBlur={() => { setFound([]); flush(); }} />
        <ul class="feel__list" id={`${id}-list`} role="listbox" aria-label={t('feel.suggestions')} hidden={!found.length}>
          {found.map((one, place) => (
            <li key={one.value} id={`${id}-${place}`} role="option" aria-selected={place === at}
              onMouseDown={(event) => { event.preventDefault(); take(one.value); }}>
              <code>{one.value}</code> <span class="muted">{one.label}</span>
            </li>
          ))}
        </ul>
      </div>
    </Field>
  );
}
