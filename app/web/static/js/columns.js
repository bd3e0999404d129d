// How wide each column is: dragged at the edge of its heading, or set by a slider in the menu "Kolom", which keys move
// as well. The browser keeps it. <details data-module="columns" data-widths data-reset> before the table.
import { keep, kept } from "./cookie.js";

const COOKIE = "widths";
const LEAST_PX = 56;
const MOST_PX = 640;

export default function columns(menu) {
  const table = menu.closest(".desk__list")?.querySelector(".table--tasks");
  const widths = new Map(kept(COOKIE).split(".").map((one) => one.split(":")).filter(([, px]) => Number(px)));
  for (const [name, px] of widths) show(name, px);
  if (!table) return;
  const sliders = document.createElement("fieldset");
  const legend = document.createElement("legend");
  legend.className = "filters__label";
  legend.textContent = menu.dataset.widths;
  sliders.append(legend);
  for (const heading of table.querySelectorAll("thead th:not(.cell--select, .cell--action)")) {
    const name = heading.className.match(/cell--(\w+)/)[1];
    const slider = sliderOf(heading);
    const set = (px) => {
      const width = Math.round(Math.min(Math.max(px, LEAST_PX), MOST_PX));
      widths.set(name, width);
      slider.value = width;
      show(name, width);
    };
    const done = () => keep(COOKIE, [...widths].map(([one, px]) => `${one}:${px}`).join("."));
    slider.addEventListener("input", () => set(slider.valueAsNumber));
    slider.addEventListener("change", done);
    menu.addEventListener("toggle", () => { slider.value = heading.offsetWidth; });
    heading.append(edge(heading, set, done));
    sliders.append(slider.parentElement);
  }
  const reset = document.createElement("button");
  reset.type = "button";
  reset.className = "button button--small";
  reset.textContent = menu.dataset.reset;
  reset.addEventListener("click", () => {
    for (const name of widths.keys()) show(name, null);
    widths.clear();
    keep(COOKIE, "");
  });
  sliders.append(reset);
  menu.querySelector("fieldset").after(sliders);
}

function show(name, px) {
  const { style } = document.documentElement;
  if (px === null) style.removeProperty(`--w-${name}`);
  else style.setProperty(`--w-${name}`, `${px}px`);
}

function sliderOf(heading) {
  const label = document.createElement("label");
  label.className = "columns-menu__width";
  label.textContent = (heading.querySelector("a")?.firstChild ?? heading).textContent.trim();
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: LEAST_PX, max: MOST_PX, step: 8 });
  label.append(slider);
  return slider;
}

// Its right edge, for a pointer alone: keys have the slider.
function edge(heading, set, done) {
  const grip = document.createElement("span");
  grip.className = "table__edge";
  grip.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
    const move = (moved) => set(moved.clientX - heading.getBoundingClientRect().left);
    grip.addEventListener("pointermove", move);
    grip.addEventListener("lostpointercapture", () => {
      grip.removeEventListener("pointermove", move);
      done();
    }, { once: true });
  });
  return grip;
}
