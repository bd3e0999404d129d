// Passkeys: what the server asks is put to the browser, its answer goes back with the form. Loaded only where one signs
// in, and on the page of the second step. The forms are hidden until it is known that the browser can do it.
//
//   <form method="post" data-passkey="get" data-ask="/masuk/kunci/tantangan" hidden>   what to ask is fetched
//   <form method="post" data-passkey="create" data-options="{…}">                      what to ask stands there
//     <input type="hidden" name="sealed"> <input type="hidden" name="answer">
//     <p role="status" data-refused="…" data-failed="…"></p>
for (const form of document.querySelectorAll("form[data-passkey]")) start(form);

function start(form) {
  if (!window.PublicKeyCredential || !navigator.credentials) {
    form.querySelector("[data-missing]")?.removeAttribute("hidden");
    return;
  }
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!form.hasAttribute("aria-busy")) answer(form);
  });
}

async function answer(form) {
  const status = form.querySelector("[role=status]");
  form.setAttribute("aria-busy", "true");
  status.textContent = "";
  try {
    const made = form.dataset.passkey === "create" ? await create(form) : await get(form);
    form.elements.answer.value = JSON.stringify(made);
    form.submit();
  } catch (error) {
    form.removeAttribute("aria-busy");
    status.textContent = error.words ?? (error.name === "NotAllowedError" ? status.dataset.refused : status.dataset.failed);
  }
}

async function create(form) {
  const asked = JSON.parse(form.dataset.options);
  const options = {
    ...asked,
    challenge: bytes(asked.challenge),
    user: { ...asked.user, id: bytes(asked.user.id) },
    excludeCredentials: named(asked.excludeCredentials),
  };
  return spoken(await navigator.credentials.create({ publicKey: options }));
}

async function get(form) {
  const asked = await fetched(form);
  const options = { ...asked, challenge: bytes(asked.challenge), allowCredentials: named(asked.allowCredentials) };
  return spoken(await navigator.credentials.get({ publicKey: options }));
}

async function fetched(form) {
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  const reply = await fetch(form.dataset.ask, { method: "POST", body, headers: { Accept: "application/json" } });
  const told = await reply.json();
  if (!reply.ok) throw Object.assign(new Error("refused"), { words: told.error });
  form.elements.sealed.value = told.sealed;
  return JSON.parse(told.options);
}

const named = (list) => (list ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

// As JSON; browsers have a method for it only of late.
function spoken({ id, rawId, type, response, authenticatorAttachment }) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const told = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
  return { id, rawId: text(rawId), type, authenticatorAttachment, response: Object.fromEntries(told) };
}

function bytes(base64url) {
  const plain = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
