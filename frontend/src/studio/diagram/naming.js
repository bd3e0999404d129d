// Ids are words: an element that gets its first name gets the id that says it, as "telaahan_lanjutan". Cases, history
// and reports name elements by id, so one that has words keeps it when its name changes.
import CommandInterceptor from 'diagram-js/lib/command/CommandInterceptor';

import { isGenerated, slug } from './ids.js';

const RESERVED = new Set([ 'start', 'end', 'root' ]); // the engine's own, some of them fatal
const NAMED = [ 'bpmn:FlowNode', 'bpmn:SequenceFlow', 'bpmn:Lane', 'bpmn:Participant' ];
const COMMANDS = [ 'shape.create', 'connection.create', 'element.updateProperties', 'element.updateLabel' ];

export class Naming extends CommandInterceptor {
  static $inject = [ 'eventBus', 'modeling', 'elementRegistry', 'canvas' ];

  constructor(eventBus, modeling, elementRegistry, canvas) {
    super(eventBus);
    Object.assign(this, { modeling, elementRegistry, canvas });
    this.postExecuted(COMMANDS, 100, ({ context }) => this.name(context.element ?? context.shape ?? context.connection));
  }

  name(element) {
    const shape = element?.labelTarget ?? element;
    const bo = shape?.businessObject;
    if (bo && !bo.name) return this.nameFlow(shape);
    if (!bo || !NAMED.some((type) => bo.$instanceOf?.(type)) || !isGenerated(bo.id)) return;
    this.identify(shape, slug(bo.name));
  }

  /** Give an element the id of these words, or one like it that is free; its box in the drawing and flows follow. */
  identify(shape, words) {
    const id = this.free(words);
    if (!id) return;
    this.modeling.updateProperties(shape, { id });
    if (shape.di?.id) this.modeling.updateModdleProperties(shape, shape.di, { id: `${id}_di` });
    for (const flow of [ ...shape.incoming ?? [], ...shape.outgoing ?? [] ]) this.nameFlow(flow);
  }

  // "penyaluran_ke_telaahan", once both have words.
  nameFlow(flow) {
    const ends = [ flow.source, flow.target ].map((one) => one?.businessObject.id);
    if (flow.type !== 'bpmn:SequenceFlow' || !isGenerated(flow.id) || ends.some((id) => !id || isGenerated(id))) return;
    this.identify(flow, ends.join('_ke_'));
  }

  /** The words as an id that nothing else has; "" for none. */
  free(words) {
    if (!words) return '';
    const start = RESERVED.has(words) ? `${words}_1` : words;
    let id = start;
    for (let n = 2; this.taken(id); n++) id = `${start}_${n}`;
    return id;
  }

  taken(id) {
    return Boolean(this.elementRegistry.get(id)) || (this.ids()?.assigned(id) ?? false);
  }

  ids() {
    return this.canvas.getRootElement()?.businessObject?.$model?.ids;
  }
}
