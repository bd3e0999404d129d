// Two people saved one file: both versions, what differs in words, and who decides. Nothing is thrown away: the other
// version is taken as a step that can be taken back, one's own can be downloaded.
import { h } from './dom.js';

export function showConflict({ t, file, mine, theirs, differences, takeTheirs, keepMine }) {
  const when = new Date(theirs.saved_at).toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit' });
  const close = (act) => () => { dialog.close(); act(); };
  const body = differences.length
    ? h('ul', { class: 'form-editor__list' }, differences.map((one) => h('li', {}, one)))
    : h('p', {}, t('Isinya berbeda hanya dalam penulisan.'));
  const side = (title, text) => h('div', {}, h('h3', { class: 'strong' }, title), h('pre', { class: 'form-editor__text', tabindex: '0', 'aria-label': title }, text));
  const dialog = h('dialog', { class: 'dialog form-editor__dialog', 'aria-labelledby': 'conflict-title', onclose: () => dialog.remove() },
    h('h2', { id: 'conflict-title', class: 'section__title' }, t('{file} disimpan orang lain lebih dulu', { file })),
    h('p', {}, t('{name} menyimpannya pukul {when}. Ubahan Anda belum disimpan, dan tidak ada yang ditimpa.', { name: theirs.saved_by, when })),
    body,
    h('details', { class: 'disclosure' }, h('summary', {}, t('Lihat kedua versi')),
      h('div', { class: 'form-editor__sides' }, side(t('Versi Anda'), mine), side(t('Versi {name}', { name: theirs.saved_by }), theirs.content))),
    h('div', { class: 'actions' },
      h('button', { type: 'button', class: 'button button--primary', onclick: close(takeTheirs) }, t('Pakai versi {name}', { name: theirs.saved_by })),
      h('button', { type: 'button', class: 'button', onclick: close(keepMine) }, t('Simpan versi saya di atasnya')),
      h('button', { type: 'button', class: 'button button--link', onclick: () => download(file, mine) }, t('Unduh versi saya'))));
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

export function download(file, text) {
  const link = h('a', { href: URL.createObjectURL(new Blob([ text ], { type: 'application/json' })), download: file });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// What differs between two forms, by component: "Kategori: label, wajib".
export function differencesOf(mine, theirs, { t, titleOf }) {
  const parts = (text) => {
    const found = new Map();
    const walk = (list) => list.forEach((part) => { found.set(part.id ?? part.key, part); walk(part.components ?? []); });
    try { walk(JSON.parse(text).components ?? []); } catch { /* told as a difference of the whole */ }
    return found;
  };
  const [ own, other ] = [ parts(mine), parts(theirs) ];
  const lines = [];
  for (const [ id, part ] of own) {
    if (!other.has(id)) {
      lines.push(t('Hanya dalam versi Anda: {name}', { name: titleOf(part, t) }));
      continue;
    }
    const names = [ ...new Set([ ...Object.keys(part), ...Object.keys(other.get(id)) ]) ];
    const changed = names.filter((name) => name !== 'components' && JSON.stringify(part[name]) !== JSON.stringify(other.get(id)[name]));
    if (changed.length) {
      lines.push(t('{name} berbeda: {what}', { name: titleOf(part, t), what: changed.join(', ') }));
    }
  }
  for (const [ id, part ] of other) {
    if (!own.has(id)) {
      lines.push(t('Hanya dalam versi lain: {name}', { name: titleOf(part, t) }));
    }
  }
  return lines;
}
