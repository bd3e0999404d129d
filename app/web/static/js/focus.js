// Takes the reader to what went wrong when the page has loaded.
export default function focus(element) {
  element.focus();
}
