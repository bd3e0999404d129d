// Attaches modules: every element names its own in data-module="copy print". A page without script works as well.
const MODULES = {
  autosave: () => import("./autosave.js"),
  copy: () => import("./copy.js"),
  diagram: () => import("./diagram.js"),
  "double-submit": () => import("./double-submit.js"),
  explain: () => import("./explain.js"),
  focus: () => import("./focus.js"),
  form: () => import("./form.js"),
  menu: () => import("./menu.js"),
  print: () => import("./print.js"),
  shortcuts: () => import("./shortcuts.js"),
  theme: () => import("./theme.js"),
};

async function attach(element, name) {
  const { default: start } = await MODULES[name]();
  start(element);
}

for (const element of document.querySelectorAll("[data-module]")) {
  for (const name of element.dataset.module.split(/\s+/)) {
    if (name in MODULES) attach(element, name);
  }
}
