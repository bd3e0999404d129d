// A form is sent once. The button keeps its label and says it is busy; nothing is disabled, so its value travels along.
// A form with data-download stays where it is when its answer comes: only the button that was pressed rests, and briefly.
const GIVE_UP_MS = 15000; // the key in the form makes a second sending harmless
const DOUBLE_CLICK_MS = 2000;

export default function doubleSubmit(root) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
    const once = form.hasAttribute("data-download") ? event.submitter ?? form : form;
    if (once.hasAttribute("data-sending")) {
      event.preventDefault();
      return;
    }
    once.setAttribute("data-sending", "");
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(release, once === form ? GIVE_UP_MS : DOUBLE_CLICK_MS, once);
  });
  window.addEventListener("pageshow", () => {
    for (const one of document.querySelectorAll("[data-sending]")) release(one);
  });
}

function release(once) {
  once.removeAttribute("data-sending");
  for (const button of [once, ...once.querySelectorAll("[aria-busy]")]) button.removeAttribute("aria-busy");
}
