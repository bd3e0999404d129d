// The editor of a form in the studio. Everything but the frame of its preview is ordinary page; it sets no styles and
// needs no looser policy.
//
//   <div data-module="studio-form" data-src="/studio/7/berkas/x.form" data-file="x.form" data-language="id"
//        data-check="/studio/7/periksa" data-preview="/studio/7/pratinjau" data-usage="/studio/7/formulir/x.form/pembaca.json"
//        data-rename="/studio/7/formulir/x.form/ganti-nama" data-sign-in="/masuk">
import './studio/studio.css';
import { Editor } from './studio/form/editor.js';
import './studio/form/form.css';

for (const place of document.querySelectorAll('[data-module~="studio-form"]')) {
  const editor = new Editor(place);
  place.studio = { editor }; // for tests and for the console
  editor.open();
}
