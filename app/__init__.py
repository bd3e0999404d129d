"""Alur: a government procedure that runs straight from its BPMN diagram."""
