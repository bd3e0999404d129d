// Somebody else saved: both versions beside each other, and what becomes of mine. Nothing is overwritten unasked.
import { useEffect, useRef, useState } from 'preact/hooks';
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

import { clock } from '../words/index.js';
import { differing } from './differing.js';
import { offer } from './downloads.js';
import { dialect, LOOKS } from './modeler.js';
import { vocabularyOf } from './vocabulary.js';

export function Conflict({ editor }) {
  const { t, theirs } = editor;
  const dialog = useRef(null);
  const [ mine, setMine ] = useState('');
  const [ sure, setSure ] = useState('');
  const name = theirs.saved_by;
  const time = clock(theirs.saved_at, editor.language);
  useEffect(() => {
    editor.content().then(setMine);
    dialog.current.showModal();
  }, []);
  const later = () => {
    editor.pending = theirs;
    editor.show({ theirs: null });
  };
  return (
    <dialog ref={dialog} class="dialog conflict" aria-labelledby="conflict-title" onCancel={(event) => { event.preventDefault(); later(); }}>
      <h2 id="conflict-title" tabIndex={-1} autofocus>{t('conflict.title')}</h2>
      <p>{t('conflict.text', { name, time })} {t('conflict.marked')}</p>
      <div class="conflict__both">
        <Version title={t('conflict.theirs', { name, time })} content={theirs.content} other={mine} editor={editor} />
        <Version title={t('conflict.mine')} content={mine} other={theirs.content} editor={editor} />
      </div>
      {sure
        ? <div class="actions" role="alert">
          <p>{t(sure === 'take' ? 'conflict.sureTake' : 'conflict.sureKeep', { name })}</p>
          <button type="button" class="button button--danger" onClick={() => (sure === 'take' ? editor.takeTheirs() : editor.keepMine())}>{t(`yes.${sure}`, { name })}</button>
          <button type="button" class="button" onClick={() => setSure('')}>{t('no')}</button>
        </div>
        : <div class="actions">
          <button type="button" class="button button--primary" onClick={() => setSure('take')}>{t('conflict.take', { name })}</button>
          <button type="button" class="button" onClick={() => setSure('keep')}>{t('conflict.keep')}</button>
          <button type="button" class="button" onClick={() => offer(editor.data.file, mine, 'application/xml')}>{t('conflict.download')}</button>
          <button type="button" class="button button--link" onClick={later}>{t('conflict.later')}</button>
        </div>}
    </dialog>
  );
}

function Version({ title, content, other, editor }) {
  const board = useRef(null);
  const [ failed, setFailed ] = useState(false);
  useEffect(() => {
    if (!content || !other) return undefined;
    const viewer = new NavigatedViewer({ container: board.current, moddleExtensions: dialect(vocabularyOf(content)), bpmnRenderer: LOOKS });
    viewer.importXML(content).then(() => show(viewer, differing(content, other))).catch(() => setFailed(true));
    return () => viewer.destroy();
  }, [ content, other ]);
  return (
    <figure class="conflict__version">
      <figcaption>{title}</figcaption>
      <div ref={board} class="conflict__board viewer-board" role="group" aria-label={title} />
      {failed && <p class="muted">{editor.t('conflict.unreadable')}</p>}
    </figure>
  );
}

function show(viewer, ids) {
  const canvas = viewer.get('canvas');
  for (const id of ids) {
    if (viewer.get('elementRegistry').get(id)) canvas.addMarker(id, 'differs');
  }
  canvas.zoom('fit-viewport', 'auto');
}
