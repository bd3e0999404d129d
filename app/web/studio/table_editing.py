"""What the editor of tables asks for: a decision tried as it stands there. `editors` gives the addresses."""

from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify, render_template
from werkzeug.exceptions import BadRequest

from app.base.errors import InvalidDiagram, NotFound
from app.services.definitions import table_trials
from app.services.studio import tables
from app.web import context, errors
from app.web.definitions import trials
from app.web.definitions.definitions import policy
from app.web.studio.requests import json_object


def try_table(draft_id: int, name: str) -> Response:
    """Try a decision as it stands in the editor: what is asked, what comes out, what the table leaves out.

    ``inputs``: text by variable, null to only ask. Nothing is stored.
    """
    sent = json_object()
    text, wanted, inputs = sent.get("content"), sent.get("decision", ""), sent.get("inputs")
    if not isinstance(text, str) or not (inputs is None or isinstance(inputs, dict)):
        raise BadRequest
    with context.database().reading() as session:
        forms = tables.forms_of(session, draft_id, actor=context.actor()).values()
        try:
            found = tables.decisions_in(text.encode(), name)
            decision = tables.chosen(found, str(wanted))
        except (InvalidDiagram, NotFound) as error:
            return jsonify({"message": errors.tell_error(error), "decisions": []})
        given = None if inputs is None else {str(key): str(value) for key, value in inputs.items()}
        trial = table_trials.tried(session, decision, forms, given)
    coverage = table_trials.coverage(decision, forms)
    words = {"trial": trial, "decision": decision, "shown": trials.shown, "policies": policy}
    offer = trials.button_for(trial.asked)
    return jsonify(
        {
            "decision": decision.id,
            "decisions": [{"id": one.id, "name": one.name} for one in found],
            "html": render_template("studio/trial.html", **words, coverage=coverage, offer=offer),
            "rules": _marked(trial.steps),
            "gaps": sum(gap.is_certain for gap in coverage.gaps),
        }
    )


def _marked(steps: Sequence[Any]) -> list[dict[str, Any]]:
    """What became of each rule, for the editor to mark: by decision and rule, with what each cell said."""
    return [
        {
            "decision": step.decision.id,
            "rule": rule.id,
            "outcome": rule.outcome,
            "cells": [cell.answer for cell in rule.cells],
        }
        for step in steps
        for rule in step.rules
    ]
