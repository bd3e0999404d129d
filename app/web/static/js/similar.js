// Shows cases that may be about the same while a report is typed. Without it the form's button does.
// <div data-module="similar" data-src="/laporan/baru/serupa?key=…" role="status"> inside the form
const PAUSE_MS = 1200;

export default function similar(place) {
  const form = place.closest("form");
  let timer = 0;
  let sent = "";
  let asked = 0;
  const ask = async () => {
    const typed = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    const token = typed.get("csrf_token") ?? "";
    if (typed.toString() === sent) return;
    sent = typed.toString();
    asked += 1;
    const mine = asked;
    const answer = await fetch(place.dataset.src, {
      method: "POST",
      body: typed,
      credentials: "same-origin",
      redirect: "manual", // to the sign-in page: status 0
      headers: { Accept: "application/json", "X-CSRFToken": token },
    }).catch(() => null);
    if (!answer?.ok || mine !== asked) return;
    const { part } = await answer.json().catch(() => ({}));
    if (part !== undefined && place.innerHTML !== part) place.innerHTML = part;
  };
  form.addEventListener("input", ({ target }) => {
    if (place.contains(target)) return; // an answer to them: drawn anew, it would lose the focus
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });
  // A draft that is taken up again, or a letter; not where the server has just told them.
  const texts = [...form.querySelectorAll("textarea, input[type=text]")];
  if (place.childElementCount === 0 && texts.some((text) => text.value.trim())) ask();
}
