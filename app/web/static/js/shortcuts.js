// Keys for people who sit here all day. Letters stand on what they press: data-key="c" on the button "Ambil"; those of
// lists and tasks are below. They can be switched off in the help (WCAG 2.1.4), and never act while somebody types;
// what goes with Ctrl acts everywhere.
import { keep, kept } from "./cookie.js";
import { forgetPlace, keepPlace, markFollowing, placeLeft, takePlace } from "./place.js";

const COOKIE = "keys";
const TYPED = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";

export default function shortcuts() {
  const dialog = document.getElementById("shortcuts");
  offerHelp(dialog);
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    if (event.ctrlKey || event.metaKey) return together(event);
    if (event.key === "Escape" && event.target.matches("[data-search]")) return leaveSearch(event);
    if (event.altKey || types(event.target) || (!wanted() && event.key !== "?")) return;
    if (event.key === "Enter") keepRow(event.target.closest("[data-open]")?.closest("[data-item]"));
    if (press(event.key, dialog) !== false) event.preventDefault();
  });
  document.addEventListener("focusin", (event) => mark(event.target.closest("[data-item]")));
  backToPlace();
  // A page that the browser kept as it was has its place still.
  window.addEventListener("pageshow", (event) => event.persisted && forgetPlace());
}

function press(key, dialog) {
  const acts = {
    j: () => move(1),
    k: () => move(-1),
    n: () => open(1),
    p: () => open(-1),
    f: firstField,
    "/": search,
    "?": () => help(dialog),
  };
  return key in acts ? acts[key]() : use(key);
}

// Ctrl+Enter sends what one is writing, else the task; with Shift what goes on to the next; Ctrl+S keeps it as a draft.
function together(event) {
  const form = event.target.closest("form[method=post]") ?? document.querySelector("form[data-autosave]");
  const sending = event.shiftKey ? "[data-next]" : ".actions .button--primary, [type=submit]";
  const wish = { Enter: sending, s: !event.shiftKey && "[formaction]" }[event.key];
  const button = wish && !event.altKey && form?.querySelector(wish);
  if (!button) return;
  event.preventDefault();
  form.requestSubmit(button);
}

// Read from its beginning; the first control is at its end.
function help(dialog) {
  dialog.showModal();
  dialog.querySelector("h2").focus();
}

function offerHelp(dialog) {
  const opener = document.querySelector("[data-shortcuts]");
  if (opener) {
    opener.hidden = false;
    opener.addEventListener("click", () => help(dialog));
  }
  const box = dialog.querySelector("[data-shortcuts-on]");
  box.checked = wanted();
  box.addEventListener("change", () => keep(COOKIE, box.checked ? "on" : "off"));
}

// What a dialog that just closed holds has the focus until the next frame, and nobody types there.
const types = (target) => Boolean(target.closest(TYPED)?.getClientRects().length);
const wanted = () => kept(COOKIE) !== "off";
const items = () => [...document.querySelectorAll("[data-list] [data-item]")];
const current = () => document.querySelector("[data-item][data-current]");

function mark(item) {
  if (!item) return;
  for (const other of document.querySelectorAll("[data-current]")) delete other.dataset.current;
  for (const other of document.querySelectorAll("[data-following]")) if (other !== item) delete other.dataset.following;
  item.dataset.current = "";
}

function placeAfter(step) {
  const here = items().indexOf(current());
  return here < 0 ? (step > 0 ? 0 : items().length - 1) : here + step;
}

const move = (step) => goTo(placeAfter(step));

// To the nearest row there is. Focus goes to the row's own link, so that Enter opens it as any link.
function goTo(index) {
  const row = nearest(index);
  if (!row) return false;
  row.querySelector("[data-open]").focus();
  row.scrollIntoView({ block: "nearest" });
}

function nearest(index) {
  const all = items();
  return index === undefined ? null : all[Math.min(Math.max(index, 0), all.length - 1)];
}

// The row after, or before, as if it was clicked; after the last one the first, which is the most urgent. What follows
// on a row that was acted on comes next, not what stands after it.
function open(step) {
  const row = rowAfter(step);
  if (!row || row.classList.contains("is-open")) return false;
  mark(row);
  keepRow(row);
  row.querySelector("[data-open]").click();
}

function rowAfter(step) {
  const all = items();
  const others = all.filter((row) => !row.classList.contains("is-open"));
  const following = others.findIndex((row) => "following" in row.dataset);
  if (following >= 0) return others.at(step > 0 ? following : following - 1);
  return all.at(placeAfter(step) % all.length || 0);
}

// After a claim to the row that it was about, else to where one was.
function backToPlace() {
  const place = takePlace();
  const all = items();
  const stays = place === undefined ? -1 : all.findIndex((row) => row.classList.contains("is-kept"));
  goTo(stays >= 0 ? stays : place);
  if (stays < 0) markFollowing(placeLeft());
}

function keepRow(row, claimed = false) {
  const index = items().indexOf(row);
  if (index >= 0) keepPlace(index, claimed);
}

// The button of this key: of the row one stands in, else of the open task, else of the page.
function use(key) {
  if (!/^[a-z]$/.test(key)) return false;
  const row = document.activeElement.closest("[data-item]") ?? (opened() ? null : current());
  const scopes = row ? [row] : opened() ? [opened()] : items().length ? [] : [document];
  const found = [...scopes, ...document.querySelectorAll(".main > .messages")]
    .flatMap((scope) => [...scope.querySelectorAll(`[data-key="${key}"]`)])
    .find((one) => one.getClientRects().length || row);
  if (!found) return false;
  if (row?.contains(found)) keepRow(row, true);
  if (found.localName === "summary") return unfold(found);
  found.click();
}

const opened = () => document.querySelector(".desk.is-open .desk__task");

function unfold(summary) {
  summary.parentElement.open = true;
  (summary.parentElement.querySelector("select, textarea, input:not([type=hidden])") ?? summary).focus();
}

function firstField() {
  const field = document.querySelector("form[data-autosave] :is(input:not([type=hidden]), textarea, select):not(:disabled)");
  if (!field) return false;
  field.focus();
  field.scrollIntoView({ block: "center" });
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
