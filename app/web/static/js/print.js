// Shows a print button where there is something that prints.
export default function print(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
