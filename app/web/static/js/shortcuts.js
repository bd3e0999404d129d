// One-letter shortcuts for people who live in the list: j k Enter c / ?. They can be switched off in the help.
const STORE = "alur-shortcuts";

export default function shortcuts() {
  const dialog = document.getElementById("shortcuts");
  offerHelp(dialog);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (dialog.open || (!wanted() && event.key !== "?")) return;
    const act = { j: () => move(1), k: () => move(-1), c: claim, "/": search, "?": () => dialog.showModal() }[event.key];
    if (act && act() !== false) event.preventDefault();
  });
  document.addEventListener("focusin", (event) => mark(event.target.closest("[data-item]")));
}

function offerHelp(dialog) {
  const opener = document.querySelector("[data-shortcuts]");
  if (opener) {
    opener.hidden = false;
    opener.addEventListener("click", () => dialog.showModal());
  }
  const box = dialog.querySelector("[data-shortcuts-on]");
  box.checked = wanted();
  box.addEventListener("change", () => remember(box.checked));
}

function typing(target) {
  return target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
}

const items = () => [...document.querySelectorAll("[data-list] [data-item]")];
const current = () => document.querySelector("[data-item][data-current]");

function mark(item) {
  if (!item) return;
  for (const other of document.querySelectorAll("[data-current]")) delete other.dataset.current;
  item.dataset.current = "";
}

// Focus goes to the row's own link, so that Enter opens it as any link.
function move(step) {
  const all = items();
  if (all.length === 0) return false;
  const here = all.indexOf(current());
  const next = here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + step, 0), all.length - 1);
  all[next].querySelector("[data-open]").focus();
  all[next].scrollIntoView({ block: "nearest" });
}

function claim() {
  const scope = current() ?? (items().length ? null : document);
  const button = scope?.querySelector("[data-claim]");
  if (!button) return false;
  button.click();
}

function search() {
  const box = document.querySelector("[data-search]");
  if (!box) return false;
  box.focus();
  box.select();
}

function wanted() {
  try {
    return localStorage.getItem(STORE) !== "off";
  } catch {
    return true;
  }
}

function remember(on) {
  try {
    localStorage.setItem(STORE, on ? "on" : "off");
  } catch {
    // A browser that keeps nothing asks again on the next page.
  }
}
