// Calls the modules that elements of the page, or of a part of it, name in data-module="copy print".
export default function attach(modules, root = document) {
  for (const element of root.querySelectorAll("[data-module]")) {
    for (const name of element.dataset.module.split(/\s+/)) {
      if (name in modules) modules[name](element);
    }
  }
}
