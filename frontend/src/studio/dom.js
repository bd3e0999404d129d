// Elements by a call: h('button', { class: 'button', onclick: act }, 'Words', child). Words are only ever text.
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [ name, value ] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (value === true) {
      element.setAttribute(name, '');
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

let last = 0;

export function newId(prefix) {
  last += 1;
  return `${prefix}-${last}`;
}

/** Let the browser keep a text as a file. */
export function download(name, content, type) {
  const link = h('a', { href: URL.createObjectURL(new Blob([ content ], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
