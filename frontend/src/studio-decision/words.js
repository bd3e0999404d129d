// The words of the editor of tables, and dmn-js's own in Indonesian.
import { dmnInIndonesian } from './dmn-id.js';

const WORDS = {
  id: {
    views: 'Keputusan dalam berkas ini',
    drawing: 'Gambar',
    board: 'Tabel keputusan',
    row: 'Baris',
    aside: 'Coba, celah, dan temuan',
    broken: 'Berkas ini tidak dapat dibuka sebagai tabel: {message} Isinya tidak diubah; unduh draf ini untuk memperbaikinya.',
    findings: 'Temuan pemeriksaan ({count})',
    'findings.none': 'Tidak ada temuan pada berkas ini.',
    'findings.others': '{count} temuan lain ada pada berkas lain draf ini.',
    'findings.go': 'Tunjukkan: {name}',
    'severity.error': 'Galat',
    'severity.warning': 'Peringatan',
    'severity.info': 'Keterangan',
    'try.failed': 'Server tidak terjangkau; hasil di bawah ini dari sebelum perubahan terakhir.',
    'try.kept': 'Masukan yang pernah dicoba ({count})',
    'try.forget': 'Lupakan semuanya',
    'save.idle': 'Tersimpan',
    'save.dirty': 'Belum tersimpan',
    'save.saving': 'Menyimpan…',
    'save.saved': 'Tersimpan {time}',
    'save.failed': 'Belum tersimpan: server tidak terjangkau. Dicoba lagi {seconds} detik lagi; jangan tutup halaman ini.',
    'save.refused': 'Belum tersimpan: {message}',
    'save.signedOut': 'Belum tersimpan: sesi Anda berakhir. Masuk lagi di tab lain; yang Anda ubah tetap di sini dan disimpan sesudahnya.',
    'save.signIn': 'Masuk lagi',
    'save.gone': 'Belum tersimpan: draf ini sudah dibuang atau diterbitkan.',
    'save.conflict': 'Belum tersimpan: orang lain sudah menyimpan tabel ini.',
    'save.compare': 'Bandingkan',
    'conflict.title': 'Tabel ini sudah disimpan orang lain',
    'conflict.text': '{name} menyimpan pada {at}, sesudah Anda mulai. Tidak ada yang ditimpa. Pilih versi yang diteruskan; yang berbeda ditandai.',
    'conflict.somebody': 'Orang lain',
    'conflict.theirs': 'Milik {name}',
    'conflict.mine': 'Milik Anda, belum tersimpan',
    'conflict.later': 'Putuskan nanti',
    'conflict.take': 'Ambil milik {name}, buang milik saya',
    'conflict.keep': 'Ganti dengan milik saya',
    'conflict.download': 'Unduh milik saya'
  },
  en: {
    views: 'Decisions in this file',
    drawing: 'Drawing',
    board: 'Decision table',
    row: 'Row',
    aside: 'Try, gaps and findings',
    broken: 'This file cannot be opened as a table: {message} Its content is not changed; download the draft to repair it.',
    findings: 'Findings of the check ({count})',
    'findings.none': 'Nothing was found in this file.',
    'findings.others': '{count} more findings are in other files of this draft.',
    'findings.go': 'Show: {name}',
    'severity.error': 'Error',
    'severity.warning': 'Warning',
    'severity.info': 'Note',
    'try.failed': 'The server cannot be reached; the result below is from before the last change.',
    'try.kept': 'Inputs tried before ({count})',
    'try.forget': 'Forget them all',
    'save.idle': 'Saved',
    'save.dirty': 'Not saved yet',
    'save.saving': 'Saving…',
    'save.saved': 'Saved {time}',
    'save.failed': 'Not saved: the server cannot be reached. Next try in {seconds} seconds; do not close this page.',
    'save.refused': 'Not saved: {message}',
    'save.signedOut': 'Not saved: your session has ended. Sign in again in another tab; what you changed stays here and is saved afterwards.',
    'save.signIn': 'Sign in again',
    'save.gone': 'Not saved: this draft was discarded or published.',
    'save.conflict': 'Not saved: somebody else has saved this table.',
    'save.compare': 'Compare',
    'conflict.title': 'Somebody else has saved this table',
    'conflict.text': '{name} saved at {at}, after you began. Nothing was overwritten. Choose which version goes on; what differs is marked.',
    'conflict.somebody': 'Somebody else',
    'conflict.theirs': 'Of {name}',
    'conflict.mine': 'Yours, not saved yet',
    'conflict.later': 'Decide later',
    'conflict.take': 'Take that of {name}, drop mine',
    'conflict.keep': 'Replace it with mine',
    'conflict.download': 'Download mine'
  }
};

/** Texts of dmn-js that were asked for in Indonesian and are not in our list. */
export const missing = new Set();

/** A function that says one of our words, with what belongs into its {places}. */
export function speaking(language) {
  const words = WORDS[language] ?? WORDS.id;
  return (key, given = {}) => filled(words[key] ?? key, given);
}

/** dmn-js's `translate`. */
export function translating(language) {
  if (language === 'en') return filled;
  return (template, given = {}) => {
    if (!(template in dmnInIndonesian)) missing.add(template);
    return filled(dmnInIndonesian[template] ?? template, given);
  };
}

function filled(template, given = {}) {
  return template.replace(/\{\s*(\w+)\s*\}/g, (whole, name) => (given && name in given ? given[name] : whole));
}
