// Changes between system, light and dark at once; the cookie tells the server, which does the same without script.
import { keep } from "./cookie.js";

export default function theme(form) {
  const buttons = [...form.querySelectorAll("button[name=theme]")];
  form.addEventListener("submit", (event) => {
    const chosen = event.submitter?.value;
    if (chosen === undefined) return;
    event.preventDefault();
    apply(chosen);
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.value === chosen));
  });
}

function apply(value) {
  const root = document.documentElement;
  if (value) root.dataset.theme = value;
  else delete root.dataset.theme;
  document.querySelector("meta[name=color-scheme]").content = value || "light dark";
  keep("theme", value);
}
