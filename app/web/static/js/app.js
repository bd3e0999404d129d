// Attaches modules: every element names its own in data-module="copy print". A page without script works as well.
// All come in one piece, and so before the page counts as loaded: nobody is faster than what should hear him.
import autosave from "./autosave.js";
import copy from "./copy.js";
import diagram from "./diagram.js";
import doubleSubmit from "./double-submit.js";
import explain from "./explain.js";
import focus from "./focus.js";
import form from "./form.js";
import leaving from "./leaving.js";
import menu from "./menu.js";
import print from "./print.js";
import shortcuts from "./shortcuts.js";
import theme from "./theme.js";

const MODULES = { autosave, copy, diagram, "double-submit": doubleSubmit, explain, focus, form, leaving, menu, print, shortcuts, theme };

for (const element of document.querySelectorAll("[data-module]")) {
  for (const name of element.dataset.module.split(/\s+/)) {
    if (name in MODULES) MODULES[name](element);
  }
}
