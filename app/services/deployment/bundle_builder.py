"""Put together what a deployment would store: each diagram with the forms and tables it names, checked."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

from sqlalchemy.orm import Session

from app import forms
from app.base.errors import InvalidDiagram
from app.engine import decisions
from app.engine.diagram import Diagram, Flow, Lane, Node
from app.engine.reading import call_activities, reader
from app.engine.reading.texts import form_data
from app.findings import Finding, errors_first, has_errors, without_repeats
from app.forms import Form
from app.models import ProcessDefinition
from app.services.definitions import definitions
from app.services.deployment import checks, lane_groups, same_process, scenario_files, wait_checks
from app.services.deployment.bundle import Bundle
from app.services.deployment.lane_groups import Plan, Staffing

_Part = Node | Flow | Lane


@dataclass(frozen=True)
class _Sent:
    """A process that came with a deployment, and the file that holds it."""

    diagram: Diagram
    xml: bytes
    file: str


class _Library(Mapping[str, Diagram]):
    """Diagrams by key, as drawn: what they call themselves is not in them yet."""

    def __init__(self, sent: Mapping[str, _Sent], live: Iterable[ProcessDefinition]) -> None:
        self._live = {definition.key: definition for definition in live}
        self._xml = {
            key: next(f.resource.content for f in definition.files if f.kind == "bpmn")
            for key, definition in self._live.items()
        }
        self._xml |= {key: one.xml for key, one in sent.items()}
        self._read = {key: one.diagram for key, one in sent.items()}
        self._file = {key: one.file for key, one in sent.items()}

    def xml(self, key: str) -> bytes:
        """The file that holds the process."""
        return self._xml[key]

    def file(self, key: str) -> str:
        """That file's name: as it was sent, or as the version in force keeps it."""
        return self._file.get(key, f"{key}.bpmn")

    def kept(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Forms and tables of the versions in force of these processes (name → content); the first that has it."""
        found = dict[str, bytes]()
        for definition in (self._live[key] for key in keys if key in self._live):
            for file in definition.files:
                if file.kind in {"form", "dmn"}:
                    found.setdefault(file.name, file.resource.content)
        return found

    def own(self, key: str, name: str) -> bytes | None:
        """The content of the file of this name in the version in force of a process."""
        files = self._live[key].files if key in self._live else ()
        return next((file.resource.content for file in files if file.name == name), None)

    def holders(self, name: str, content: bytes) -> list[str]:
        """What the processes are called whose versions in force hold a file of this name and content."""
        return [one.name for key, one in self._live.items() if self.own(key, name) == content]

    def placed(self, findings: Iterable[Finding], diagram: Diagram, file: str) -> list[Finding]:
        """Findings of the process read from ``file``, each with the file that its line and element are drawn in.

        ``diagram``: the process with all that it calls inside it.
        """
        parts: list[_Part] = [*diagram.lanes, *diagram.flows, *diagram.nodes.values()]
        elements = {part.id: part for part in parts}
        return without_repeats(
            one if one.file else self._placed(one, elements.get(one.element_id or ""), file)
            for one in findings
        )

    def _placed(self, finding: Finding, element: _Part | None, file: str) -> Finding:
        origin = element.origin if element else None
        if origin is None:
            return replace(finding, file=file)
        nameless = finding.element_name == finding.element_id
        drawn_in = self.file(origin.process)
        return replace(
            finding,
            element_id=origin.id,
            element_name=origin.id if nameless else finding.element_name,
            file=drawn_in,
            caller=file if file != drawn_in else None,
        )

    def __getitem__(self, key: str) -> Diagram:
        """The diagram with this key; one in force with errors that today's reader finds among its findings.

        Raises:
            InvalidDiagram: it is in force, and its file cannot be read.
        """
        if key not in self._read:
            self._read[key] = definitions.stored_process(self._xml[key], key)
        return self._read[key]

    def __contains__(self, key: object) -> bool:
        """Whether it is known; nothing is read for that."""
        return key in self._xml

    def __iter__(self) -> Iterator[str]:
        """The keys."""
        return iter(self._xml)

    def __len__(self) -> int:
        """How many."""
        return len(self._xml)


_NOTHING: Mapping[str, bytes] = MappingProxyType({})


@dataclass
class _Upload:
    """The files of a deployment, read."""

    diagrams: dict[str, tuple[Diagram, ...]] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    tables: dict[str, tuple[decisions.Decision, ...]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    scenarios: dict[str, bytes] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    beside: Mapping[str, bytes] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)  # what could not be read


@dataclass(frozen=True)
class Collected:
    """What deploying some files would do, and what that was told from.

    ``findings``: everything found, errors first. ``live``: the versions in force, with their files. ``plan``: what
    becomes of the groups; None without a database, as ``staffing``.
    """

    bundles: list[Bundle]
    findings: list[Finding]
    live: Sequence[ProcessDefinition] = ()
    staffing: Staffing | None = None
    plan: Plan | None = None


def collect(
    session: Session | None,
    files: Mapping[str, bytes],
    beside: Mapping[str, bytes] = _NOTHING,
    *,
    refuse_idle: bool = True,
    whole: bool = False,
) -> Collected:
    """Return the versions that deploying ``files`` would make, and everything found.

    ``beside``: good forms and tables at hand, for what a diagram names that was neither sent nor is carried over.
    ``session`` None finds what an empty database would: nothing is in force, and nobody works in any lane.
    ``refuse_idle``: forms and tables that no diagram uses are an error where nothing else was sent. ``whole``: all
    that belongs to the processes was sent, so scenarios that were not are gone; else they are carried over.
    """
    upload = _read(files, beside)
    live = definitions.live(session, files=True) if session is not None else ()
    sent = {
        d.key: _Sent(d, upload.contents[name], name) for name, found in upload.diagrams.items() for d in found
    }
    library = _Library(sent, live)
    sending = [
        _bundle(diagram, name, upload.contents[name], upload, library)
        for name, diagrams in upload.diagrams.items()
        for diagram in diagrams
    ]
    bundles = [*sending, *_users_of(session, upload, live, library)]
    _add_scenarios(upload, bundles, () if whole else live)
    findings = [*upload.findings, *_twice(upload)]
    if not has_errors(findings):
        findings += _unused(upload, bundles, "error" if refuse_idle and not bundles else "warning")
    findings += _of_tables_alone(upload, bundles)
    _mark_in_force(bundles, live)
    findings += _retired(session, bundles, live) if session is not None else []
    findings += same_process.check_new(sending, live, library)
    staffing = lane_groups.staffing(session) if session is not None else None
    plan = lane_groups.plan(staffing, bundles, live) if staffing is not None else None
    for number, bundle in enumerate(bundles):
        checks.check_bundle(session, bundle, plan)
        bundle.findings += wait_checks.check_waits(session, bundle, bundles, live)
        bundle.findings = library.placed(bundle.findings, bundle.diagram, bundle.file)
        told = tuple(library.placed(bundle.diagram.findings, bundle.diagram, bundle.file))
        bundle.diagram = replace(bundle.diagram, findings=told)
        found = [*told, *bundle.findings]
        if number >= len(sending) and bundle.in_force:  # it stays as it is, whatever is refused in it today
            found = [one for one in found if one.severity != "error"]
        findings += found
        bundle.findings += _of_files(upload, bundle)  # kept with the version, and told already
    found = errors_first(checks.without_guesses(without_repeats(findings)))
    return Collected(bundles, found, live, staffing, plan)


def _read(files: Mapping[str, bytes], beside: Mapping[str, bytes]) -> _Upload:
    upload = _Upload(beside=beside)
    for path, content in files.items():
        name = path.rsplit("/", 1)[-1]
        if upload.contents.setdefault(name, content) is not content:
            upload.findings.append(Finding("file_twice", "error", file=name, params={"file": name}))
            continue
        try:
            if name.endswith((".bpmn", ".bpmn20.xml", ".xml")):
                upload.diagrams[name] = reader.read_diagrams(content, file=name)
                upload.findings += checks.check_spelling(upload.diagrams[name], file=name)
            elif name.endswith(".dmn"):
                upload.tables[name] = decisions.read_decisions(content, file=name)
            elif name.endswith((".form", ".json")):
                upload.forms[name] = forms.load_form(content, file=name)
                upload.findings += upload.forms[name].findings
                upload.findings += forms.check_marks(upload.forms[name], content, file=name)
            elif scenario_files.is_scenario(name):
                upload.scenarios[name] = content
            else:
                upload.findings.append(Finding("file_unknown", "error", file=name))
        except InvalidDiagram as error:
            upload.findings += error.findings
            upload.broken.append(name)
    return upload


def _twice(upload: _Upload) -> list[Finding]:
    """Files that stand for the same thing: which of them is meant?"""
    named = [("process_twice", name, d.key) for name, found in upload.diagrams.items() for d in found]
    named += [("form_twice", name, definitions.form_key(name)) for name in upload.forms]
    named += [("decision_twice", name, table.id) for name, found in upload.tables.items() for table in found]
    first: dict[tuple[str, str], str] = {}
    return [
        Finding(code, "error", file=name, params={"key": key, "first": first[code, key]})
        for code, name, key in named
        if first.setdefault((code, key), name) != name
    ]


def _content(upload: _Upload, name: str, key: str) -> bytes:
    return next(content for path, content in upload.contents.items() if path in {name, f"{key}.json"})


def _bundle(diagram: Diagram, name: str, content: bytes, upload: _Upload, library: _Library) -> Bundle:
    inlined = call_activities.inline(diagram, library)
    bundle = Bundle(inlined.diagram, {f"{diagram.key}.bpmn": content}, file=name)
    bundle.files |= {f"{key}.called": library.xml(key) for key in inlined.used}
    bundle.findings += [checks.node_error(p.node, p.code, **p.params) for p in inlined.problems]
    for key in inlined.used:  # what is in force may hold what is refused today
        told = [replace(one, file=library.file(key)) for one in library[key].findings]
        bundle.findings += [one for one in told if one.severity == "error"]
    kept = library.kept((diagram.key, *inlined.used))
    kept |= {name: content for name, content in upload.beside.items() if name not in kept}
    kept = {name: content for name, content in kept.items() if name not in upload.tables}
    _add_forms(bundle, upload, kept)
    _add_tables(bundle, upload, kept)
    bundle.findings += _of_others(bundle, upload, library)
    return bundle


def _of_others(bundle: Bundle, upload: _Upload, library: _Library) -> Iterator[Finding]:
    """Forms and tables that came to this process with another one: neither sent with it nor its own before.

    ``file`` of each: that form or table. What a called process names itself comes with it as it should.
    """
    own, came = bundle.diagram.key, [one for found in upload.diagrams.values() for one in found]
    together = [] if any(one.key == own for one in came) else [one.name for one in came]
    for name, content in bundle.files.items():
        if name.rsplit(".", 1)[-1] not in {"form", "dmn"} or not _names_itself(bundle, name):
            continue
        before = library.own(own, name)
        if before == content:
            continue
        if content in upload.contents.values():
            code, others = "file_replaced_too", together
        else:
            code, others = "file_of_another", [] if before is not None else library.holders(name, content)
        if others:
            params = {
                "file": name,
                "process": bundle.diagram.name,
                "others": ", ".join(f"“{one}”" for one in others),
            }
            yield Finding(code, "warning", file=name, params=params)


def _names_itself(bundle: Bundle, file: str) -> bool:
    """Whether an element that is drawn in the process itself names the form, or a table of the file."""
    own = [node for node in bundle.diagram.nodes.values() if node.origin is None]
    if file.endswith(".form"):
        return any(f"{node.form_key}.form" == file for node in own if node.form_key)
    return any(bundle.table_files.get(node.decision) == file for node in own if node.decision)


def _add_forms(bundle: Bundle, upload: _Upload, kept: Mapping[str, bytes]) -> None:
    broken = {definitions.form_key(name) for name in upload.broken if name.endswith((".form", ".json"))}
    uploaded = {definitions.form_key(name): form for name, form in upload.forms.items()}
    carried = {
        definitions.form_key(name): content for name, content in kept.items() if name.endswith(".form")
    }
    for node in bundle.diagram.nodes.values():
        key = node.form_key
        if not key or key in bundle.forms:
            continue
        name = f"{key}.form"
        if node.properties.get(form_data.PROPERTY):
            _add_drawn_form(bundle, node, key)
        elif key in uploaded:
            bundle.forms[key], bundle.files[name] = uploaded[key], _content(upload, name, key)
        elif key in broken:
            bundle.incomplete = True
        elif key in carried:
            form = forms.load_form(carried[key], file=name, refuse=False)
            bundle.forms[key], bundle.files[name] = form, carried[key]
            bundle.findings += [one for one in form.findings if one.severity == "error"]
        else:
            bundle.findings.append(checks.node_error(node, "form_missing", form=name))


def _add_drawn_form(bundle: Bundle, node: Node, key: str) -> None:
    """Make a file of the form that is drawn into the diagram itself."""
    name, content = f"{key}.form", forms.from_form_data(node.properties[form_data.PROPERTY])
    try:
        form = forms.load_form(content, file=name)
    except InvalidDiagram as error:
        bundle.findings += error.findings
    else:
        bundle.forms[key], bundle.files[name] = form, content
        bundle.findings += form.findings


def _add_tables(bundle: Bundle, upload: _Upload, kept: Mapping[str, bytes]) -> None:
    broken = any(name.endswith(".dmn") for name in upload.broken)
    uploaded = {table.id: (name, table) for name, tables in upload.tables.items() for table in tables}
    for node in bundle.diagram.nodes.values():
        wanted = node.decision
        if not wanted or wanted in bundle.tables:
            continue
        if wanted in uploaded:
            name, table = uploaded[wanted]
            bundle.tables[wanted], bundle.files[name] = table, upload.contents[name]
            bundle.table_files[wanted] = name
            _tell(bundle, table)
            continue
        found = _kept_table(wanted, kept, uploaded.keys())
        if found is not None:
            name, bundle.tables[wanted] = found
            bundle.files[name], bundle.table_files[wanted] = kept[name], name
            _tell(bundle, bundle.tables[wanted])
        elif broken:  # it may hold the table: which ones it holds cannot be known
            bundle.incomplete = True
        else:
            bundle.findings.append(checks.node_error(node, "decision_missing", decision=wanted))


def _add_scenarios(upload: _Upload, bundles: Iterable[Bundle], kept_of: Iterable[ProcessDefinition]) -> None:
    """Keep the scenarios of a process with its version: those that were sent, and of those ``kept_of`` the others."""
    kept = {one.key: one for one in kept_of}
    played = {name: scenario_files.process_of(content) for name, content in upload.scenarios.items()}
    for bundle in bundles:
        key = bundle.diagram.key
        files = kept[key].files if key in kept else ()
        bundle.files |= {
            one.name: one.resource.content
            for one in files
            if one.kind == scenario_files.KIND and one.name not in upload.scenarios
        }
        bundle.files |= {name: upload.scenarios[name] for name, process in played.items() if process == key}


def _tell(bundle: Bundle, decision: decisions.Decision) -> None:
    """Keep what was found in a decision, and in those it needs, with the version that decides by it."""
    found = [finding for one in decision.chain for finding in one.findings]
    bundle.findings += [finding for finding in found if finding not in bundle.findings]


def _of_tables_alone(upload: _Upload, bundles: Iterable[Bundle]) -> list[Finding]:
    """What was found in tables that came without a diagram."""
    used = {name for bundle in bundles for name in bundle.files}
    alone = [one for name, found in upload.tables.items() if name not in used for one in found]
    return [finding for one in alone for finding in one.findings]


def _kept_table(
    wanted: str, kept: Mapping[str, bytes], uploaded: Collection[str]
) -> tuple[str, decisions.Decision] | None:
    """A table of a file that is carried over. A file with a table that was uploaded anew is not: a version with two
    tables of one id could decide by either."""
    for name, content in kept.items():
        tables = decisions.read_decisions(content, file=name, refuse=False) if name.endswith(".dmn") else ()
        found = next((table for table in tables if table.id == wanted), None)
        if found is not None and not any(table.id in uploaded for table in tables):
            return name, found
    return None


def _users_of(
    session: Session | None,
    upload: _Upload,
    live: Iterable[ProcessDefinition],
    library: _Library,
) -> list[Bundle]:
    """New versions of the live processes that use an uploaded form or table, or call an uploaded process."""
    bundles = []
    changed = {definitions.form_key(name) for name in upload.forms}
    decided = {table.id for tables in upload.tables.values() for table in tables}
    sent = {diagram.key for diagrams in upload.diagrams.values() for diagram in diagrams}
    played = {scenario_files.process_of(content) for content in upload.scenarios.values()}
    for definition in live:
        if definition.key in sent or session is None:
            continue
        version = definitions.readable(session, definition.id)
        if version is None:
            about = {"key": definition.key, "version": str(definition.version)}
            upload.findings.append(Finding("version_unreadable", "warning", params=about))
            continue
        nodes = version.diagram.nodes.values()
        uses = (node.form_key in changed or node.decision in decided or node.calls in sent for node in nodes)
        if definition.key in played or any(uses):
            own, xml = library[definition.key], library.xml(definition.key)
            bundles.append(_bundle(own, f"{definition.key}.bpmn", xml, upload, library))
    return bundles


def _mark_in_force(bundles: Iterable[Bundle], live: Iterable[ProcessDefinition]) -> None:
    digests = {one.key: {file.name: file.sha256 for file in one.files} for one in live}
    for bundle in bundles:
        bundle.in_force = digests.get(bundle.diagram.key) == bundle.digests


def _retired(session: Session, bundles: Iterable[Bundle], live: Iterable[ProcessDefinition]) -> list[Finding]:
    """Processes that have versions, none of them in force: whoever ended one says when it shall begin again."""
    keys = {bundle.diagram.key: bundle for bundle in bundles}
    known = definitions.highest_numbers(session, keys.keys() - {one.key for one in live})
    return [
        Finding("process_retired", "error", file=keys[key].file, params={"key": key}) for key in sorted(known)
    ]


def _of_files(upload: _Upload, bundle: Bundle) -> list[Finding]:
    """What was found in the files of a version when they were read."""
    return [
        one
        for one in upload.findings
        if one.file == bundle.file or definitions.form_key(one.file or "") in bundle.forms
    ]


def _unused(
    upload: _Upload, bundles: Iterable[Bundle], severity: Literal["error", "warning"]
) -> list[Finding]:
    """Forms and tables that no diagram names: no version holds them."""
    used = {name for bundle in bundles for name in bundle.files}
    return [
        Finding("file_not_used", severity, file=name, params={"file": name})
        for name in (*upload.forms, *upload.tables, *upload.scenarios)
        if name not in used and f"{definitions.form_key(name)}.form" not in used
    ]
