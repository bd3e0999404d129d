// Follows what others do, while the page is looked at: asks for the counts of the frame and how stands what the page
// shows. Nothing that somebody reads or writes is replaced: a line tells of changes and offers to show them.
// <div data-module="live" data-asks="/langsung" role="status" data-one data-many data-show>, and data-live="ID:STANDING" on what is shown.
const EVERY_MS = 10000;
const SLOWEST_MS = 160000;
const LIST = ".desk__list:not([data-missing])";

export default function live(root) {
  new Live(root).begin();
}

class Live {
  constructor(root) {
    this.root = root;
    this.etag = {};
    this.failures = 0;
    this.drawn = waiting(); // what came since stands in no row
  }

  begin() {
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.ask();
    });
    this.rest();
  }

  // Not all at the same moment: after a restart of the server two hundred would be.
  rest() {
    clearTimeout(this.timer);
    const pace = Math.min(EVERY_MS * 2 ** this.failures, SLOWEST_MS);
    this.timer = setTimeout(() => this.ask(), pace * (0.8 + 0.4 * Math.random()));
  }

  async ask() {
    if (document.hidden || this.busy) return; // it is asked once somebody looks again
    this.busy = true;
    const shown = [...document.querySelectorAll("[data-live]")].map((one) => one.dataset.live.split(":"));
    const ids = [...new Set(shown.map(([id]) => id))];
    const address = `${this.root.dataset.asks}?lihat=${ids.join(",")}`;
    const headers = this.etag.of === address ? { "If-None-Match": this.etag.value } : {};
    const sent = { credentials: "same-origin", redirect: "manual", headers };
    const answer = await fetch(address, sent).catch(() => null);
    this.busy = false;
    if (answer?.status === 200) {
      this.etag = { of: address, value: answer.headers.get("etag") };
      const told = await answer.json().catch(() => null);
      if (told) this.tell(told, shown, ids);
    } else if (answer && answer.status !== 304 && answer.status < 500) return; // signed out
    this.failures = answer && answer.status < 500 ? 0 : this.failures + 1;
    this.rest();
  }

  tell({ bell, links, stands }, shown, ids) {
    for (const place of document.querySelectorAll("[data-live-count]")) {
      count(place, place.dataset.liveCount === "bell" ? bell : links[place.dataset.liveCount]);
    }
    const now = new Map(ids.map((id, n) => [id, stands[n]]));
    const changed = new Set(shown.filter(([id, stood]) => now.get(id) !== undefined && now.get(id) !== stood).map(([id]) => id));
    const come = document.querySelector(LIST) ? Math.max(waiting() - this.drawn, 0) || 0 : 0;
    if (changed.size + come) this.offer(changed.size + come);
    else if (this.offered) this.withdraw();
  }

  offer(many) {
    if (this.offered === many) return;
    this.offered = many;
    const words = (many === 1 ? this.root.dataset.one : this.root.dataset.many).replace("{count}", many);
    const held = this.root.contains(document.activeElement);
    if (!this.words) {
      this.words = document.createElement("span");
      const button = document.createElement("a");
      button.className = "button button--small";
      button.href = this.root.dataset.here || location.href;
      button.textContent = this.root.dataset.show;
      this.root.append(this.words, button);
    }
    this.words.textContent = words;
    this.root.hidden = false;
    if (held) this.root.querySelector("a").focus();
  }

  withdraw() {
    this.offered = 0;
    this.root.replaceChildren();
    this.words = null;
  }
}

// How many tasks wait, as the navigation tells; not a number where there are very many.
function waiting() {
  const number = document.querySelector('[data-live-count="/tugas"] .count');
  return Number(number ? number.firstChild.nodeValue : 0);
}

// The number in the bell or in the navigation, which is not there while it is nothing.
function count(place, text) {
  const { liveClass, liveWords } = place.dataset;
  let number = place.querySelector(`.${liveClass}`);
  if (!text) number?.remove();
  else {
    if (!number) {
      number = document.createElement("span");
      number.className = `${liveClass}${place.ariaCurrent && liveClass === "count" ? " count--accent" : ""}`;
      const words = document.createElement("span");
      words.className = "sr-only";
      words.textContent = ` ${liveWords}`;
      number.append(text, words);
      place.append(number);
    }
    if (number.firstChild.nodeValue !== text) number.firstChild.nodeValue = text;
  }
}
