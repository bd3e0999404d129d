// Opens an explanation on hover and keyboard focus; a click or Enter pins it, Escape or a click elsewhere closes it.
const OPEN_MS = 150;
const CLOSE_MS = 250; // time to move the pointer into the panel

export default function explain(details) {
  const summary = details.querySelector("summary");
  const hovers = matchMedia("(hover: hover) and (min-width: 640px)");
  let pinned = false;
  let timer = 0;

  const set = (open) => {
    clearTimeout(timer);
    details.open = open;
    pinned &&= open;
  };
  const soon = (open, pause) => {
    clearTimeout(timer);
    if (!pinned) timer = setTimeout(set, pause, open);
  };

  summary.addEventListener("click", (event) => {
    event.preventDefault();
    pinned = !pinned;
    set(pinned);
  });
  summary.addEventListener("focus", () => summary.matches(":focus-visible") && set(true));
  // A pointer that rests where the link comes to stand asks for nothing.
  summary.addEventListener("pointermove", (event) => {
    if (hovers.matches && (event.movementX || event.movementY)) soon(true, OPEN_MS);
  });
  details.addEventListener("pointerenter", () => hovers.matches && details.open && clearTimeout(timer));
  details.addEventListener("pointerleave", () => hovers.matches && soon(false, CLOSE_MS));
  details.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !details.contains(event.relatedTarget)) set(false);
  });
  details.addEventListener("keydown", (event) => event.key === "Escape" && set(false));
  document.addEventListener("click", (event) => !details.contains(event.target) && set(false));
}
