// What was typed and not kept yet when its page went away. A page that is loaded again asks for its draft before the
// last save has arrived, so the words wait in the tab's own sessionStorage, from `pagehide` until the server has them.
// Signing out clears it (Clear-Site-Data); what another person left, or what is older, is thrown away.
const NAME = "alur-unsent:";
const LATEST_MS = 5 * 60000;
const OURS = ["csrf_token", "idempotency_key"]; // of the page, not of who types

export function keepUnsent(form) {
  const entry = { who: who(), at: Date.now(), words: typed(form).toString() };
  attempt(() => sessionStorage.setItem(key(form), JSON.stringify(entry)));
}

export function dropUnsent(form) {
  attempt(() => sessionStorage.removeItem(key(form)));
}

// What is to be brought back into the form, if it differs from what stands there.
export function unsent(form) {
  const entry = attempt(() => JSON.parse(sessionStorage.getItem(key(form))));
  const fresh = entry && entry.who === who() && Date.now() - entry.at < LATEST_MS;
  if (!fresh || entry.words === typed(form).toString()) {
    dropUnsent(form);
    return null;
  }
  return new URLSearchParams(entry.words);
}

// Whether the form has a place for each of them: a row that was added has none before the server draws it.
export function fits(form, words) {
  const names = new Set([...controls(form)].map((control) => control.name));
  return [...words.keys()].every((name) => names.has(name));
}

export function place(form, words) {
  for (const control of controls(form)) {
    if (["hidden", "file", "submit", "button"].includes(control.type)) continue;
    const values = words.getAll(control.name);
    if (control.type === "checkbox" || control.type === "radio") control.checked = values.includes(control.value);
    else if (control.localName === "select") for (const option of control.options) option.selected = values.includes(option.value);
    else if (values.length > 0) control.value = values[0];
  }
}

function typed(form) {
  const all = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !OURS.includes(name));
  return new URLSearchParams(all);
}

// Field names come from a process and may be those of the form's own properties.
function controls(form) {
  return [...form.querySelectorAll("input[name], select[name], textarea[name]")];
}

function key(form) {
  return NAME + form.getAttribute("data-autosave");
}

function who() {
  return document.querySelector(".menu__name")?.textContent ?? "";
}

// A browser may refuse its storage.
function attempt(act) {
  try {
    return act();
  } catch {
    return null;
  }
}
