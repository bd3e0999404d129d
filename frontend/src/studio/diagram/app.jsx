// The page of the editor: tools above, the canvas, the panel beside it, findings and the list of elements below.
import { render } from 'preact';
import { useEffect, useReducer, useRef, useState } from 'preact/hooks';

import { counts } from '../findings.js';
import { downloadPicture } from './downloads.js';
import { Findings, markFindings } from './findings.jsx';
import { Outline } from './outline.jsx';
import { Panel } from './panel/panel.jsx';

export function mount(place, editor) {
  render(<App editor={editor} />, place);
}

function useEditor(editor) {
  const [ , again ] = useReducer((count) => count + 1, 0);
  useEffect(() => editor.subscribe(again), [ editor ]);
}

function App({ editor }) {
  useEditor(editor);
  const board = useRef(null);
  const [ state, setState ] = useState('loading');
  const [ trouble, setTrouble ] = useState('');
  useEffect(() => {
    editor.onFindings = () => markFindings(editor);
    window.addEventListener('keydown', (event) => saveByKey(editor, event));
    editor.open(board.current).then(() => setState('open'), (error) => { setTrouble(troubleOf(editor, error)); setState('failed'); });
  }, []);
  const { t } = editor;
  const open = state === 'open';
  return (
    <div class={`studio ${editor.folded ? 'is-folded' : ''}`} data-state={state}>
      <Bar editor={editor} open={open} />
      <div class="studio__main">
        <div class="studio__work">
          <div class="studio__stage">
            <div class="studio__board viewer-board" ref={board} role="region" aria-label={t('canvas')} />
            <div class="studio__toast" role="status">{editor.toast && <Toast editor={editor} />}</div>
          </div>
          {state === 'loading' && <p class="studio__note" role="status">{t('loading')}</p>}
          {state === 'failed' && <div class="studio__note" role="alert"><p class="prose">{trouble}</p>
            <button type="button" class="button" onClick={() => location.reload()}>{t('load.again')}</button></div>}
          {open && <Strip editor={editor} />}
        </div>
        <aside class="studio__panel" aria-label={t('panel')} hidden={editor.folded}>{open && <Panel editor={editor} />}</aside>
      </div>
      {open && <Selected editor={editor} />}
    </div>
  );
}

// Ctrl+S by habit: it is saved without, and the browser's own dialog would be of no use.
function saveByKey(editor, event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's') {
    event.preventDefault();
    document.activeElement?.blur(); // what is typed counts
    editor.saver?.save();
  }
}

/** Says to who does not see the canvas what is selected. */
function Selected({ editor }) {
  const { t } = editor;
  const chosen = editor.get('selection').get().length;
  const [ element, ...more ] = editor.selected();
  const text = more.length ? t('panel.many', { count: more.length + 1 }) : t('said.selected', { name: editor.nameOf(element) });
  return <p class="sr-only" role="status">{chosen ? text : ''}</p>;
}

// bpmn-js draws what has a place in the drawing, and nothing else.
function troubleOf({ t }, { message }) {
  return /no (diagram|process or collaboration) to display/.test(message) ? t('load.undrawn') : t('load.failed', { message });
}

function Toast({ editor }) {
  const { toast, t } = editor;
  const undo = () => {
    editor.undo();
    editor.tell(t('said.undone'));
  };
  return <p class="toast"><span>{toast.text}</span>{toast.undo && <button type="button" class="button button--small" onClick={undo}>{t('undo')}</button>}</p>;
}

function Bar({ editor, open }) {
  const { t } = editor;
  const stack = open && editor.get('commandStack');
  const zoom = (step) => editor.get('zoomScroll').stepZoom(step);
  return (
    <div class="studio__bar" role="toolbar" aria-label={t('bar')}>
      <Tool label={t('undo')} sign="↶" disabled={!stack || !stack.canUndo()} act={() => editor.undo()} />
      <Tool label={t('redo')} sign="↷" disabled={!stack || !stack.canRedo()} act={() => editor.redo()} />
      <Tool label={t('search')} disabled={!open} act={() => search(editor)} word />
      <Tool label={t('zoom.out')} sign="−" disabled={!open} act={() => zoom(-1)} />
      <Tool label={t('zoom.in')} sign="+" disabled={!open} act={() => zoom(1)} />
      <Tool label={t('zoom.fit')} disabled={!open} act={() => editor.fit()} word />
      <Downloads editor={editor} open={open} />
      <Keys t={t} />
      <Tool label={t(editor.folded ? 'panel.unfold' : 'panel.fold')} disabled={!open} pressed={!editor.folded} act={() => fold(editor)} word={t('panel')} last />
    </div>
  );
}

// The search closes at any click outside of it, this one among them.
function search(editor) {
  setTimeout(() => editor.get('searchPad').open());
}

// The canvas has another width then.
function fold(editor) {
  editor.show({ folded: !editor.folded });
  requestAnimationFrame(() => editor.get('canvas').resized());
}

function Tool({ label, sign, word, act, disabled, pressed, last }) {
  const text = word === true ? label : word;
  return (
    <button type="button" class={`studio__tool ${last ? 'studio__tool--last' : ''}`} aria-label={text ? undefined : label} title={text ? undefined : label} aria-pressed={pressed} disabled={disabled} onClick={act}>
      {text || <span aria-hidden="true">{sign}</span>}
    </button>
  );
}

function Downloads({ editor, open }) {
  const { t } = editor;
  const close = (event) => event.currentTarget.closest('details').removeAttribute('open');
  const pick = (act) => (event) => { close(event); act(editor); };
  return (
    <details class="studio__menu" onKeyDown={(event) => event.key === 'Escape' && close(event)}>
      <summary class="studio__tool" aria-disabled={!open}>{t('download')}</summary>
      <div class="studio__menu-list">
        <button type="button" class="studio__tool" disabled={!open} onClick={pick(() => editor.keep())}>{t('download.bpmn')}</button>
        <button type="button" class="studio__tool" disabled={!open} onClick={pick(downloadPicture)}>{t('download.svg')}</button>
      </div>
    </details>
  );
}

const KEYS = [
  [ 'Ctrl Z · Ctrl Y', 'keys.undo' ], [ 'Ctrl C · Ctrl V', 'keys.copy' ], [ 'Ctrl F', 'keys.find' ], [ 'Ctrl A', 'keys.all' ],
  [ 'E', 'keys.edit' ], [ 'R', 'keys.replace' ], [ 'A', 'keys.append' ], [ 'N', 'keys.create' ], [ 'H · L · S · C', 'keys.tools' ],
  [ 'Del', 'keys.delete' ], [ '← ↑ → ↓', 'keys.move' ], [ 'Ctrl + · Ctrl − · Ctrl 0', 'keys.zoom' ]
];

function Keys({ t }) {
  const dialog = useRef(null);
  return (
    <>
      <Tool label={t('keys')} act={() => dialog.current.showModal()} word />
      <dialog ref={dialog} class="dialog" aria-labelledby="keys-title">
        <h2 id="keys-title">{t('keys.title')}</h2>
        <p class="muted">{t('keys.note')}</p>
        <table class="dialog__table"><tbody>
          {KEYS.map(([ keys, words ]) => <tr key={keys}><th scope="row">{keys.split(' · ').map((one) => <><kbd>{one}</kbd> </>)}</th><td>{t(words)}</td></tr>)}
        </tbody></table>
        <form method="dialog"><button type="submit" class="button">{t('keys.close')}</button></form>
      </dialog>
    </>
  );
}

const VIEWS = [ 'findings', 'outline' ];

function Strip({ editor }) {
  const { t } = editor;
  const [ view, setView ] = useState('');
  const told = counts(editor.findings).map(([ severity, count ]) => t(`findings.${severity}`, { count })).join(', ');
  const toggle = (name) => {
    setView(view === name ? '' : name);
    requestAnimationFrame(() => editor.get('canvas').resized());
  };
  return (
    <div class={`strip ${view ? 'is-open' : ''}`}>
      <div class="strip__heads">
        {VIEWS.map((name) => (
          <button type="button" key={name} class="strip__head" aria-expanded={view === name} aria-controls="strip-body" onClick={() => toggle(name)}>
            {t(name)}{name === 'findings' && <span class={`strip__count ${editor.findings.some((one) => one.severity === 'error') ? 'is-error' : ''}`} aria-live="polite"> {told || '0'}</span>}
          </button>
        ))}
      </div>
      <div id="strip-body" class="strip__body" hidden={!view}>
        {view === 'findings' && <Findings editor={editor} />}
        {view === 'outline' && <Outline editor={editor} />}
      </div>
    </div>
  );
}
