// Says that there is more to see, and brings where the case is now, or what differs, into sight, when the drawing is larger than its frame.
// With data-label-fit, data-label-in and data-label-out there are buttons that zoom, and keys: + - 0, and arrows that pan.
const STEP = 1.25;
const [LEAST, MOST] = [0.1, 4];

export default function diagram(frame) {
  const hint = frame.parentElement.querySelector("[data-diagram-hint]");
  const tellMore = () => {
    if (hint) hint.hidden = frame.scrollWidth <= frame.clientWidth;
  };
  tellMore();
  const picture = frame.querySelector("svg");
  if (picture && frame.dataset.labelFit) zoomable(frame, picture, tellMore);
  const here = frame.querySelector(".is-marked") ?? frame.querySelector(".is-overdue, .is-open, .is-added, .is-removed, .is-changed, .is-moved, .heat-5");
  if (!here || frame.querySelector(":target")) return;
  const [box, place] = [frame.getBoundingClientRect(), here.getBoundingClientRect()];
  frame.scrollLeft += place.left + place.width / 2 - (box.left + box.width / 2);
  frame.scrollTop += place.top + place.height / 2 - (box.top + box.height / 2);
}

function zoomable(frame, picture, then) {
  const width = picture.width.baseVal.value;
  let scale = 1;
  // The frame grows no higher than it was, and what was in its middle stays there.
  const zoom = (wanted) => {
    if (!frame.style.maxHeight) frame.style.maxHeight = `${frame.offsetHeight}px`;
    const [left, top] = [frame.scrollLeft + frame.clientWidth / 2, frame.scrollTop + frame.clientHeight / 2];
    const before = scale;
    scale = Math.min(MOST, Math.max(LEAST, (before - 1) * (wanted - 1) < 0 ? 1 : wanted));
    picture.style.width = `${width * scale}px`;
    frame.scrollLeft = (left * scale) / before - frame.clientWidth / 2;
    frame.scrollTop = (top * scale) / before - frame.clientHeight / 2;
    then();
  };
  const acts = {
    "+": () => zoom(scale * STEP),
    "-": () => zoom(scale / STEP),
    0: () => {
      zoom(1);
      zoom(Math.min(1, frame.clientWidth / width));
    },
  };
  acts["="] = acts["+"];
  const bar = document.createElement("div");
  bar.className = "diagram-tools no-print";
  bar.append(button("+", frame.dataset.labelIn, acts["+"]), button("−", frame.dataset.labelOut, acts["-"]), button(frame.dataset.labelFit, "", acts[0]));
  frame.before(bar);
  frame.addEventListener("keydown", (event) => {
    if (!Object.hasOwn(acts, event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    acts[event.key]();
  });
  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    acts[event.deltaY < 0 ? "+" : "-"]();
  }, { passive: false });
}

function button(text, label, act) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  if (label) {
    element.setAttribute("aria-label", label);
    element.title = label;
  }
  element.addEventListener("click", act);
  return element;
}
