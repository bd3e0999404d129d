// bpmn-js's modeler with what the studio adds to it.
import MinimapModule from 'diagram-js-minimap';
import Modeler from 'bpmn-js/lib/Modeler';
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import zeebe from 'zeebe-bpmn-moddle/resources/zeebe.json';

import indonesian from '../words/bpmn-id.js';
import { translation } from '../words/index.js';
import { SharedClipboard } from './clipboard.js';
import { Composing } from './composing.js';
import { LaneKeeper } from './lanes.js';
import { Menus } from './menus.js';
import { Naming } from './naming.js';
import spiffworkflow from './spiffworkflow.json';
import { Vocabulary } from './vocabulary.js';

const DIALECTS = { zeebe, camunda, spiffworkflow };

/** Colours come from the board, which has the kit's light ones in the dark as well. */
export const LOOKS = {
  defaultFillColor: 'var(--paper)',
  defaultStrokeColor: 'var(--ink)',
  defaultLabelColor: 'var(--ink)'
};

/** The words of one modeler; Camunda 7's and 8's exclude each other. What is in others' is kept as it stands. */
export function dialect(vocabulary) {
  return { [vocabulary]: DIALECTS[vocabulary] };
}

export function createModeler(container, { language, words, vocabulary }) {
  return new Modeler({
    container,
    words,
    dialect: vocabulary,
    moddleExtensions: dialect(vocabulary),
    bpmnRenderer: LOOKS,
    // The letters themselves, not var(--font): a canvas measures the names.
    textRenderer: { defaultStyle: { fontFamily: getComputedStyle(container).fontFamily } },
    minimap: { open: false },
    additionalModules: [
      CreateAppendAnythingModule,
      MinimapModule,
      { translate: [ 'value', translation(language, indonesian) ] },
      {
        __init__: [ 'composing', 'laneKeeper', 'naming', 'menus', 'vocabulary' ],
        clipboard: [ 'type', SharedClipboard ],
        composing: [ 'type', Composing ],
        laneKeeper: [ 'type', LaneKeeper ],
        menus: [ 'type', Menus ],
        naming: [ 'type', Naming ],
        vocabulary: [ 'type', Vocabulary ]
      }
    ]
  });
}
