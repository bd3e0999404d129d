"""The specification is made from the code, and answers keep to it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.base.config import Config
from app.base.db import Database
from app.web import create_app
from app.web.api.examples import COMPLETE, MESSAGE, START
from app.web.api.schemas.instances import Message, Start
from app.web.api.schemas.tasks import Complete
from tests.reports import answers_for
from tests.web.conftest import Api, Browser, Case

OPERATIONS = {
    "POST /deployments",
    "GET /deployments/proposals",
    "POST /deployments/proposals/{proposal_id}/approve",
    "POST /deployments/proposals/{proposal_id}/reject",
    "GET /process-definitions",
    "GET /process-definitions/{definition_id}",
    "GET /process-definitions/{definition_id}/xml",
    "POST /process-instances",
    "GET /process-instances",
    "GET /process-instances/{instance_id}",
    "GET /process-instances/{instance_id}/variables",
    "GET /process-instances/{instance_id}/history",
    "GET /process-instances/{instance_id}/diagram.svg",
    "DELETE /process-instances/{instance_id}",
    "POST /process-instances/{instance_id}/reopen",
    "GET /tasks",
    "GET /tasks/{task_id}",
    "POST /tasks/{task_id}/claim",
    "POST /tasks/{task_id}/release",
    "POST /tasks/{task_id}/complete",
    "POST /tasks/{task_id}/undo",
    "POST /messages",
    "POST /jobs/activate",
    "POST /jobs/{job_id}/complete",
    "POST /jobs/{job_id}/fail",
    "POST /jobs/{job_id}/error",
    "POST /jobs/{job_id}/extend",
    "POST /files",
    "GET /incidents",
    "POST /incidents/{incident_id}/retry",
}
Spec = dict[str, Any]
JSON = "application/json"


@pytest.fixture
def spec(api: Callable[[str], Api]) -> Spec:
    response = api("auditor").get("/openapi.json")
    assert (response.status_code, response.mimetype) == (200, "application/json")
    found: Spec = response.json
    return found


def operations(spec: Spec) -> Iterator[tuple[str, str, Spec]]:
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            if method != "parameters":
                yield method.upper(), path.removeprefix("/api/v1"), operation


def test_the_specification_is_for_who_is_signed_in_or_sends_a_token(
    client: FlaskClient, sign_in: Callable[[str], Browser], config: Config, office: Database
) -> None:
    path = "/api/v1/openapi.json"
    assert client.get(path).status_code == 401
    assert client.get(path, headers={"Authorization": "Bearer nix"}).status_code == 401
    assert sign_in("lapor").get(path).status_code == 200
    opened = create_app(replace(config, open_api_docs=True), office).test_client()
    assert opened.get(path).status_code == 200


def test_the_specification_names_every_operation_and_no_page(spec: Spec) -> None:
    assert spec["openapi"] == "3.1.0"
    assert {f"{method} {path}" for method, path, _operation in operations(spec)} == OPERATIONS
    assert all(path.startswith("/api/v1/") for path in spec["paths"])


def test_every_operation_says_what_it_does_and_how_it_refuses(spec: Spec) -> None:
    for method, path, operation in operations(spec):
        assert operation["summary"], path
        assert {"401", "default"} <= set(operation["responses"]), path
        takes_key = any("IDEMPOTENCY" in str(parameter) for parameter in operation.get("parameters", []))
        assert takes_key is (method != "GET"), path
    problem = spec["components"]["responses"]["CONFLICT"]["content"]["application/problem+json"]
    assert problem["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert spec["security"] == [{"bearer": []}]
    assert spec["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_the_specification_says_where_the_api_is_and_sorts_its_operations_by_noun(spec: Spec) -> None:
    assert [server["url"] for server in spec["servers"]] == ["http://127.0.0.1:8000"]
    assert "`code`" in spec["info"]["description"]
    tags = {tag["name"]: tag["description"] for tag in spec["tags"]}
    assert all(tags.values())
    assert set(tags) == {tag for _method, _path, operation in operations(spec) for tag in operation["tags"]}
    assert not [name for name in tags if name.startswith("api-")]


def test_every_operation_has_a_name_of_its_own(spec: Spec) -> None:
    names = [operation["operationId"] for _method, _path, operation in operations(spec)]
    assert {"tasks_complete", "process_instances_start"} <= set(names)
    assert len(names) == len(set(names)) == len(OPERATIONS)


def test_a_default_is_one_of_the_choices(spec: Spec) -> None:
    chosen = [node for node in _nodes(spec) if "enum" in node and "default" in node]
    assert [node["default"] for node in chosen] == ["open"]
    assert all(node["default"] in node["enum"] for node in chosen)


def test_every_filter_of_a_list_says_what_it_is_compared_with(spec: Spec) -> None:
    for noun in ("tasks", "process-instances"):
        for one in spec["paths"][f"/api/v1/{noun}"]["get"]["parameters"]:
            assert one["name"] in {"limit", "instance_id"} or one["description"], one


def test_every_reference_leads_somewhere(spec: Spec) -> None:
    for reference in _references(spec):
        node: Any = spec
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_answers_keep_to_the_specification(spec: Spec, case: Case, api: Callable[[str], Api]) -> None:
    task, lapor = case.task("lapor"), api("lapor")
    definition = lapor.get("/process-definitions").json["items"][0]["id"]
    values = answers_for(task["activity_id"], case.report)
    for method, path, answer in (
        ("get", "/process-definitions", lapor.get("/process-definitions")),
        ("get", "/process-definitions/{definition_id}", lapor.get(f"/process-definitions/{definition}")),
        ("get", "/process-instances", lapor.get("/process-instances")),
        ("get", "/process-instances/{instance_id}", lapor.get(f"/process-instances/{case.id}")),
        ("get", "/process-instances/{instance_id}/history", lapor.get(f"/process-instances/{case.id}/history")),
        ("get", "/tasks", lapor.get("/tasks")),
        ("get", "/tasks/{task_id}", lapor.get(f"/tasks/{task['id']}")),
        ("post", "/tasks/{task_id}/claim", lapor.post(f"/tasks/{task['id']}/claim")),
        ("post", "/tasks/{task_id}/complete", lapor.post(f"/tasks/{task['id']}/complete", {"variables": values})),
        ("get", "/incidents", api("pemilik").get("/incidents")),
    ):  # fmt: skip
        documented = spec["paths"][f"/api/v1{path}"][method]["responses"][str(answer.status_code)]
        schema = documented["content"]["application/json"]["schema"]
        assert list(_departures(spec, schema, answer.json, path)) == []


#: (method, path, whether its body has an example, the answer that has one)
SHOWN = [
    ("post", "/process-instances", True, "201"),
    ("get", "/tasks", False, "200"),
    ("post", "/tasks/{task_id}/complete", True, "200"),
    ("post", "/messages", True, "200"),
]


@pytest.mark.parametrize(("method", "path", "sent", "answered"), SHOWN)
def test_what_programs_need_most_has_examples(
    spec: Spec, method: str, path: str, sent: bool, answered: str
) -> None:
    operation = spec["paths"][f"/api/v1{path}"][method]
    assert ("example" in operation.get("requestBody", {}).get("content", {}).get(JSON, {})) is sent
    assert operation["responses"][answered]["content"][JSON]["example"]


def test_every_example_is_what_its_schema_says(spec: Spec) -> None:
    bodies = [node for node in _nodes(spec) if "example" in node and "schema" in node]
    assert len(bodies) == 7 + 6  # those above, and the problems
    for body in bodies:
        shown = str(body["example"])
        assert list(_departures(spec, body["schema"], body["example"], shown, whole=False)) == []


def test_an_example_of_a_request_is_one_that_is_read() -> None:
    for schema, example in ((Start, START), (Complete, COMPLETE), (Message, MESSAGE)):
        assert schema().load(example).items() >= example.items()


def test_a_refusal_is_shown_as_it_is_answered(spec: Spec, case: Case, api: Callable[[str], Api]) -> None:
    answers = {
        "UNAUTHORIZED": case.api("lapor").client.get("/api/v1/tasks"),
        "NOT_FOUND": api("lapor").get("/process-instances/999"),
        "UNPROCESSABLE_ENTITY": api("lapor").post(f"/tasks/{case.task('lapor')['id']}/complete", {}),
    }
    for name, answer in answers.items():
        shown = spec["components"]["responses"][name]["content"]["application/problem+json"]["example"]
        assert shown.keys() == answer.json.keys()
        same = ("type", "code", "title", "status")
        assert [shown[member] for member in same] == [answer.json[member] for member in same]


def test_only_a_reporters_code_may_be_missing_from_a_case_that_was_started(spec: Spec) -> None:
    started = spec["components"]["schemas"]["StartedInstance"]
    assert started["properties"].keys() - set(started["required"]) == {"tracking_code"}


def test_what_departs_from_a_schema_is_noticed(spec: Spec) -> None:
    task = {"$ref": "#/components/schemas/Task"}
    assert list(_departures(spec, task, {"id": 1, "nix": 2}, ""))


def _nodes(node: Any) -> Iterator[Spec]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    for inner in node if isinstance(node, list) else ():
        yield from _nodes(inner)


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        node = list(node.values())
    for inner in node if isinstance(node, list) else ():
        yield from _references(inner)


_TYPES: dict[str, type] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": type(None),
}


def _departures(spec: Spec, schema: Spec, value: Any, where: str, *, whole: bool = True) -> Iterator[str]:
    """Where a value is not what the schema says; properties are complete, and none is extra.

    Not ``whole``: a request or a problem, where what is not required may be missing.
    """
    while "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    if "anyOf" in schema:
        if all(list(_departures(spec, choice, value, where, whole=whole)) for choice in schema["anyOf"]):
            yield f"{where}: {value!r}"
        return
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not isinstance(value, tuple(_TYPES[kind] for kind in kinds)):
        yield f"{where}: {value!r} is no {kinds}"
    elif isinstance(value, dict) and "properties" in schema:
        known, required = schema["properties"].keys(), set(schema.get("required", ()))
        if whole:
            yield from (f"{where}.{name} is not promised" for name in value.keys() - required)
        for name in value.keys() ^ known if whole else (value.keys() - known) | (required - value.keys()):
            yield f"{where}.{name}"
        for name in value.keys() & known:
            inner = schema["properties"][name]
            yield from _departures(spec, inner, value[name], f"{where}.{name}", whole=whole)
    elif isinstance(value, list):
        for item in value:
            yield from _departures(spec, schema["items"], item, f"{where}[]", whole=whole)
    elif value not in schema.get("enum", [value]):
        yield f"{where}: {value!r} is none of {schema['enum']}"
