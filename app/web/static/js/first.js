// Puts the keyboard where typing begins: the first control of a form that is empty, of all others the first.
// <form data-module="first">
const CONTROLS = "input:not([type=hidden], [type=file], [type=submit], [type=button]), select, textarea";

export default function first(form) {
  if (document.activeElement !== document.body || location.hash) return;
  const all = [...form.querySelectorAll(CONTROLS)].filter((control) => !control.disabled && !control.readOnly && control.offsetParent);
  (all.find((control) => !isFilled(form, control)) ?? all[0])?.focus({ preventScroll: true });
}

function isFilled(form, control) {
  if (control.type !== "radio" && control.type !== "checkbox") return control.value !== "";
  return [...form.querySelectorAll(`[name="${CSS.escape(control.name)}"]`)].some((one) => one.checked);
}
