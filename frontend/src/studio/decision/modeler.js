// dmn-js with what we edit: the drawing of decisions, tables, and expressions. Boxed expressions stay as they are in the
// file and are not opened.
import DecisionTableEditor from 'dmn-js-decision-table/lib/Editor';
import DrdModeler from 'dmn-js-drd/lib/Modeler';
import LiteralExpressionEditor from 'dmn-js-literal-expression/lib/Editor';
import EditingManager from 'dmn-js-shared/lib/base/EditingManager';
import { is } from 'dmn-js-shared/lib/util/ModelUtil';

export const VIEWS = { drd: 'drd', table: 'decisionTable', expression: 'literalExpression' };

export class Modeler extends EditingManager {
  _getViewProviders() {
    return [
      { id: VIEWS.drd, constructor: DrdModeler, opens: 'dmn:Definitions' },
      { id: VIEWS.table, constructor: DecisionTableEditor, opens: decides('dmn:DecisionTable') },
      { id: VIEWS.expression, constructor: LiteralExpressionEditor, opens: decides('dmn:LiteralExpression') }
    ];
  }

  // A file of one decision opens with its table.
  _getInitialView(views) {
    const decisions = views.filter((view) => view.type !== VIEWS.drd);
    return decisions[0] ?? views[0];
  }
}

function decides(type) {
  return (element) => is(element, 'dmn:Decision') && is(element.decisionLogic, type);
}

/** A modeler in `container` that speaks by `translate(template, replacements)`. */
export function modelerIn(container, translate) {
  const additionalModules = [ { translate: [ 'value', translate ] } ];
  const options = { additionalModules };
  return new Modeler({
    container,
    [VIEWS.drd]: { ...options, drillDown: { enabled: true } },
    [VIEWS.table]: options,
    [VIEWS.expression]: options
  });
}
