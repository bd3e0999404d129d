// Words that a click puts into a field, where the cursor is. <details data-module="insert" data-for="id of the field">
// with [data-insert]; without data-for into the text field of the same form that was used last, else the first that is shown.
// Without scripts they can be read, and typed.
export default function insert(root) {
  const form = root.closest("form");
  let last = null;
  form?.addEventListener("focusin", (event) => { if (event.target.matches("textarea")) last = event.target; });
  const shown = () => [...form.querySelectorAll("textarea:enabled")].find((one) => one.getClientRects().length);
  const target = () => root.dataset.for ? document.getElementById(root.dataset.for) : last ?? shown();
  for (const words of root.querySelectorAll("[data-insert]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small";
    button.dataset.insert = words.dataset.insert;
    button.textContent = words.textContent;
    words.replaceWith(button);
    button.addEventListener("click", () => {
      const field = target();
      if (!field) return;
      field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
  }
}
