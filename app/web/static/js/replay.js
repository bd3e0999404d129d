// Goes to the moment that the slider was put at; the button, which is there without scripts, is not needed then.
// <form data-module="replay"> with an input of type range and a button.
export default function replay(form) {
  const slider = form.querySelector("input[type=range]");
  form.querySelector("button").hidden = true;
  slider.addEventListener("change", () => form.requestSubmit());
}
