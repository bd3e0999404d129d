// Fetches a part of the page once it comes near the reader; what stands there until then serves without a script.
// <div data-module="later" data-src="URL"> with [data-later-status], which holds the words: data-loading, data-failed.
import attach from "./attach.js";

const NEAR = "600px";

export default function later(modules) {
  return (place) => {
    const watch = new IntersectionObserver((seen) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      watch.disconnect();
      load(place, modules);
    }, { rootMargin: NEAR });
    watch.observe(place);
  };
}

async function load(place, modules) {
  const status = place.querySelector("[data-later-status]");
  status.textContent = status.dataset.loading;
  place.setAttribute("aria-busy", "true");
  const part = await fetched(place.dataset.src).catch(() => null);
  place.removeAttribute("aria-busy");
  if (part === null) {
    status.textContent = status.dataset.failed;
    status.classList.remove("sr-only");
    return;
  }
  const held = place.contains(document.activeElement) ? document.activeElement.closest("[id]")?.id : null;
  const wanted = location.hash.slice(1); // what it points to has moved
  place.innerHTML = part;
  place.dataset.loaded = "";
  attach(modules, place);
  if (wanted) place.querySelector(`#${CSS.escape(wanted)}`)?.scrollIntoView();
  if (held !== null) take(place.querySelector(`#${CSS.escape(held || "-")}`) ?? place);
}

// Whoever stood on the link that was there stands in what came instead.
function take(element) {
  element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

async function fetched(address) {
  const answer = await fetch(address, { credentials: "same-origin", redirect: "manual" }); // to the sign-in page: 0
  return answer.ok ? answer.text() : null;
}
