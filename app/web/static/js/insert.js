// Words that a click puts into a field, where the cursor is. <details data-module="insert" data-for="id of the field">
// with [data-insert]; without scripts they can be read, and typed.
export default function insert(root) {
  const field = document.getElementById(root.dataset.for);
  for (const words of root.querySelectorAll("[data-insert]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button--small";
    button.dataset.insert = words.dataset.insert;
    button.textContent = words.textContent;
    words.replaceWith(button);
    button.addEventListener("click", () => {
      field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.focus();
    });
  }
}
