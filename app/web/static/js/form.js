// Helps while a form of the process is filled: counts what is left, narrows long lists, puts the dashes into dates, tells
// of a file that is too large before it is sent.
// Conditions have their own module, drafts too. All words come from the page.
const PAUSE_MS = 1000; // a screen reader hears the count when typing rests

export default function form(element) {
  for (const count of element.querySelectorAll("[data-count]")) counter(count);
  for (const list of element.querySelectorAll("[data-filter]")) narrowing(list);
  for (const input of element.querySelectorAll('[data-type="date"]')) input.addEventListener("change", () => dashes(input));
  for (const input of element.querySelectorAll("[data-most-bytes]")) sizes(input);
}

function counter(count) {
  const control = document.getElementById(count.dataset.count);
  const most = Number(control?.dataset.most);
  if (!most) return;
  const spoken = document.createElement("span");
  spoken.className = "sr-only";
  spoken.setAttribute("aria-live", "polite");
  count.after(spoken);
  let timer;
  const update = () => {
    const left = most - control.value.trim().length;
    const shown = Math.abs(left).toLocaleString(document.documentElement.lang); // 3.000, in English 3,000
    count.textContent = (left < 0 ? count.dataset.over : count.dataset.left).replace("{n}", shown);
    count.classList.toggle("field__count--over", left < 0);
    return count.textContent;
  };
  control.addEventListener("input", () => {
    const text = update();
    clearTimeout(timer);
    timer = setTimeout(() => { spoken.textContent = text; }, PAUSE_MS);
  });
  update();
}

// A search field above a long list of boxes. Chosen ones stay in sight, whatever is searched for.
function narrowing(list) {
  const picks = [...list.querySelectorAll(".pick")];
  if (picks.length < 8) return;
  const search = document.createElement("input");
  search.type = "search";
  search.className = "input picks__filter";
  search.setAttribute("aria-label", `${list.dataset.filter}: ${list.closest("fieldset").querySelector("legend").textContent.trim()}`);
  search.placeholder = list.dataset.filter;
  const total = document.createElement("p");
  total.className = "field__count";
  total.setAttribute("role", "status");
  const update = () => {
    const wanted = search.value.trim().toLowerCase();
    for (const pick of picks) {
      const box = pick.querySelector("input");
      pick.hidden = !box.checked && !pick.textContent.toLowerCase().includes(wanted);
    }
    total.textContent = list.dataset.chosen.replace("{n}", picks.filter((pick) => pick.querySelector("input").checked).length);
  };
  search.addEventListener("input", (event) => { event.stopPropagation(); update(); });
  search.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  list.addEventListener("change", update);
  list.before(search);
  list.after(total);
  update();
}

// A number pad has no dash: 24112026 is 24-11-2026.
function dashes(input) {
  input.value = input.value.trim().replace(/^(\d{2})(\d{2})(\d{4})$/, "$1-$2-$3");
}

function sizes(input) {
  const told = document.createElement("p");
  told.className = "field__error field__error--below";
  told.setAttribute("role", "alert");
  input.after(told);
  input.addEventListener("change", () => {
    const large = [...input.files].filter((file) => file.size > Number(input.dataset.mostBytes));
    told.textContent = large.map((file) => input.dataset.large.replace("{name}", () => file.name)).join(" ");
  });
}
