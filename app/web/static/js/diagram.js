// Says that there is more to see, and brings where the case is now, or what differs, into sight, when the drawing is larger than its frame.
export default function diagram(frame) {
  const hint = frame.parentElement.querySelector("[data-diagram-hint]");
  if (hint) hint.hidden = frame.scrollWidth <= frame.clientWidth;
  const here = frame.querySelector(".is-marked") ?? frame.querySelector(".is-overdue, .is-open, .is-added, .is-removed, .is-changed, .is-moved, .heat-5");
  if (!here || frame.querySelector(":target")) return;
  const [box, place] = [frame.getBoundingClientRect(), here.getBoundingClientRect()];
  frame.scrollLeft += place.left + place.width / 2 - (box.left + box.width / 2);
  frame.scrollTop += place.top + place.height / 2 - (box.top + box.height / 2);
}
