// Two versions of a diagram as two drawings, with what differs in thick lines.
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';

import { h } from '../dom.js';
import { differing } from './differing.js';
import { dialect, LOOKS } from './modeler.js';
import { vocabularyOf } from './vocabulary.js';

/** The sides for `askWhich`. */
export function drawnSides(theirs, mine, t) {
  const [ left, right ] = [ board(t('conflict.other')), board(t('conflict.mine')) ];
  const viewers = [];
  const draw = (place, content, other) => {
    const viewer = new NavigatedViewer({ container: place, moddleExtensions: dialect(vocabularyOf(content)), bpmnRenderer: LOOKS });
    viewers.push(viewer);
    viewer.importXML(content).then(() => mark(viewer, differing(content, other))).catch(() => place.replaceWith(unreadable(content, t)));
  };
  return {
    theirs: left,
    mine: right,
    shown: () => {
      draw(left, theirs, mine);
      draw(right, mine, theirs);
    },
    closed: () => viewers.forEach((viewer) => viewer.destroy())
  };
}

function board(label) {
  return h('div', { class: 'conflict__board viewer-board', role: 'group', 'aria-label': label });
}

function unreadable(content, t) {
  return h('div', {}, h('p', { class: 'muted' }, t('conflict.unreadable')), h('pre', { class: 'conflict__text', tabindex: '0', 'aria-label': t('conflict.written') }, content));
}

function mark(viewer, ids) {
  const canvas = viewer.get('canvas');
  for (const id of ids) {
    if (viewer.get('elementRegistry').get(id)) canvas.addMarker(id, 'differs');
  }
  canvas.zoom('fit-viewport', 'auto');
}
