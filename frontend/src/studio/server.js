// What the editors ask of the server: a file of the draft, what is found in it, answers in JSON.

/** Headers of every request that changes something. */
export function writing(headers = {}) {
  return { Accept: 'application/json', 'X-CSRFToken': token(document), ...headers };
}

/** The token against forged requests that a page carries. */
export function token(root) {
  return root.querySelector('meta[name="csrf-token"]')?.content ?? root.querySelector('[name=csrf_token]')?.value ?? '';
}

/** Send an object; the promise holds with whatever is answered, and fails without a connection. */
export function post(url, sent, { signal } = {}) {
  return fetch(url, {
    method: 'POST',
    body: JSON.stringify(sent),
    credentials: 'same-origin',
    redirect: 'manual', // to the page for signing in
    signal,
    headers: writing({ 'Content-Type': 'application/json' })
  });
}

/** Return {revision, content} of a file as it is stored. */
export async function fetchFile(url) {
  const answer = await fetch(url, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(String(answer.status));
  const [ , revision ] = answer.headers.get('ETag').match(/(\d+)/);
  return { revision: Number(revision), content: await answer.text() };
}

/** Return what is found in the draft with these `files` (content by name) in place of the stored ones. */
export async function fetchFindings(url, files = {}, options = {}) {
  const answer = await post(url, { files }, options);
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).findings;
}
