// Lets the browser ask before words are left behind that no draft keeps: on the reporter's page.
// <form data-module="leaving" data-unsent>: it, or the page around it, holds words already that were sent and not taken.
export default function leaving(form) {
  let unsent = "unsent" in form.dataset;
  const typed = () => { unsent = true; };
  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  form.addEventListener("submit", () => { unsent = false; });
  window.addEventListener("beforeunload", (event) => unsent && event.preventDefault());
}
