// Puts the text of a box on the clipboard. The button only appears where that can work.
export default function copy(box) {
  const text = box.querySelector("[data-copy]");
  const button = box.querySelector("[data-copy-button]");
  const said = box.querySelector("[role=status]");
  if (!navigator.clipboard) return;
  button.hidden = false;
  said.hidden = false;
  button.addEventListener("click", async () => {
    const done = await navigator.clipboard.writeText(text.textContent.trim()).then(
      () => true,
      () => false,
    );
    said.textContent = done ? button.dataset.done : button.dataset.failed;
    if (!done) select(text);
  });
}

function select(element) {
  getSelection().selectAllChildren(element);
}
