// Where the case stands: a class for line and colour, and a mark on the corner so that colour is not needed.

const SVG = 'http://www.w3.org/2000/svg';
const SHAPES = { done: 'M3 8.5l3.5 3.5L13 4.5', open: 'M5 3.5v9l7.5-4.5z', overdue: 'M8 2.5v7M8 12.5v1' };
const WORDS = { done: 'Selesai', open: 'Sedang berjalan', overdue: 'Lewat tenggat' };

/** Mark the elements named in `states`; ids that the diagram does not draw are left out. */
export function markStates(viewer, states, labels) {
  const registry = viewer.get('elementRegistry');
  for (const [ id, { state, count } ] of Object.entries(states)) {
    const element = registry.get(id);
    if (element && state in SHAPES) {
      viewer.get('canvas').addMarker(element, `st-${state}`);
      if (!element.waypoints) {
        const word = labels[`label${state[0].toUpperCase()}${state.slice(1)}`] ?? WORDS[state];
        viewer.get('overlays').add(element, { position: place(element), html: mark(element, state, count, word, labels) });
      }
    }
  }
}

// On the edge of a task, clear of its name; in the free corner beside a gateway or event, clear of the names around:
// there is room for the sign alone.
function place(element) {
  return { top: isWide(element) ? -13 : -3, right: 15 };
}

function isWide(element) {
  return element.width > 50;
}

/** Let the elements in `states` lead to `links` with their id, as their marks do for the keyboard. */
export function followClicks(viewer, states, links) {
  viewer.on('element.click', ({ element }) => {
    if (element.id in states && !element.waypoints) {
      window.location.assign(addressOf(links, element));
    }
  });
  for (const id of Object.keys(states)) {
    const element = viewer.get('elementRegistry').get(id);
    if (element && !element.waypoints) {
      viewer.get('canvas').addMarker(element, 'is-linked');
    }
  }
}

function addressOf(links, element) {
  return `${links}${encodeURIComponent(element.id)}#riwayat`;
}

function mark(element, state, count, word, labels) {
  const badge = document.createElement(labels.links ? 'a' : 'span');
  badge.className = `viewer-mark st-${state}`;
  badge.title = count > 1 ? `${word}: ${count}` : word;
  if (labels.links) {
    badge.href = addressOf(labels.links, element);
    badge.setAttribute('aria-label', `${element.businessObject.name ?? element.id}: ${badge.title}; ${labels.labelLink}`);
  }
  badge.append(sign(state), count > 1 && isWide(element) ? String(count) : '');
  return badge;
}

function sign(state) {
  const picture = document.createElementNS(SVG, 'svg');
  picture.setAttribute('viewBox', '0 0 16 16');
  picture.setAttribute('aria-hidden', 'true');
  picture.appendChild(document.createElementNS(SVG, 'path')).setAttribute('d', SHAPES[state]);
  return picture;
}
