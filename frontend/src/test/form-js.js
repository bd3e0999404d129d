// form-js itself, for the test that compares our forms with it. Never shipped.
export { Form } from '@bpmn-io/form-js-viewer';
