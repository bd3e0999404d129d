// Takes the reader to what went wrong when the page has loaded. A part of the page that its address names takes the
// focus away once more then, so it is taken back after that.
export default function focus(element) {
  element.focus();
  if (window.location.hash && document.readyState !== 'complete') {
    window.addEventListener('load', () => setTimeout(() => element.focus()), { once: true });
  }
}
