// Zoom and pan by buttons, keys, fingers and Ctrl + wheel. A bare wheel and a finger on the whole picture scroll the page.

const STEP = 60;
const ARROWS = { ArrowLeft: [ 1, 0 ], ArrowRight: [ -1, 0 ], ArrowUp: [ 0, 1 ], ArrowDown: [ 0, -1 ] };

/** Return the buttons; they stand above the board, clear of the bpmn.io mark in its corner. */
export function toolbar(viewer, labels) {
  const bar = document.createElement('div');
  bar.className = 'diagram-tools no-print'; // diagram.css
  bar.append(
    button('+', labels.labelIn ?? 'Perbesar', () => zoomIn(viewer)),
    button('−', labels.labelOut ?? 'Perkecil', () => zoomOut(viewer)),
    button(labels.labelFit ?? 'Paskan', null, () => fit(viewer))
  );
  return bar;
}

/** + - 0 and the arrows, while the diagram has the focus. */
export function handleKeys(viewer, picture) {
  const keys = {
    '+': () => zoomIn(viewer),
    '=': () => zoomIn(viewer),
    '-': () => zoomOut(viewer),
    '0': () => fit(viewer)
  };
  for (const [ key, [ x, y ] ] of Object.entries(ARROWS)) {
    keys[key] = () => viewer.get('canvas').scroll({ dx: x * STEP, dy: y * STEP });
  }
  picture.addEventListener('keydown', (event) => {
    if (event.key in keys && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      keys[event.key]();
    }
  });
}

/** One finger pans once the picture was enlarged. */
export function handleTouch(viewer, board) {
  const canvas = viewer.get('canvas');
  const whole = canvas.zoom();
  let last = null;
  viewer.on('canvas.viewbox.changed', () => board.classList.toggle('is-enlarged', canvas.zoom() > whole * 1.01));
  board.addEventListener('pointerdown', (event) => { last = event.pointerType === 'touch' ? event : null; });
  board.addEventListener('pointermove', (event) => {
    if (last?.pointerId === event.pointerId && board.classList.contains('is-enlarged')) {
      canvas.scroll({ dx: event.clientX - last.clientX, dy: event.clientY - last.clientY });
      last = event;
    }
  });
  for (const end of [ 'pointerup', 'pointercancel' ]) {
    board.addEventListener(end, () => { last = null; });
  }
}

/** Ctrl + wheel, which is also how a touchpad pinches. */
export function handleWheel(viewer, board) {
  board.addEventListener('wheel', (event) => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const { left, top } = board.getBoundingClientRect();
      viewer.get('zoomScroll').stepZoom(-Math.sign(event.deltaY), { x: event.clientX - left, y: event.clientY - top });
    }
  }, { passive: false });
}

function button(text, label, act) {
  const element = document.createElement('button');
  element.type = 'button';
  element.textContent = text;
  if (label) {
    element.setAttribute('aria-label', label);
    element.title = label;
  }
  element.addEventListener('click', act);
  return element;
}

function zoomIn(viewer) {
  viewer.get('zoomScroll').stepZoom(1);
}

function zoomOut(viewer) {
  viewer.get('zoomScroll').stepZoom(-1);
}

function fit(viewer) {
  viewer.get('canvas').zoom('fit-viewport', 'auto');
}
