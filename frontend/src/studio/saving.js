// Saves one file of a draft by itself. Nothing is overwritten: each save names the revision that it began with, and
// what somebody else saved meanwhile is shown instead (`conflict`).

import { token, writing } from './server.js';

const PAUSE_MS = 1000; // after the last change
const PATIENCE_MS = 5000; // who never pauses is saved as well
const RETRY_MS = [2000, 4000, 8000, 15000, 30000, 60000];
const KEEPALIVE_BYTES = 60_000; // browsers refuse more in a request that outlives its page

export class Saver {
  /**
   * `write()`: the content as it is now, or a promise of it. `say(state, details)`: told of each change of state,
   * see `Status`.
   * `saved(answer)`: told what the server answered, findings among it. `conflict(theirs)`: {revision, saved_by, …}.
   */
  constructor({ url, revision, write, say, saved, conflict }) {
    Object.assign(this, { url, revision, write, say, saved, conflict });
    this.version = this.stored = this.since = this.failures = 0;
    this.timer = null;
    this.sending = null;
    this.held = false;
  }

  get unsaved() {
    return this.version !== this.stored;
  }

  changed() {
    this.version += 1;
    this.since ||= Date.now();
    if (!this.held) {
      this.say('dirty');
      this.later(Math.max(0, Math.min(PAUSE_MS, PATIENCE_MS - (Date.now() - this.since))));
    }
  }

  later(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  /** Save now what is not saved yet; the promise holds when the server has answered. */
  async save({ leaving = false } = {}) {
    if (this.held || !this.unsaved) return;
    if (this.sending && !leaving) {
      await this.sending;
      return this.save();
    }
    clearTimeout(this.timer);
    this.since = 0;
    this.sending = this.send(this.version, leaving);
    await this.sending;
  }

  async send(version, leaving) {
    this.say('saving');
    let answer = null;
    try {
      const content = await this.write();
      answer = await put(this.url, content, this.revision, leaving);
      if (isSignedOut(answer) && (await renewed())) {
        answer = await put(this.url, content, this.revision, false);
      }
    } catch {
      answer = null; // no connection
    }
    this.sending = null;
    await this.settle(answer, version);
  }

  async settle(answer, version) {
    if (answer?.ok) return this.took(await answer.json(), version);
    const body = await answer?.json?.().catch(() => null);
    if (answer?.status === 409 && body?.content !== undefined) return this.collide(body);
    if (answer?.status === 409 || answer?.status === 404) return this.stop('gone');
    if (answer?.status === 413 || answer?.status === 422) return this.refuse(body);
    const pause = RETRY_MS[Math.min(this.failures++, RETRY_MS.length - 1)];
    this.say(answer && isSignedOut(answer) ? 'signedOut' : 'failed', { seconds: pause / 1000 });
    this.later(pause);
  }

  took(body, version) {
    this.revision = body.revision;
    this.stored = Math.max(this.stored, version);
    this.failures = 0;
    if (this.unsaved) this.later(PAUSE_MS);
    this.say(this.unsaved ? 'dirty' : 'saved', { at: body.saved_at });
    this.saved?.(body, version);
  }

  collide(theirs) {
    this.stop('conflict', theirs);
    this.conflict(theirs);
  }

  // It would be refused again as it is; the next change is another try.
  refuse(body) {
    this.say('refused', { message: body?.message ?? body?.detail ?? '' });
  }

  stop(state, details) {
    this.held = true;
    clearTimeout(this.timer);
    this.say(state, details);
  }

  /** Go on from the revision of somebody else: `mine` is saved over it, else theirs counts as saved. */
  resume(revision, { mine }) {
    this.revision = revision;
    this.held = false;
    if (mine) {
      this.version += 1;
      return this.save();
    }
    this.stored = this.version;
    this.say('saved', {});
  }

  /** Save when the page is hidden or left, and let the browser ask while something is unsaved. */
  guard() {
    window.addEventListener('pagehide', () => this.save({ leaving: true }));
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.save({ leaving: true });
    });
    window.addEventListener('beforeunload', (event) => {
      if (this.unsaved) event.preventDefault();
    });
    document.addEventListener('click', (event) => this.follow(event));
  }

  // To another page of ours once all is saved; who cannot save is asked by the browser.
  async follow(event) {
    const link = event.target.closest?.('a[href]');
    const elsewhere = !link || link.target || link.hasAttribute('download') || link.origin !== location.origin;
    const asked = event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (elsewhere || asked || !this.unsaved || this.held) return;
    event.preventDefault();
    await this.save();
    location.assign(link.href);
  }
}

// A token against forgery that is another session's is answered 400.
function isSignedOut(answer) {
  return [ 400, 401, 403 ].includes(answer.status) || answer.type === 'opaqueredirect';
}

function put(url, content, revision, leaving) {
  return fetch(url, {
    method: 'PUT',
    body: content,
    credentials: 'same-origin',
    redirect: 'manual', // to the page for signing in
    keepalive: leaving && new Blob([content]).size < KEEPALIVE_BYTES,
    headers: writing({ 'Content-Type': 'text/plain; charset=utf-8', 'If-Match': `"${revision}"` })
  });
}

// Who signed in again in another tab has a new token against forged requests: taken over if it is the same person's.
async function renewed() {
  const answer = await fetch(location.href, { credentials: 'same-origin', redirect: 'manual' }).catch(() => null);
  if (!answer?.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const fresh = token(page);
  const name = (root) => root.querySelector('.menu__name')?.textContent;
  if (!fresh || name(page) !== name(document)) return false;
  for (const input of document.querySelectorAll('[name=csrf_token]')) input.value = fresh;
  document.querySelector('meta[name="csrf-token"]')?.setAttribute('content', fresh);
  return true;
}
