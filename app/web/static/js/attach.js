// Calls the modules that elements name in data-module="copy print".
export default function attach(modules) {
  for (const element of document.querySelectorAll("[data-module]")) {
    for (const name of element.dataset.module.split(/\s+/)) {
      if (name in modules) modules[name](element);
    }
  }
}
