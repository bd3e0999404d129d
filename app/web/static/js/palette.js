// The palette, by Ctrl+K: over tasks, cases, pages, and whatever the page has a key for. A combobox with a list box.
// <dialog data-module="palette" data-address="/palet"> with an input, a list box, and a status that holds the words.
const PAUSE_MS = 120;

export default function palette(dialog) {
  const one = new Palette(dialog);
  document.addEventListener("keydown", (event) => {
    const asked = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k";
    if (!asked || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    one.open();
  });
  for (const button of document.querySelectorAll("[data-palette]")) {
    button.hidden = false;
    button.addEventListener("click", () => one.open());
  }
}

class Palette {
  constructor(dialog) {
    this.dialog = dialog;
    this.input = dialog.querySelector("input");
    this.list = dialog.querySelector("[role=listbox]");
    this.status = dialog.querySelector("[role=status]");
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }

  open() {
    this.acts = [...document.querySelectorAll("[data-key]")].filter((one) => one.getClientRects().length && !one.closest("[data-item]"));
    this.input.value = "";
    this.list.replaceChildren();
    this.dialog.showModal();
    this.input.focus();
    this.look();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), PAUSE_MS);
  }

  async look() {
    this.asking?.abort();
    this.asking = new AbortController();
    const words = this.input.value.trim();
    const address = `${this.dialog.dataset.address}?${new URLSearchParams(words ? { q: words } : {})}`;
    const options = { headers: { Accept: "application/json" }, credentials: "same-origin", signal: this.asking.signal };
    const answer = await fetch(address, options).catch((error) => (error.name === "AbortError" ? "over" : null));
    if (answer === "over") return;
    const { groups } = answer?.ok ? await answer.json() : { groups: [] };
    const acts = this.acts.filter((one) => has(name(one), words));
    const own = { label: this.dialog.dataset.acts, items: acts.map((one) => ({ label: name(one), sub: "", key: one.dataset.key, act: one })) };
    this.show(words ? [...groups, own] : [own, ...groups], answer?.ok);
  }

  show(groups, answered) {
    this.options = [];
    const parts = groups.filter((group) => group.items.length).map((group) => this.group(group));
    this.list.replaceChildren(...parts);
    this.select(0);
    const { none, failed, found } = this.status.dataset;
    const words = this.options.length ? found.replace("{count}", this.options.length) : none;
    this.status.textContent = answered ? words : failed;
    this.status.classList.toggle("sr-only", answered && this.options.length > 0);
  }

  group({ label, items }) {
    const group = make("div", { role: "group", class: "palette__group", "aria-label": label });
    const heading = make("p", { class: "palette__label", "aria-hidden": "true" }, label);
    group.append(heading, ...items.map((item) => this.option(item)));
    return group;
  }

  option(item) {
    const option = make("div", { role: "option", class: "palette__option", id: `palette-${this.options.length}`, "aria-selected": "false" });
    option.append(make("span", { class: "palette__name" }, item.label));
    if (item.sub) option.append(make("span", { class: "palette__sub" }, item.sub));
    if (item.key) option.append(make("kbd", {}, item.key));
    this.options.push({ option, item });
    return option;
  }

  select(index) {
    this.at = this.options.length ? (index + this.options.length) % this.options.length : -1;
    this.options.forEach(({ option }, place) => option.setAttribute("aria-selected", String(place === this.at)));
    const here = this.options[this.at]?.option;
    if (here) {
      this.input.setAttribute("aria-activedescendant", here.id);
      here.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) this.select(this.at + steps[event.key]);
    else if (event.key === "Enter") this.choose(this.options[this.at]?.option);
    else return;
    event.preventDefault();
  }

  choose(option) {
    const found = this.options.find((one) => one.option === option);
    if (!found) return;
    this.dialog.close();
    if (found.item.act) return act(found.item.act);
    // As a link of the page, so that what is typed there is kept first.
    const link = make("a", { href: found.item.url, hidden: "" });
    document.body.append(link);
    link.click();
    link.remove();
  }
}

function act(element) {
  if (element.localName !== "summary") return element.click();
  element.parentElement.open = true;
  (element.parentElement.querySelector("select, textarea") ?? element).focus();
}

const name = (element) => element.textContent.replace(/\s+/g, " ").trim();

const has = (label, words) => words.toLowerCase().split(/\s+/).every((word) => label.toLowerCase().includes(word));

function make(kind, attributes, text = "") {
  const element = document.createElement(kind);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}
