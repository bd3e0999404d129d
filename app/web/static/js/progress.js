// Looks how far something is that the server does, and shows what came of it; without a script the page loads anew.
// <div data-module="progress" data-src="URL"> with [data-progress-running] inside as long as it goes on, which holds a
// <progress> and [data-progress-words]. [data-progress-said] holds what a screen reader is told in the end: data-done.
import attach from "./attach.js";

const PACE_MS = 1000;
const MOST_FAILURES = 30;

export default function progress(modules) {
  return (place) => {
    if (place.querySelector("[data-progress-running]")) look(place, modules, 0);
  };
}

function look(place, modules, failures) {
  setTimeout(async () => {
    if (!place.isConnected) return;
    const part = await fetched(place.dataset.src).catch(() => null);
    if (part === null) {
      if (failures < MOST_FAILURES) look(place, modules, failures + 1);
    } else if (part.querySelector("[data-progress-running]")) {
      move(place, part);
      look(place, modules, 0);
    } else show(place, part, modules);
  }, PACE_MS);
}

// What is there stays: somebody may stand on a button beside it.
function move(place, part) {
  const [bar, now] = [place, part].map((one) => one.querySelector("progress"));
  bar.max = now.max;
  bar.value = now.value;
  bar.textContent = now.textContent;
  place.querySelector("[data-progress-words]").textContent = part.querySelector("[data-progress-words]").textContent;
}

function show(place, part, modules) {
  const stood = place.contains(document.activeElement);
  const said = place.querySelector("[data-progress-said]");
  place.replaceChildren(...part.childNodes);
  place.querySelector("[data-progress-said]")?.replaceWith(said); // one that was there before is told
  said.textContent = said.dataset.done;
  attach(modules, place);
  if (!stood) return;
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

async function fetched(address) {
  const answer = await fetch(address, { credentials: "same-origin", redirect: "manual" }); // to the sign-in page: 0
  if (!answer.ok) return null;
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  return holder.content.querySelector("[data-module~=progress]");
}
