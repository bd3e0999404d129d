// The rows that are ticked: how many, all of a page, a range with Shift. <form data-module="selection" id="pilihan"> is
// sent with them; without scripts it always stands below the list.
export default function selection(form) {
  const boxes = [...form.elements].filter((one) => one.name === "pilih:");
  const all = form.querySelector("[data-select-all]");
  const count = form.querySelector("[data-count]");
  let last = -1;
  all.closest("label").hidden = false;

  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    form.hidden = !chosen;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && !all.checked;
    count.textContent = chosen ? count.dataset.count.replace("{count}", chosen) : "";
  };
  for (const [index, box] of boxes.entries()) {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last >= 0) {
        for (const one of boxes.slice(Math.min(last, index), Math.max(last, index) + 1)) one.checked = box.checked;
      }
      last = index;
      tell();
    });
  }
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
  tell();
  window.addEventListener("pageshow", tell);
}
