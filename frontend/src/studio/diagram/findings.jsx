// What the checker found: marks on the elements, and a list from which each is reached and mended.
import { SIGNS } from '../findings.js';
import { fieldOf, repairOf } from './repairs.js';

/** Mark the elements that findings are about; a mark tells how many there are, and what. */
export function markFindings(editor) {
  const canvas = editor.get('canvas');
  const overlays = editor.get('overlays');
  overlays.remove({ type: 'finding' });
  for (const [ id, marker ] of editor.marked ?? []) {
    if (editor.element(id)) canvas.removeMarker(id, marker);
  }
  editor.marked = [];
  for (const [ id, findings ] of byElement(editor)) {
    const { severity } = findings[0];
    const marker = `has-${severity}`;
    canvas.addMarker(id, marker);
    editor.marked.push([ id, marker ]);
    overlays.add(id, 'finding', { position: place(editor.element(id)), html: mark(editor, id, findings) });
  }
}

function byElement(editor) {
  const found = new Map();
  for (const finding of editor.findings) {
    const element = editor.element(finding.element_id) ?? editor.ownerOf(finding.element_id);
    if (element?.parent) found.set(element.id, [ ...(found.get(element.id) ?? []), finding ]);
  }
  return found;
}

function place(element) {
  return element.waypoints ? { top: -22, left: 0 } : { top: -12, right: 14 };
}

// The list has the same for who uses keys; a mark is for the mouse.
function mark(editor, id, findings) {
  const button = document.createElement('button');
  button.type = 'button';
  button.tabIndex = -1;
  button.className = `finding-mark finding-mark--${findings[0].severity}`;
  button.textContent = findings.length > 1 ? `${SIGNS[findings[0].severity]} ${findings.length}` : SIGNS[findings[0].severity];
  button.title = findings.map((one) => one.message).join('\n');
  button.setAttribute('aria-label', button.title);
  button.addEventListener('click', () => editor.reveal(id, { field: fieldOf(findings[0]) }));
  return button;
}

export function Findings({ editor }) {
  const { t, findings, checking } = editor;
  if (checking === 'failed') return <p class="strip__empty">{t('findings.failed')}</p>;
  if (!findings.length) return <p class="strip__empty">{t(checking === 'yes' ? 'findings.checking' : 'findings.none')}</p>;
  return (
    <ul class="findings">
      {findings.map((finding, place) => <Finding key={`${finding.code}-${finding.element_id}-${place}`} editor={editor} finding={finding} />)}
    </ul>
  );
}

function Finding({ editor, finding }) {
  const { t } = editor;
  const repair = repairOf(editor, finding);
  const here = editor.element(finding.element_id) ?? editor.ownerOf(finding.element_id);
  const mend = () => {
    repair.act();
    editor.tell(t('said.repaired', { what: repair.label }), { undo: !repair.outside });
  };
  const place = here ? editor.nameOf(here) : finding.element_name ?? finding.file;
  return (
    <li class={`finding finding--${finding.severity}`}>
      <span class={`finding__sign finding__sign--${finding.severity}`} aria-hidden="true">{SIGNS[finding.severity]}</span>
      <div class="finding__body">
        <button type="button" class="finding__text" disabled={!here} onClick={() => editor.reveal(finding.element_id, { field: fieldOf(finding), focus: true })}>
          <span class="sr-only">{t(`severity.${finding.severity}`)}: </span><b>{place}</b> {finding.what}
        </button>
        {finding.todo && <p class="muted small">{finding.todo}</p>}
      </div>
      {repair && <button type="button" class="button button--small" onClick={mend}>{repair.label}</button>}
    </li>
  );
}
