// Pan and zoom in the diagram of a case: bpmn-js's viewer over the server-drawn picture, which stays where this fails
// and on narrow screens.
//
//   <div data-module="bpmn-viewer" data-src="….bpmn" data-states="….json"
//        data-label="Diagram" data-label-in="Perbesar" data-label-out="Perkecil" data-label-fit="Paskan"
//        data-label-done="Selesai" data-label-open="Sedang berjalan" data-label-overdue="Lewat tenggat">
//     <div data-fallback> the picture </div>
//   </div>
//
// data-links: an address to which the id of an element is added; data-marked: the id of one that is set off.
// data-states: {element id: {"state": "done" | "open" | "overdue", "count": 2}}
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/diagram-js.css';
import { followClicks, markStates } from './viewer/marks.js';
import { handleKeys, handleTouch, handleWheel, toolbar } from './viewer/navigation.js';
import './viewer/viewer.css';

// Narrower, the whole picture would be too small to read; the drawn one keeps its size and scrolls as the page does.
const NARROWEST = 560;
const LOOKS = {
  defaultFillColor: 'var(--card)',
  defaultStrokeColor: 'var(--muted)',
  defaultLabelColor: 'var(--ink)'
};

for (const element of document.querySelectorAll('[data-module~="bpmn-viewer"]')) {
  start(element).catch(() => {
    element.querySelector('.viewer')?.remove();
    element.dataset.viewer = 'failed';
  });
}

async function start(element) {
  if (element.clientWidth < NARROWEST) {
    element.dataset.viewer = 'ready';
    return;
  }
  const [ xml, states ] = await Promise.all([ read(element.dataset.src, 'text'), read(element.dataset.states, 'json') ]);
  const frame = element.appendChild(document.createElement('div'));
  frame.className = 'viewer';
  const board = frame.appendChild(document.createElement('div'));
  board.className = 'viewer-board';
  element.querySelector('[data-fallback]')?.setAttribute('hidden', '');
  try {
    await open(board, xml, states, element.dataset);
  } catch (error) {
    element.querySelector('[data-fallback]')?.removeAttribute('hidden');
    throw error;
  }
  element.dataset.viewer = 'ready';
}

async function open(board, xml, states, labels) {
  const viewer = new NavigatedViewer({
    container: board,
    zoomScroll: { enabled: false },
    bpmnRenderer: LOOKS,
    // The letters themselves, not var(--font): a canvas measures the names.
    textRenderer: { defaultStyle: { fontFamily: getComputedStyle(board).fontFamily } }
  });
  await viewer.importXML(xml);
  const canvas = viewer.get('canvas');
  canvas.zoom('fit-viewport', 'auto');
  markStates(viewer, states, labels);
  if (labels.links) {
    followClicks(viewer, states, labels.links);
  }
  if (labels.marked && viewer.get('elementRegistry').get(labels.marked)) {
    canvas.addMarker(labels.marked, 'is-marked');
  }
  board.before(toolbar(viewer, labels));
  const picture = board.querySelector('.djs-container > svg');
  picture.setAttribute('role', 'group');
  picture.setAttribute('aria-label', labels.label ?? 'Diagram');
  handleKeys(viewer, picture);
  handleTouch(viewer, board);
  handleWheel(viewer, board);
}

async function read(url, kind) {
  const answer = await fetch(url, { credentials: 'same-origin' });
  if (!answer.ok) {
    throw new Error(`${url}: ${answer.status}`);
  }
  return answer[kind]();
}
