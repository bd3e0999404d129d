// Tells twice a minute that this page of a task is open, and shows who else has it open.
// <p data-module="presence" data-src="/tugas/…/hadir" data-token role="status">
const EVERY_MS = 30000;

export default function presence(root) {
  const tell = async () => {
    if (!root.isConnected) return;
    if (!document.hidden) {
      const sent = { method: "POST", credentials: "same-origin", headers: { Accept: "application/json", "X-CSRFToken": root.dataset.token } };
      const answer = await fetch(root.dataset.src, sent).catch(() => null);
      if (answer?.ok && answer.headers.get("content-type")?.includes("json")) {
        const { words } = await answer.json();
        if (root.textContent !== words) root.textContent = words;
        root.hidden = !words;
      } else if (answer && answer.status < 500) return; // signed out, gone
    }
    setTimeout(tell, EVERY_MS);
  };
  tell();
}
