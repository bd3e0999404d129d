// One-letter shortcuts for people who live in the list: j k Enter c / ?. They can be switched off in the help.
import { forgetPlace, keepPlace, takePlace } from "./place.js";

const STORE = "alur-shortcuts";

export default function shortcuts() {
  const dialog = document.getElementById("shortcuts");
  offerHelp(dialog);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches("[data-search]")) return leaveSearch(event);
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (dialog.open || (!wanted() && event.key !== "?")) return;
    if (event.key === "Enter") keepRow(event.target.closest("[data-open]")?.closest("[data-item]"));
    const act = { j: () => move(1), k: () => move(-1), c: claim, "/": search, "?": () => dialog.showModal() }[event.key];
    if (act && act() !== false) event.preventDefault();
  });
  document.addEventListener("focusin", (event) => mark(event.target.closest("[data-item]")));
  goTo(takePlace());
  // A page that the browser kept as it was has its place still.
  window.addEventListener("pageshow", (event) => event.persisted && forgetPlace());
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

function move(step) {
  const here = items().indexOf(current());
  return goTo(here < 0 ? (step > 0 ? 0 : Infinity) : here + step);
}

// To the nearest row there is. Focus goes to the row's own link, so that Enter opens it as any link.
function goTo(index) {
  const all = items();
  if (index === undefined || all.length === 0) return false;
  const row = all[Math.min(Math.max(index, 0), all.length - 1)];
  row.querySelector("[data-open]").focus();
  row.scrollIntoView({ block: "nearest" });
}

function keepRow(row, claimed = false) {
  const index = items().indexOf(row);
  if (index >= 0) keepPlace(index, claimed);
}

function claim() {
  const scope = current() ?? (items().length ? null : document);
  const button = scope?.querySelector("[data-claim]");
  if (!button) return false;
  keepRow(current(), true);
  button.click();
}

function search() {
  const box = document.querySelector("[data-search]");
  if (!box) return false;
  box.focus();
  box.select();
}

// Back to the row where one was; what was typed stays.
function leaveSearch(event) {
  event.preventDefault();
  if (goTo(Math.max(items().indexOf(current()), 0)) === false) event.target.blur();
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
