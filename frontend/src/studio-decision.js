// The editor of decision tables of the studio, with a tester beside it:
//
//   <div data-module="studio-decision" data-src="/studio/7/berkas/x.dmn" data-file="x.dmn" data-draft="7"
//        data-language="id" data-tester="/studio/7/tabel/x.dmn/coba" data-check="/studio/7/periksa" data-sign-in="/masuk">
import './studio/nonce.js';

import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn.css';
import './studio/studio.css';
import { Editor } from './studio/decision/editor.js';
import { missing } from './studio/words/index.js';
import './studio/decision/decision.css';

for (const place of document.querySelectorAll('[data-module~="studio-decision"]')) {
  const editor = new Editor(place);
  place.studio = { editor, missing }; // for tests and for the console
  editor.open();
}
