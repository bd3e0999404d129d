// bpmn-js as Camunda Modeler draws with it, in its own letters, for the test of the names in shipped diagrams.
import Viewer from 'bpmn-js/lib/Viewer';

window.Viewer = Viewer;
