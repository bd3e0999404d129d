// A form is sent once. The button keeps its label and says it is busy; nothing is disabled, so its value travels along.
const GIVE_UP_MS = 15000; // the key in the form makes a second sending harmless

export default function doubleSubmit(root) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
    if (form.hasAttribute("data-sending")) {
      event.preventDefault();
      return;
    }
    form.setAttribute("data-sending", "");
    event.submitter?.setAttribute("aria-busy", "true");
    setTimeout(release, GIVE_UP_MS, form);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sending]")) release(form);
  });
}

function release(form) {
  form.removeAttribute("data-sending");
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}
