// The diagram editor of the studio:
//
//   <div data-module="studio-diagram" data-src="/studio/7/berkas/x.bpmn" data-file="x.bpmn" data-language="id"
//        data-check="/studio/7/periksa" data-facts="/studio/7/bahan.json" data-deadline="/studio/7/tenggat"
//        data-form-editor="/studio/7/formulir/{name}" data-table-editor="/studio/7/tabel/{name}" data-sign-in="/masuk"></div>
import './studio/nonce.js';

import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';
import './studio/studio.css';
import { mount } from './studio/diagram/app.jsx';
import { Editor } from './studio/diagram/editor.js';
import { repairOf } from './studio/diagram/repairs.js';
import { missing } from './studio/words/index.js';
import './studio/diagram/diagram.css';

for (const place of document.querySelectorAll('[data-module~="studio-diagram"]')) {
  const editor = new Editor(place.dataset);
  place.textContent = '';
  mount(place, editor);
  place.studio = { editor, missing, repairOf }; // for tests and for the console
}
