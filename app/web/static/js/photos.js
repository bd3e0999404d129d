// Shows a QR code by which a telephone sends pictures into this form, and the pictures as they come. Without it the form's
// button shows the code, and every look at the page what came.
// <div data-module="photos" data-begin="…" data-src="…"> <div data-photos-code></div> <ul data-photos></ul> </div> in the form
const EVERY_MS = 3000;
const LIFETIME_MS = 15 * 60 * 1000;

export default function photos(place) {
  const form = place.closest("form");
  const code = place.querySelector("[data-photos-code]");
  const list = place.querySelector("[data-photos]");
  const button = form.querySelector("[data-photos-begin]");
  let until = 0;
  let timer = 0;

  const ask = async () => {
    if (Date.now() > until) {
      code.replaceChildren();
      return;
    }
    if (!document.hidden) {
      const answer = await fetch(place.dataset.src, { credentials: "same-origin", redirect: "manual" }).catch(() => null);
      const told = answer?.ok ? await answer.json().catch(() => null) : null;
      if (told) put(told.part);
    }
    timer = setTimeout(ask, EVERY_MS);
  };

  // What stands there already, ticked or not, stays as it is.
  const put = (part) => {
    const found = document.createElement("ul");
    found.innerHTML = part;
    for (const item of [...found.children]) {
      const id = CSS.escape(item.dataset.photo);
      if (form.querySelector(`input[value="${id}"]`)) continue;
      list.append(item);
      form.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  const begin = () => {
    until = Date.now() + LIFETIME_MS;
    clearTimeout(timer);
    timer = setTimeout(ask, EVERY_MS);
  };

  button?.addEventListener("click", async (event) => {
    event.preventDefault();
    const token = form.querySelector("[name=csrf_token]")?.value ?? "";
    const answer = await fetch(place.dataset.begin, {
      method: "POST",
      body: new URLSearchParams({ csrf_token: token }),
      credentials: "same-origin",
      redirect: "manual",
      headers: { Accept: "application/json", "X-CSRFToken": token },
    }).catch(() => null);
    const told = answer?.ok ? await answer.json().catch(() => null) : null;
    if (!told) return form.requestSubmit(button);
    code.innerHTML = told.part;
    begin();
  });
  if (code.firstElementChild) begin();
}
