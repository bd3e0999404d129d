// Attaches modules: every element names its own in data-module="copy print". A page without script works as well.
// What nearly every page has comes along, and what must be there before the page can be left; the rest is fetched when
// a page names it.
import autosave from "./autosave.js";
import doubleSubmit from "./double-submit.js";
import menu from "./menu.js";
import shortcuts from "./shortcuts.js";
import theme from "./theme.js";

const HERE = { autosave, "double-submit": doubleSubmit, menu, shortcuts, theme };
const FETCHED = {
  copy: () => import("./copy.js"),
  diagram: () => import("./diagram.js"),
  explain: () => import("./explain.js"),
  focus: () => import("./focus.js"),
  form: () => import("./form.js"),
  print: () => import("./print.js"),
};

async function attach(element, name) {
  const { default: start } = await FETCHED[name]();
  start(element);
}

for (const element of document.querySelectorAll("[data-module]")) {
  for (const name of element.dataset.module.split(/\s+/)) {
    if (name in HERE) HERE[name](element);
    else if (name in FETCHED) attach(element, name);
  }
}
