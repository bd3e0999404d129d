// Saves the draft of a form while it is typed, and says so.
// <form data-module="autosave" data-autosave="URL"> with a [data-autosave-status] inside, which holds the words:
// data-saving, data-saved ("Tersimpan {time}"), data-failed, data-signed-out, data-gone.

const PAUSE_MS = 1500; // after the last key
const PATIENCE_MS = 10000; // someone who never pauses is saved as well
const RETRY_MS = [3000, 8000, 20000, 60000];
const SUBMIT_MS = 15000; // a submission that has not left the page by then did not get through
const ANSWER_MS = 4000; // a submission waits no longer for its draft
const REFUSALS = { 0: "signedOut", 400: "signedOut", 401: "signedOut", 403: "signedOut", 404: "gone", 409: "gone" };

export default function autosave(form) {
  const draft = new Draft(form);
  form.addEventListener("input", () => draft.changed());
  form.addEventListener("change", () => draft.changed());
  form.addEventListener("submit", (event) => draft.submit(event));
  window.addEventListener("pageshow", (event) => event.persisted && draft.resume());
  window.addEventListener("pagehide", () => draft.save(true));
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && draft.save(true));
}

// Counts versions, so that what was typed while a save was under way is not taken for saved.
class Draft {
  constructor(form) {
    this.form = form;
    this.region = form.querySelector("[data-autosave-status]");
    this.typed = this.saved = this.leftWith = 0;
    this.since = this.timer = this.failures = 0;
    this.sending = this.held = this.gone = this.signedOut = this.checked = false;
  }

  changed() {
    this.typed += 1;
    this.since ||= Date.now();
    this.later(Math.max(0, Math.min(PAUSE_MS, PATIENCE_MS - (Date.now() - this.since))));
  }

  later(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  // Nobody loses his last words to a session that has ended: they are saved first, and what cannot be saved stays.
  submit(event) {
    if (this.checked || this.gone || (this.typed === this.saved && !this.signedOut)) return this.hold();
    event.preventDefault();
    if (this.waiting) return;
    this.waiting = Promise.race([this.save(), new Promise((done) => setTimeout(done, ANSWER_MS))]).then(() => {
      this.waiting = null;
      if (this.signedOut) return this.region?.scrollIntoView({ block: "center" });
      this.checked = true;
      HTMLFormElement.prototype.requestSubmit.call(this.form, event.submitter);
      this.checked = false;
    });
  }

  // The submission carries the values itself; a draft arriving after it would be about a finished task.
  hold() {
    clearTimeout(this.timer);
    this.held = true;
    setTimeout(() => this.resume(), SUBMIT_MS);
  }

  resume() {
    this.held = false;
    if (this.typed !== this.saved) this.later(PAUSE_MS);
  }

  async save(leaving = false) {
    const version = this.typed;
    if (this.held || this.gone || (version === this.saved && !this.signedOut)) return;
    if (leaving ? version === this.leftWith : this.sending) return;
    clearTimeout(this.timer);
    if (leaving) this.leftWith = version;
    this.sending = true;
    this.since = 0;
    this.say("saving");
    let answer = await post(this.form, leaving).catch(() => null);
    if (!leaving && answer && REFUSALS[answer.status] === "signedOut" && (await renewed())) {
      answer = await post(this.form).catch(() => null);
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
      this.say("saved", await savedAt(answer));
      if (this.typed !== this.saved) this.later(PAUSE_MS);
      return;
    }
    this.say(refusal ?? "failed");
    if (!this.gone) this.later(RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)]);
  }

  say(word, time = "") {
    if (!this.region) return;
    const text = (this.region.dataset[word] ?? "").replace("{time}", time);
    if (text) this.region.textContent = text;
    this.region.dataset.state = word;
  }
}

// Files travel by their own way; a draft holds what was typed and chosen. Field names come from a process and may
// be anything, so the form's own properties ("elements", "method") are not trusted.
function post(form, leaving) {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string") body.append(name, value);
  }
  return fetch(form.getAttribute("data-autosave"), {
    method: "POST",
    body,
    keepalive: leaving,
    credentials: "same-origin",
    redirect: "manual", // to the sign-in page: status 0
    headers: { Accept: "application/json", "X-CSRFToken": body.get("csrf_token") ?? "" },
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
  if (body?.saved) return body.saved;
  const now = new Date();
  return [now.getHours(), now.getMinutes()].map((part) => String(part).padStart(2, "0")).join(".");
}
