// The desk of an officer on a wide screen: the list of tasks and, beside it, the one that is open. Either page is whole
// without this; the script fetches what stands beside it, and goes from task to task without leaving the list.
// <div class="desk" data-module="desk" data-list-url="/tugas?…"> with .desk__list and .desk__task, one of which may be empty.
import attach from "./attach.js";
import { keep, kept } from "./cookie.js";
import { bare, keepPlace, markFollowing, placeLeft } from "./place.js";

const WIDE = matchMedia("(min-width: 1100px) and (scripting: enabled)");
const LIST = "alur-list"; // the list that one came from, for the page of a task
const STEP_PX = 24;
const LEAST_PX = 280;

export default function desk(modules) {
  return (root) => {
    const one = new Desk(root, modules);
    if (WIDE.matches) one.begin();
    else WIDE.addEventListener("change", () => one.begin(), { once: true });
  };
}

class Desk {
  constructor(root, modules) {
    this.root = root;
    this.modules = modules;
    this.list = root.querySelector(".desk__list");
    this.task = root.querySelector(".desk__task");
    this.home = location.pathname + location.search; // where this page was loaded
    this.asked = 0;
  }

  begin() {
    if (!WIDE.matches) return;
    this.status = document.createElement("p");
    this.status.className = "sr-only";
    this.status.setAttribute("role", "status");
    this.root.append(this.status);
    this.grip();
    const listed = !("missing" in this.list.dataset);
    this.title = document.title;
    if (listed) write(LIST, bare(this.home));
    else this.fetchList();
    this.mark();
    this.root.addEventListener("click", (event) => this.follow(event));
    this.root.addEventListener("submit", (event) => this.send(event), true);
    window.addEventListener("popstate", () => this.goBack());
  }

  get open() {
    return this.root.classList.contains("is-open");
  }

  // A row opens beside the list; the way back from the task closes it where the list was there first.
  follow(event) {
    const link = event.target.closest("a[href]");
    const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !plain || event.defaultPrevented || link.target || !WIDE.matches) return;
    if (link.matches("[data-open]") && this.list.contains(link)) {
      event.preventDefault();
      this.show(link.href);
    } else if (link.matches(".page-header__back") && this.task.contains(link) && this.isListHere()) {
      event.preventDefault();
      this.close();
    }
  }

  // What is sent from the list leads back to the open task, too. The page that follows knows from which list it was come to.
  send(event) {
    const form = event.target;
    const next = this.list.contains(form) && this.open && form.querySelector("[name=next]");
    if (next) next.value = location.pathname; // the task stays open
    if (!this.task.contains(form) || form.querySelector('[name="daftar:"]')) return;
    const row = [...this.list.querySelectorAll("[data-item]")].findIndex((one) => one.classList.contains("is-open"));
    if (row >= 0) keepPlace(row, true, read(LIST) || "/tugas");
    const place = document.createElement("input");
    place.type = "hidden";
    place.name = "daftar:";
    place.value = read(LIST);
    form.append(place);
  }

  isListHere() {
    return !("missing" in this.list.dataset);
  }

  async show(address, { push = true } = {}) {
    const asked = ++this.asked;
    if (!(await this.leave()) || asked !== this.asked) return;
    this.say("loading");
    this.task.setAttribute("aria-busy", "true");
    const page = await fetched(address);
    if (asked !== this.asked) return;
    this.task.removeAttribute("aria-busy");
    const part = page?.querySelector(".desk__task");
    if (!part) return location.assign(address); // signed out, gone: that page says it
    await adopt(page);
    this.task.replaceChildren(...part.childNodes);
    document.querySelector(".main > .messages")?.remove(); // told of what was before
    this.root.classList.add("is-open");
    document.body.classList.add("is-desk", "has-disposition");
    document.title = page.title;
    this.task.dataset.task = part.dataset.task;
    if (push) history.pushState({ desk: true }, "", address);
    for (const input of document.querySelectorAll(".shell input[name=next]")) input.value = location.pathname;
    this.task.scrollTop = 0;
    attach(this.modules, this.task);
    this.task.dispatchEvent(new CustomEvent("alur:part", { bubbles: true }));
    this.mark();
    this.status.textContent = "";
    const heading = this.task.querySelector("h1");
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    this.task.dataset.loaded = "";
  }

  async close({ push = true } = {}) {
    if (!(await this.leave())) return;
    this.task.replaceChildren();
    this.root.classList.remove("is-open");
    document.body.classList.remove("is-desk", "has-disposition");
    document.title = this.title;
    if (push) history.pushState({}, "", read(LIST) || this.root.dataset.listUrl);
    this.mark();
    (this.list.querySelector("[data-current] [data-open]") ?? this.list.querySelector("[data-open]"))?.focus();
  }

  // What is typed is kept before it goes out of sight; where it cannot be, it stays.
  async leave() {
    const waits = [];
    for (const form of this.task.querySelectorAll("form")) form.dispatchEvent(new CustomEvent("alur:leave", { detail: waits }));
    const kept = await Promise.all(waits);
    return kept.every(Boolean);
  }

  goBack() {
    const here = location.pathname + location.search;
    if (/^\/tugas\/[^/]+$/.test(location.pathname)) this.show(here, { push: false });
    else if (bare(here) === read(LIST) && this.isListHere()) this.close({ push: false });
    else location.reload();
  }

  // The row of the open task, though it may belong into another list by now.
  async fetchList() {
    const list = new URL(read(LIST) || this.root.dataset.listUrl, location.href);
    list.searchParams.set("tetap", this.task.dataset.task);
    const page = await fetched(list);
    const part = page?.querySelector(".desk__list");
    if (!part || "missing" in part.dataset) {
      this.list.dataset.failed = "";
      return this.say("failed");
    }
    write(LIST, bare(page.querySelector(".desk").dataset.listUrl));
    this.title = page.title;
    this.list.replaceChildren(...part.childNodes);
    delete this.list.dataset.missing;
    attach(this.modules, this.list);
    this.mark();
    markFollowing(placeLeft(read(LIST)));
  }

  // Which row is open. The page has one heading of the first rank: the task's, where one is open.
  mark() {
    const heading = this.list.querySelector(".page-header :is(h1, h2)");
    const rank = this.open ? "h2" : "h1";
    if (heading && heading.localName !== rank) {
      const other = document.createElement(rank);
      other.append(...heading.childNodes);
      heading.replaceWith(other);
    }
    for (const link of this.list.querySelectorAll("[data-open]")) {
      const row = link.closest("[data-item]");
      const here = this.open && new URL(link.href).pathname === `/tugas/${this.task.dataset.task}`;
      if (here) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
      row.classList.toggle("is-open", here);
      if (!here) continue;
      for (const other of this.list.querySelectorAll("[data-current]")) delete other.dataset.current;
      row.dataset.current = "";
      row.scrollIntoView({ block: "nearest" });
    }
  }

  say(word) {
    this.status.textContent = this.root.dataset[word] ?? "";
  }

  // Between both parts: dragged, or moved by arrows. A separator that has a value, as WAI-ARIA wants it.
  grip() {
    const grip = document.createElement("div");
    grip.className = "desk__grip";
    grip.tabIndex = 0;
    for (const [name, value] of [["role", "separator"], ["aria-orientation", "vertical"], ["aria-controls", "daftar"]]) grip.setAttribute(name, value);
    grip.setAttribute("aria-label", this.root.dataset.grip);
    this.list.after(grip);
    const set = (width) => {
      const most = Math.max(LEAST_PX, window.innerWidth - 520);
      const px = Math.round(Math.min(Math.max(width, LEAST_PX), most));
      this.root.style.setProperty("--desk-list", `${px}px`);
      for (const [name, value] of [["min", LEAST_PX], ["max", most], ["now", px]]) grip.setAttribute(`aria-value${name}`, value);
      return px;
    };
    const width = () => Number(grip.getAttribute("aria-valuenow"));
    set(Number(kept("desk")) || window.innerWidth * 0.34);
    grip.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: -STEP_PX, ArrowRight: STEP_PX, Home: -Infinity, End: Infinity };
      if (!(event.key in steps)) return;
      event.preventDefault();
      keep("desk", set(width() + steps[event.key]));
    });
    grip.addEventListener("pointerdown", (event) => {
      grip.setPointerCapture(event.pointerId);
      const move = (moved) => set(moved.clientX - this.root.getBoundingClientRect().left);
      grip.addEventListener("pointermove", move);
      grip.addEventListener("lostpointercapture", () => {
        grip.removeEventListener("pointermove", move);
        keep("desk", width());
      }, { once: true });
    });
  }
}

// Sheets and modules that this page has not got yet.
async function adopt(page) {
  const here = (selector, name) => new Set([...document.querySelectorAll(selector)].map((one) => one[name]));
  const [sheets, scripts] = [here("link[rel=stylesheet]", "href"), here("script[src]", "src")];
  const waits = [];
  for (const link of page.querySelectorAll("link[rel=stylesheet]")) {
    if (sheets.has(link.href)) continue;
    const copy = document.head.appendChild(link.cloneNode());
    waits.push(new Promise((done) => { copy.onload = copy.onerror = done; }));
  }
  for (const script of page.querySelectorAll("script[src]")) {
    if (!scripts.has(script.src)) waits.push(run(script));
  }
  await Promise.all(waits);
}

// A copy that was parsed elsewhere would not run.
function run(script) {
  const copy = document.createElement("script");
  copy.type = "module";
  copy.src = script.src;
  const done = new Promise((over) => { copy.onload = copy.onerror = over; });
  document.head.append(copy);
  return done;
}

async function fetched(address) {
  const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page;
}

function read(name) {
  try {
    return sessionStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

function write(name, value) {
  try {
    sessionStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing comes back to the first list.
  }
}
