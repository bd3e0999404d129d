// Saves the draft of a form while it is typed, and says so.
// <form data-module="autosave" data-autosave="URL"> with a [data-autosave-status] inside, which holds the words:
// data-saving, data-saved ("Tersimpan {time}"), data-failed, data-signed-out, data-gone.
import { dropUnsent, fits, keepUnsent, place, unsent } from "./unsent.js";

const PAUSE_MS = 1500; // after the last key
const PATIENCE_MS = 10000; // someone who never pauses is saved as well
const RETRY_MS = [3000, 8000, 20000, 60000];
const SUBMIT_MS = 15000; // a submission that has not left the page by then did not get through
const ANSWER_MS = 4000; // a submission waits no longer for its draft
const FILES_MS = 30000; // nor for the files that go with it
const REFUSALS = { 0: "signedOut", 400: "signedOut", 401: "signedOut", 403: "signedOut", 404: "gone", 409: "gone" };

export default function autosave(form) {
  const draft = new Draft(form);
  const gone = new AbortController();
  const until = { signal: gone.signal };
  form.addEventListener("input", () => draft.changed());
  form.addEventListener("change", () => draft.changed());
  form.addEventListener("submit", (event) => draft.submit(event));
  form.addEventListener("alur:leave", (event) => event.detail.push(draft.part(() => gone.abort())));
  document.addEventListener("submit", (event) => draft.other(event), { capture: true, ...until });
  document.addEventListener("click", (event) => draft.follow(event), until);
  window.addEventListener("beforeunload", (event) => draft.warn(event), until);
  window.addEventListener("pageshow", (event) => event.persisted && draft.resume(), until);
  window.addEventListener("pagehide", () => draft.away(), until);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && draft.save(true), until);
  if (touched(form)) draft.changed(); // typed while the script was still on its way
  else draft.bringBack();
}

// Counts versions, so that what was typed while a save was under way is not taken for saved.
class Draft {
  constructor(form) {
    this.form = form;
    this.region = form.querySelector("[data-autosave-status]");
    this.typed = this.saved = this.leftWith = 0;
    this.since = this.timer = this.failures = 0;
    this.sending = this.held = this.gone = this.signedOut = false;
    this.passing = this.leaving = this.told = false;
    this.under = null; // the saving under way
  }

  changed() {
    this.typed += 1;
    this.remembered(true);
    this.leaving = this.told = false;
    this.since ||= Date.now();
    this.later(Math.max(0, Math.min(PAUSE_MS, PATIENCE_MS - (Date.now() - this.since))));
  }

  later(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  // The page that is loaded again may be drawn before this save arrives: it finds the words in the tab.
  away() {
    if (!this.held && !this.gone && this.typed !== this.saved) keepUnsent(this.form);
    this.save(true);
  }

  async bringBack() {
    const words = unsent(this.form);
    if (!words) return;
    if (!fits(this.form, words)) {
      this.form.inert = true; // what is typed now would be lost with this page
      const answer = await send(this.form, words).catch(() => null);
      this.form.inert = false;
      if (answer?.ok) {
        dropUnsent(this.form);
        return location.reload();
      }
    }
    place(this.form, words);
    this.form.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Nobody loses his last words to a session that has ended: they are saved first, and what cannot be saved stays.
  submit(event) {
    if (this.passing || this.gone || (this.typed === this.saved && !this.signedOut)) return this.hold();
    this.first(event, ANSWER_MS, false, () => {
      HTMLFormElement.prototype.requestSubmit.call(this.form, event.submitter);
    });
  }

  // Whatever else the page can send (a note, the language, signing out) comes back with the form as it was kept.
  other(event) {
    if (event.target === this.form || event.target.getAttribute("method") === "dialog" || !this.unsaved()) return;
    event.stopImmediatePropagation();
    this.first(event, FILES_MS, true, () => {
      HTMLFormElement.prototype.requestSubmit.call(event.target, event.submitter);
    });
  }

  // A download leaves the page where it is, another tab as well; in the form itself are the files that were kept.
  follow(event) {
    const link = event.target.closest?.("a[href]");
    const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !plain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
    if (link.getAttribute("href").startsWith("#") || this.form.contains(link) || !this.unsaved()) return;
    this.first(event, FILES_MS, true, () => location.assign(link.href));
  }

  // Saves first, then does what was asked; who is signed out reads so, and is let go when he asks again.
  first(event, patience, files, then) {
    event.preventDefault();
    if (this.waiting) return;
    this.waiting = Promise.race([this.flush(files), new Promise((done) => setTimeout(done, patience))]).then(() => {
      this.waiting = null;
      if (this.signedOut) {
        this.told = true;
        return this.region?.scrollIntoView({ block: "center" });
      }
      this.leaving = files && !this.failures;
      this.passing = true;
      then();
      this.passing = false;
    });
  }

  // The page stays, the form leaves it: whether it may, as all is kept that was typed, or no longer can be.
  async part(then) {
    if (this.unsaved()) {
      await Promise.race([this.flush(true), new Promise((done) => setTimeout(done, FILES_MS))]);
      if (!this.gone && (this.failures || this.typed !== this.saved)) {
        this.told = this.signedOut;
        this.region?.scrollIntoView({ block: "center" });
        return false;
      }
    }
    clearTimeout(this.timer);
    then();
    return true;
  }

  async flush(files) {
    await this.under;
    await this.save(false, files);
  }

  unsaved() {
    return !this.passing && !this.told && !this.gone && (this.typed !== this.saved || chosen(this.form));
  }

  // Closing the tab does not wait for a file: the browser asks.
  warn(event) {
    if (!this.held && !this.leaving && !this.gone && chosen(this.form)) event.preventDefault();
  }

  // The submission carries the values itself; a draft arriving after it would be about a finished task.
  hold() {
    clearTimeout(this.timer);
    dropUnsent(this.form);
    this.held = true;
    this.remembered(false);
    setTimeout(() => this.resume(), SUBMIT_MS);
  }

  resume() {
    this.held = this.leaving = false;
    if (this.typed === this.saved) return;
    this.remembered(true);
    this.later(PAUSE_MS);
  }

  save(leaving = false, files = false) {
    const nothing = this.typed === this.saved && !this.signedOut && !(files && chosen(this.form));
    if (this.held || this.gone || nothing) return;
    if (leaving ? this.typed === this.leftWith : this.sending) return;
    clearTimeout(this.timer);
    if (leaving) this.leftWith = this.typed;
    this.since = 0;
    this.under = this.send(this.typed, leaving, files);
    return this.under;
  }

  async send(version, leaving, files) {
    this.sending = true;
    this.say("saving");
    let answer = await post(this.form, leaving, files).catch(() => null);
    if (!leaving && answer && REFUSALS[answer.status] === "signedOut" && (await renewed())) {
      answer = await post(this.form, false, files).catch(() => null);
    }
    this.sending = false;
    if (!this.held) await this.settle(answer, version);
  }

  async settle(answer, version) {
    const refusal = answer && REFUSALS[answer.status];
    this.signedOut = refusal === "signedOut";
    this.gone = refusal === "gone";
    if (answer?.ok) {
      this.saved = Math.max(this.saved, version);
      this.failures = 0;
      const at = await savedAt(answer);
      this.say(at ? "saved" : "untouched", at);
      if (this.typed !== this.saved) this.later(PAUSE_MS);
      else {
        this.remembered(false);
        dropUnsent(this.form);
      }
      return;
    }
    this.say(refusal ?? "failed");
    if (!this.gone) this.later(RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)]);
  }

  // Whether the browser brings back what stands here to who comes back to the page. It must not where the server has it:
  // the draft may be newer by then, and what was sent is a case of its own.
  remembered(here) {
    this.form.setAttribute("autocomplete", here ? "on" : "off");
  }

  say(word, time = "") {
    if (!this.region) return;
    const text = (this.region.dataset[word] ?? "").replace("{time}", time);
    if (text || word === "untouched") this.region.textContent = text;
    this.region.dataset.state = word;
  }
}

// Whether anything differs from what the page came with.
function touched(form) {
  return [...form.querySelectorAll("input, select, textarea")].some((control) => {
    if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
    if (control.localName !== "select") return control.type !== "file" && control.value !== control.defaultValue;
    const offered = [...control.options];
    const preset = offered.some((option) => option.defaultSelected) || control.multiple;
    return offered.some((option, place) => option.selected !== (preset ? option.defaultSelected : place === 0));
  });
}

function chosen(form) {
  return [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length > 0 && !input.disabled);
}

// Files travel when the page is left, once; until then a draft holds what was typed and chosen. Field names come from
// a process and may be anything, so the form's own properties ("elements", "method") are not trusted.
function post(form, leaving, files) {
  const all = new FormData(form);
  const body = files ? all : new URLSearchParams([...all].filter(([, value]) => typeof value === "string"));
  return send(form, body, leaving);
}

function send(form, body, leaving = false) {
  return fetch(form.getAttribute("data-autosave"), {
    method: "POST",
    body,
    keepalive: leaving,
    credentials: "same-origin",
    redirect: "manual", // to the sign-in page: status 0
    headers: { Accept: "application/json", "X-CSRFToken": form.querySelector("[name=csrf_token]")?.value ?? "" },
  });
}

// Who signed in again in another tab has a new token against forged forms: this page takes it over, if it is the same
// person's.
async function renewed() {
  const answer = await fetch(location.href, { credentials: "same-origin", redirect: "manual" }).catch(() => null);
  if (!answer?.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = page.querySelector("[name=csrf_token]")?.value;
  const name = (root) => root.querySelector(".menu__name")?.textContent;
  if (!token || name(page) !== name(document)) return false;
  for (const input of document.querySelectorAll("[name=csrf_token]")) input.value = token;
  return true;
}

// The server may say when, by its own clock: {"saved": "14.05"}.
async function savedAt(answer) {
  const body = await answer.json().catch(() => null);
  if (body?.saved !== undefined) return body.saved; // empty: nothing was typed that could be kept
  const now = new Date();
  return [now.getHours(), now.getMinutes()].map((part) => String(part).padStart(2, "0")).join(".");
}
