"""Deploy diagrams, forms and tables; what cannot run is refused and leaves nothing behind."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from app import forms
from app.base.errors import InvalidDiagram, NotAllowed
from app.base.i18n import speaking
from app.models import ProcessDefinition, User
from app.services.core import clock
from app.services.definitions import definitions
from app.services.deployment import deployments, folder_watch
from app.services.instances import instances
from app.services.tasks import tasks
from tests.engine.building import boundary, bpmn, end, exclusive, flow, rule, start, user
from tests.engine.decision_tables import dmn
from tests.services.office import LANES, Office, form, procedure, text


def deploy(office: Office, files: dict[str, bytes]) -> deployments.Deployment:
    with office.database.transaction() as session:
        return deployments.deploy(session, files, actor=office.owner)


def refused(office: Office, files: dict[str, bytes]) -> set[str]:
    with pytest.raises(InvalidDiagram) as error:
        deploy(office, files)
    with office.database.reading() as session:
        assert session.scalar(select(func.count(ProcessDefinition.id))) == 1
    return {finding.code for finding in error.value.findings if finding.severity == "error"}


def test_the_same_content_again_is_the_version_that_stands(office: Office) -> None:
    [same] = deploy(office, procedure()).definitions
    assert (same.definition.version, same.created) == (1, False)


def test_a_form_alone_makes_a_new_version_and_running_cases_keep_theirs(office: Office) -> None:
    old = office.start()
    fields = (text("hasil", required=True), text("alasan", required=True), text("unit"))
    [new] = deploy(office, {"periksa.form": form(*fields)}).definitions
    assert (new.definition.version, new.created) == (2, True)
    fresh = office.start()
    with office.database.reading() as session:
        keys = [
            [f.key for f in tasks.get(session, office.open_task(case).id, actor=office.rina).form.fields]  # type: ignore[union-attr]
            for case in (old, fresh)
        ]
    assert keys == [["hasil", "unit"], ["hasil", "alasan", "unit"]]


def test_one_error_brings_no_warnings_of_gateways_that_need_no_default() -> None:
    ways = ('=hasil = "cukup"', '=hasil = "kurang"')
    hasil = {"type": "radio", "key": "hasil", "label": "Hasil", "validate": {"required": True}}
    asked = form({**hasil, "values": [{"label": v, "value": v} for v in ("cukup", "kurang")]})
    for broken in ('=hasil == "cukup"', '=hasil = "cukup"'):
        nodes = [start("mulai", form="f"), exclusive("g"), exclusive("h"), *map(end, "abcd")]
        flows = [
            "mulai > g",
            *(flow("g", to, condition=way) for to, way in zip("ah", ways, strict=True)),
            *(flow("h", to, condition=way) for to, way in zip("bc", (broken, ways[1]), strict=True)),
        ]
        files = {"p.bpmn": bpmn(nodes[:-1], flows, key="p"), "f.form": asked}
        codes = [finding.code for finding in deployments.check_files(None, files)]
        assert "no_default_flow" not in codes
        assert bool(codes) == ("==" in broken)


def test_errors_are_told_before_warnings(office: Office) -> None:
    ways = ["mulai > g", flow("g", "a", condition="=x = 1"), flow("g", "b")]
    warned = bpmn([start("mulai", form="tidak_ada"), exclusive("g"), end("a"), end("b")], ways, key="p")
    with pytest.raises(InvalidDiagram) as error:
        deploy(office, {"p.bpmn": warned})
    severities = [finding.severity for finding in error.value.findings]
    assert severities == sorted(severities)
    assert len(set(severities)) == 2


def test_what_a_form_alone_brings_up_in_a_diagram_names_the_diagram(office: Office) -> None:
    with pytest.raises(InvalidDiagram) as error:
        deploy(office, {"periksa.form": form(text("hasill"), text("unit"))})
    assert {finding.file for finding in error.value.findings} == {"uji.bpmn"}
    asked = form(text("hasil"), text("unit", required=True), text("lagi"))
    found = deploy(office, {"periksa.form": asked}).findings
    assert [(one.code, one.file) for one in found] == [("no_default_flow", "uji.bpmn")]


def test_files_that_nothing_names_are_refused(office: Office) -> None:
    assert refused(office, {"entah.form": form(text("a"))}) == {"file_not_used"}
    assert refused(office, {"catatan.txt": b"halo"}) == {"file_unknown"}


def test_a_missing_form_is_named(office: Office) -> None:
    files = procedure()
    files["uji.bpmn"] = files["uji.bpmn"].replace(b'value="periksa"', b'value="lain"')
    assert refused(office, files) >= {"form_missing"}


@pytest.mark.parametrize("name", ["lain.form", "lain.json"])
def test_a_broken_form_is_not_called_missing_too(office: Office, name: str) -> None:
    files = {n: c for n, c in procedure().items() if n != "periksa.form"}
    files["uji.bpmn"] = files["uji.bpmn"].replace(b'value="periksa"', b'value="lain"')
    assert refused(office, {**files, name: b"{"}) == {"form_not_json"}


def test_a_table_is_not_called_missing_beside_a_broken_one(office: Office) -> None:
    asks = bpmn([start(), rule("putus", decision="tarif"), end()], "start > putus > end", key="putusan")
    assert refused(office, {"putusan.bpmn": asks, "tarif.dmn": b"<"}) == {"not_xml"}


def test_a_rule_that_reads_a_private_field_is_refused(office: Office) -> None:
    files = procedure(condition='=pelapor = "Budi"')
    assert refused(office, files) == {"private_field_read"}


PEOPLE = {
    "type": "dynamiclist",
    "path": "orang",
    "label": "Orang",
    "components": [
        {"id": "n", **text("nama", private=True)},
        {"id": "k", **text("kota")},
    ],
}


def formula(expression: str) -> dict[str, Any]:
    return {"type": "expression", "key": "salin", "label": "Salin", "expression": expression}


def choice(expression: str) -> dict[str, Any]:
    return {"type": "select", "key": "salin", "label": "Salin", "valuesExpression": expression}


@pytest.mark.parametrize(
    "leak",
    [
        formula('="Laporan dari " + pelapor'),
        formula('=get value(this, "pelapor")'),
        formula("=get entries(this)"),
        formula("=this.pelapor"),
        formula("=orang"),
        formula("=orang[1].nama"),
        choice("=[pelapor]"),
        {"type": "dynamiclist", "path": "baris", "label": "Baris", "components": [
            {"id": "s", **formula("=parent.pelapor")}, {"id": "j", **text("jumlah")}]},
    ],
    ids=str,
)  # fmt: skip
def test_a_plain_field_that_is_worked_out_from_identity_is_refused(
    office: Office, leak: dict[str, Any]
) -> None:
    given = form(text("judul"), text("pelapor", private=True), PEOPLE, leak)
    assert refused(office, procedure() | {"terima.form": given}) == {"form_identity_acts"}


@pytest.mark.parametrize("harmless", ["=this.judul", "=judul", "=1 + 2"])
def test_a_formula_beside_identity_is_not_refused(office: Office, harmless: str) -> None:
    given = form(text("judul"), text("pelapor", private=True), formula(harmless))
    assert refused(office, procedure() | {"terima.form": given, "x.txt": b""}) == {"file_unknown"}


def conditional(hide: str) -> dict[str, Any]:
    return {**text("alasan"), "conditional": {"hide": hide}}


@pytest.mark.parametrize(
    ("part", "misspelt"),
    [
        (conditional('=hasill = "cukup"'), ["hasill"]),
        (formula("=1 + jumlahh"), ["jumlahh"]),
        (choice("=daftarr"), ["daftarr"]),
        ({"type": "number", "key": "n", "label": "N", "validate": {"max": "=batass"}}, ["batass"]),
        (conditional('=judul = "x" or this.alasan = "y" or today() > date("2026-01-01")'), []),
        (formula("=orang[kota = judul].kota"), []),
    ],
    ids=str,
)
def test_a_name_that_a_form_reads_and_nothing_sets_is_refused(
    office: Office, part: dict[str, Any], misspelt: list[str]
) -> None:
    asked = form(text("hasil"), text("unit"), {**PEOPLE, "components": [{"id": "k", **text("kota")}]}, part)
    found = deployments.check_files(None, {**procedure(), "periksa.form": asked})
    names = [one.params["variable"] for one in found if one.code == "form_name_never_set"]
    assert all(one.severity == "error" for one in found if one.code == "form_name_never_set")
    assert names == misspelt
    assert {one.file for one in found if one.code == "form_name_never_set"} <= {"periksa.form"}


def test_a_name_that_nothing_sets_is_refused(office: Office) -> None:
    assert refused(office, procedure(condition='=hasill = "cukup"')) == {"name_never_set"}


def test_a_renamed_lane_keeps_its_officers_and_a_new_one_warns(office: Office) -> None:
    lanes = {"Loket Depan": LANES["Loket"], "Unit": LANES["Unit"]}
    files = procedure(lanes=lanes)
    files["uji.bpmn"] = files["uji.bpmn"].replace(
        b'"identitas" value="Loket"', b'"identitas" value="Loket Depan"'
    )
    deploy(office, files)
    case = office.start()
    assert office.open_task(case).lane == "Loket Depan"
    with office.database.transaction() as session:
        tasks.claim(session, office.open_task(case).id, actor=office.rina)


def test_only_the_process_owner_deploys(office: Office) -> None:
    with office.database.transaction() as session, pytest.raises(NotAllowed):
        deployments.deploy(session, procedure(), actor=office.admin)


def test_a_version_is_parsed_once_and_never_changes(office: Office) -> None:
    with office.database.reading() as session:
        definition = definitions.latest(session, "uji")
        assert definition is not None
        first = definitions.version(session, definition.id)
    with office.database.reading() as session:
        assert definitions.version(session, definition.id) is first


def test_the_watched_folder_deploys_what_changed_and_sets_broken_files_aside(office: Office) -> None:
    files = procedure(after="5 hari kerja")
    broken = {**files, "periksa.form": b"{", "lain.bpmn": b"<xml"}
    with office.database.transaction() as session:
        report = folder_watch.sync(session, broken)
        assert report.deployed == ("uji versi 2",)
        rows = {row.name: row.refused for row in folder_watch.files(session)}
        assert rows == {"uji.bpmn": False, "terima.form": False, "periksa.form": True, "lain.bpmn": True}
    with office.database.transaction() as session:
        assert (
            folder_watch.sync(session, broken) == folder_watch.Report()
        )  # nothing changed, nothing is said twice
    with office.database.transaction() as session:
        assert folder_watch.sync(session, files).deployed == ()  # mended: as the live version has it


def test_a_restart_does_not_take_an_upload_back(office: Office) -> None:
    with office.database.transaction() as session:
        folder_watch.sync(session, procedure())
    deploy(office, procedure(after="7 hari kerja"))
    with office.database.transaction() as session:
        assert folder_watch.sync(session, procedure()).deployed == ()
        latest = definitions.latest(session, "uji")
        assert latest is not None
        assert latest.version == 2
        assert instances.startable(session, office.rina) == [latest]


def _simple(key: str, *, form_key: str = "isian", more: str = "") -> bytes:
    shapes = [start("mulai", form=form_key), end("selesai")]
    return bpmn(shapes, "mulai > selesai", key=key, name=key, inside=more)


def test_two_files_of_one_name_are_refused_whatever_their_folders(office: Office) -> None:
    files = {"a.bpmn": _simple("a"), "lama/isian.form": form(text("x")), "baru/isian.form": form(text("y"))}
    assert refused(office, files) == {"file_twice"}


def test_one_process_in_two_files_is_refused(office: Office) -> None:
    note = "<bpmn:textAnnotation id='catatan'/>"
    files = {"a.bpmn": _simple("a"), "b.bpmn": _simple("a", more=note), "isian.form": form(text("x"))}
    assert refused(office, files) == {"process_twice"}


def test_one_form_in_two_files_is_refused(office: Office) -> None:
    files = {"a.bpmn": _simple("a"), "isian.form": form(text("x")), "isian.json": form(text("y"))}
    assert refused(office, files) == {"form_twice"}


def test_a_form_may_be_sent_as_json(office: Office) -> None:
    [done] = deploy(office, {"a.bpmn": _simple("a"), "isian.json": form(text("x"))}).definitions
    assert done.created


def test_a_lane_without_steps_needs_no_officers(office: Office) -> None:
    xml = bpmn([start(), user("a"), end()], "start > a > end", lanes={"Kasir": "start a end", "Tahap 1": ""})
    done = deploy(office, {"prosedur.bpmn": xml})
    lanes = [f.params["lane"] for f in done.findings if f.code == "lane_without_officers"]
    assert lanes == ["Kasir"]


def test_a_lane_whose_officers_are_all_disabled_is_warned_of(office: Office) -> None:
    with office.database.transaction() as session:
        for name in ("dina", "beni"):
            officer = session.scalars(select(User).where(User.name == name)).one()
            officer.disabled_at = clock.now(session)
    done = deploy(office, procedure(after="5 hari kerja"))
    found = [finding for finding in done.findings if finding.code == "lane_without_officers"]
    assert [(one.params["lane"], one.element_id, one.file) for one in found] == [
        ("Unit", "lane_2", "uji.bpmn")
    ]


def test_a_coordinator_whom_nobody_is_is_told_of_at_the_lane_that_names_him(office: Office) -> None:
    files = procedure()
    files["uji.bpmn"] = files["uji.bpmn"].replace(b'value="Ketua"', b'value="Kosong"')
    done = deploy(office, files)
    found = [finding for finding in done.findings if finding.code == "lane_without_officers"]
    assert [(one.params["lane"], one.element_id, one.element_name) for one in found] == [
        ("Kosong", "lane_1", "Loket")
    ]


def _tables(*decisions: str) -> bytes:
    each = [dmn(('"a"', '"b"'), reads="x").decode().replace('id="rute"', f'id="{id}"') for id in decisions]
    inside = "".join(
        f"<decision{text.partition('<decision')[2].rpartition('</definitions>')[0]}" for text in each
    )
    return (each[0].partition("<decision")[0] + inside + "</definitions>").encode()


def test_a_file_of_tables_sent_anew_replaces_all_that_was_in_it(office: Office) -> None:
    shapes = [
        start("mulai", form="isian"),
        rule("satu", decision="a"),
        rule("dua", decision="b"),
        end("selesai"),
    ]
    diagram = bpmn(shapes, "mulai > satu > dua > selesai", key="rute", name="Rute")
    files = {"rute.bpmn": diagram, "isian.form": form(text("x")), "tabel.dmn": _tables("a", "b")}
    with office.database.transaction() as session:
        deployments.deploy(session, files, actor=office.owner)
    for sent in ({"tabel.dmn": _tables("a")}, {"lain.dmn": _tables("a")}):
        with pytest.raises(InvalidDiagram) as error:
            deploy(office, sent)
        assert [finding.code for finding in error.value.findings] == ["decision_missing"]


def test_a_field_for_the_reporter_that_is_identity_is_refused_and_what_runs_is_not(office: Office) -> None:
    both = {**text("nama"), "properties": {"tampil pelapor": "ya", "pribadi": "ya"}}
    fields = form(text("hasil"), text("unit"), both)
    assert refused(office, {**procedure(), "periksa.form": fields}) == {"form_private_told"}
    assert refused(office, {"periksa.form": fields}) == {"form_private_told"}
    [finding] = [f for f in deployments.check_files(None, {"periksa.form": fields}) if f.severity == "error"]
    assert (finding.file, finding.element_id, finding.element_name) == ("periksa.form", "nama", "Nama")
    assert finding.line == 1
    assert "tampil pelapor" in finding.what
    with speaking("en"):
        assert "identity" in finding.todo
    assert [part.public for part in forms.load_form(fields, file="lama.form").fields] == [False, False, False]


def _drawn(label: str) -> bytes:
    field = f'<camunda:formField id="nama" label="{label}" type="string"/>'
    data = f'<camunda:formData xmlns:camunda="http://camunda.org/schema/1.0/bpmn">{field}</camunda:formData>'
    return bpmn([start("mulai", extensions=data), end("selesai")], "mulai > selesai", key="c7", name="C7")


def test_a_form_drawn_in_the_diagram_is_a_file_of_the_version_and_follows_the_diagram(office: Office) -> None:
    names = []
    for label in ("Nama", "Nama lengkap"):
        [done] = deploy(office, {"c7.bpmn": _drawn(label)}).definitions
        with office.database.reading() as session:
            version = definitions.version(session, done.definition.id)
            names += [part.name for part in version.forms["formData-mulai"].fields]
    assert names == ["Nama", "Nama lengkap"]


def test_a_drawn_form_that_cannot_run_is_refused(office: Office) -> None:
    broken = _drawn("x").replace(b'id="nama"', b'id="nama lengkap"')
    assert refused(office, {"c7.bpmn": broken}) == {"form_key_not_identifier"}


@pytest.mark.parametrize(
    ("name", "understood", "due"),
    [
        ("24 jam", "24 jam kerja", "2 Des 2026, 10.00 WIB"),
        ("24 Hours", "24 jam kalender", "28 Nov 2026, 10.00 WIB"),
        ("2x24 jam", "48 jam kalender", "29 Nov 2026, 10.00 WIB"),
        ("maks. 3 hari", "3 hari kerja", "2 Des 2026, 16.00 WIB"),
    ],
)
def test_how_a_timers_words_were_understood_is_told_with_an_example_by_the_clock(
    office: Office, name: str, understood: str, due: str
) -> None:
    late = boundary("lewat", "tugas", name=name, after="")
    xml = bpmn([start("mulai"), user("tugas"), late, end()], "mulai > tugas > end\nlewat > end", key="p")
    with office.database.transaction() as session:
        clock.fix(session, datetime(2026, 11, 27, 3, 0, tzinfo=UTC))
        findings = deployments.check_files(session, {"p.bpmn": xml})
    told = next(finding for finding in findings if finding.code == "timer_read_from_words")
    assert told.params["understood"] == understood
    assert f"Misalnya: dibuka 27 Nov 2026, 10.00 WIB, jatuh tempo {due}." in told.what
    english = told.as_dict()["messages"]["en"]["what"]
    assert "For instance: opened 27 Nov 2026, 10:00 WIB, due" in english


@pytest.mark.parametrize(
    ("pattern", "code", "severity"),
    [("^(?=(a+)+N)a", "pattern_endless", "error"), ("^(a+)+N$", "pattern_elsewhere", "warning")],
)
def test_a_pattern_that_some_text_keeps_busy_is_told_with_its_place(
    office: Office, pattern: str, code: str, severity: str
) -> None:
    fields = form(text("hasil") | {"validate": {"pattern": pattern}}, text("unit"))
    with office.database.reading() as session:
        found = deployments.check_files(session, {"periksa.form": fields})
    [finding] = [one for one in found if one.code.startswith("pattern_")]
    assert (finding.code, finding.severity) == (code, severity)
    assert (finding.file, finding.element_id, finding.element_name) == ("periksa.form", "hasil", "Hasil")
    assert pattern in finding.what
    assert "pengulangan di dalam pengulangan" in finding.todo
    if severity == "error":
        assert refused(office, {"periksa.form": fields}) == {code}
