// Which elements differ between two files of a diagram: by what stands in the file of each, its place included.

const DRAWN = 'http://www.omg.org/spec/BPMN/20100524/DI';

/** Return the ids of elements that are only in `content`, or other than in `other`. */
export function differing(content, other) {
  const [ here, there ] = [ content, other ].map(texts);
  return Object.keys(here).filter((id) => here[id] !== there[id]);
}

// Of each element the text of it and of its shape or edge; a process is no more than what is in it.
function texts(content) {
  const found = {};
  const root = new DOMParser().parseFromString(content, 'application/xml');
  for (const element of root.querySelectorAll('[id], [bpmnElement]')) {
    const isDrawn = element.namespaceURI === DRAWN;
    const id = isDrawn ? element.getAttribute('bpmnElement') : element.id;
    if (id && !element.querySelector('[id] [id]')) found[id] = (found[id] ?? '') + told(element);
  }
  return found;
}

function told(element) {
  return element.outerHTML.replace(/\s+/g, ' ');
}
