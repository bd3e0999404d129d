"""The bpmn.io tools in an embedded V8, the only package that imports py_mini_racer."""
