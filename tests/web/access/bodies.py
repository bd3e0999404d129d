"""What a request sends: what would be accepted of whoever may do it, so that what refuses is a right and no form."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import uuid4

from werkzeug.datastructures import FileStorage
from werkzeug.routing import Rule
from werkzeug.test import encode_multipart

from app.services.core import clock
from app.services.people import second_steps
from app.services.sop_tables import packing, reading
from tests.reports import answers_for, report, report_values
from tests.services.importing import sop_file
from tests.services.sop_tables import tables
from tests.sop_changes.editing import shipped
from tests.web.access.place import Place
from tests.web.pages import PNG, fields_of

ROSTER = b"nama pengguna;nama lengkap\nsiti;Siti Aminah"
PASSWORD = "demo"
_LEAVE = reading.read_table("cuti.csv", tables.LEAVE.encode())
#: Under which a body holds files (field → name, content), and under which what is no form: bytes or JSON.
FILES, RAW, HEADERS = "files:", "raw:", "headers:"
Fields = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """Who asks for what."""

    place: Place
    person: str
    kind: str

    @property
    def words(self) -> Mapping[Any, Any]:
        return self.place.words

    def thing(self, name: str) -> object:
        return self.place.thing(name, self.kind)

    @property
    def report(self) -> Any:
        """The report that the case is made of."""
        return self.words["reports"].get(self.kind, report("SIN-001"))

    @property
    def answers(self) -> Fields:
        """What completes the task."""
        activity = self.words.get(("activity", self.kind), "")
        return {} if self.kind in ("foreign", "none", "-") else answers_for(activity, self.report)

    @property
    def shown(self) -> str:
        """The task as a list shows it."""
        return str(self.words["shown"].get(self.kind, f"{self.thing('task_id')}.0.1"))

    def colleague(self) -> int:
        """Somebody who works where the task is."""
        names = {"unit": "dpupr", "foreign": "rina"}
        return int(
            self.words["users"][names.get(self.kind, "koordinator" if self.kind == "upp" else "lapor")]
        )

    def code(self) -> str:
        """A code of his second step that is good now."""
        _sealed, key = self.words["setup", self.person]
        # The one of the next half minute: that of this one was used when the officer of LAPOR set his up.
        return second_steps.code_at(key, int(clock.real().timestamp()) // 30 + 1)


def start_values() -> Fields:
    return {k: v for k, v in report_values(report("SIN-002")).items() if k != "tracking_id"}


def _second_step(asked: Asked) -> Fields:
    if ("setup", asked.person) not in asked.words:
        return {}
    return {"password": PASSWORD, "setup": asked.words["setup", asked.person][0], "code": asked.code()}


def _profile(_asked: Asked) -> Fields:
    return {"full_name": "Siti Aminah", "name": "aminah", "language": "id"}


def _message(asked: Asked) -> Fields:
    number, _code = asked.words["codes"].get("waiting" if asked.kind == "-" else asked.kind, ("", ""))
    values = answers_for("data_pelengkap", report("SIN-002"))
    return {RAW: {"name": "data pelengkap diterima", "business_key": number, "variables": values}}


def _files(field: str, **given: bytes) -> Callable[[Asked], Fields]:
    return lambda _asked: {
        FILES: [(field, name.replace("__", "."), content) for name, content in given.items()]
    }


def _sop(_asked: Asked) -> Fields:
    return {FILES: [("files", name, content) for name, content in shipped().items()]}


def _reason(asked: Asked) -> Fields:
    return {
        "reason": "Keliru",
        "words": asked.words.get(("word", asked.kind), "jalan"),
        "sign": asked.words["signs"].get(asked.kind, "x"),
    }


def _seen(body: Callable[[Asked], Fields]) -> Callable[[Asked], Fields]:
    """Of somebody who has seen every version, and the files of the draft as they are."""
    files = json.dumps(dict.fromkeys(shipped(), 1))
    return lambda asked: {**body(asked), "seen_versions": "1-999", "seen_files": files}


def _text(_asked: Asked) -> Fields:
    return {"text": "Mohon ditunggu."}


def _password(_asked: Asked) -> Fields:
    return {"password": PASSWORD, "session": "_others"}


def _with(**fields: Any) -> Callable[[Asked], Fields]:
    return lambda _asked: fields


def _json(**fields: Any) -> Callable[[Asked], Fields]:
    return lambda _asked: {RAW: fields}


def _run(**fields: Any) -> Callable[[Asked], Fields]:
    return lambda asked: {"seen": str(asked.words.get("run", 1)), **fields}


_FORM = shipped()["laporan.form"]
_ENDS_MEANT = {"akhir:": ["selesai", "diteruskan_nasional", "tidak_ditindaklanjuti"]}
#: A question: which cases run.
_RUNNING = "k1.1=keadaan&k1.1.nilai=active"

#: Endpoint (of pages and of the API) → what it is sent. Nothing: an empty form.
BODIES: Mapping[str, Callable[[Asked], Fields]] = {
    "api-api.api-deployments.deploy": _sop,
    "api-api.api-deployments.reject": _json(reason="Keliru"),
    "api-api.api-files.upload": _files("file", surat__pdf=b"%PDF-1.7"),
    "api-api.api-messages.send": _message,
    "api-api.api-process-instances.start": lambda _a: {
        RAW: {"key": "pengaduan", "variables": start_values()}
    },
    "api-api.api-process-instances.cancel": _json(reason="Dikirim dua kali"),
    "api-api.api-process-instances.reopen": _json(activity_id="telaahan", reason="Keliru"),
    "api-api.api-tasks.complete": lambda asked: {RAW: {"variables": asked.answers}},
    "auth.language": _with(language="en"),
    "auth.theme": _with(theme="dark"),
    "auth.enter": _with(username="dishub", password=PASSWORD),
    "auth.password": _with(old=PASSWORD, new="kereta-malam-42", repeat="kereta-malam-42"),
    "auth.end_sessions": _with(password=PASSWORD, session="others"),
    "workload.preview": lambda asked: {"task": asked.thing("task_id"), "officer": asked.colleague()},
    "workload.spread": lambda asked: {
        "bagian": f"{asked.thing('task_id')}:{asked.colleague()}",
        "reason": "Menumpuk",
    },
    "workload.begin_hand_over": lambda asked: {
        "orang": asked.words["users"]["upp"],
        "to": asked.words["users"]["koordinator"],
        "reason": "Pindah tugas",
    },
    "saved_questions.save": _with(name="Berjalan", query=_RUNNING),
    "samples.draw": _with(name="Uji petik", seed="2026", size="3", query=_RUNNING),
    "samples.record": _with(verdict="flawed", finding="Lewat lima hari"),
    "absences.add": lambda asked: {
        "user": asked.thing("user_id"),
        "first_on": "07-04-2031",
        "last_on": "08-04-2031",
    },
    "imports.add": _files("file", laporan__csv=sop_file(1)),
    "migration.forget_survey": lambda asked: {"survey": asked.words["surveys"].get(asked.kind, 999_999)},
    "studio_publishing.forget_survey": lambda asked: {
        "survey": asked.words["surveys"].get(asked.kind, 999_999)
    },
    "stopped_cases.put": _with(reason="Keliru", token="x", to="telaahan"),
    "tracking.knock": lambda asked: dict(
        zip(("number", "code"), asked.words["codes"]["waiting"], strict=True)
    ),
    "tracking.reply": lambda asked: {
        **fields_of(answers_for("data_pelengkap", report("SIN-002"))),
        "_wait": asked.words.get(("wait", asked.person), ""),
    },
    "waits.record": lambda _asked: fields_of(answers_for("data_pelengkap", report("SIN-002"))),
    "tracking.write": _text,
    "tracking.rate": _with(rating="4", text="Cepat."),
    "tracking.reopen": _with(text="Belum beres."),
    "phone_photos.send": lambda _asked: {FILES: [("foto", "jalan.png", PNG)]},
    "passkeys.begin": _with(passkey_password=PASSWORD, passkey_name="Laptop"),
    "notice_choices.store": _with(quiet="office"),
    "office_notices.save_hours": _with(begins="19:00", ends="06:00", digest_at="07:00"),
    "office_notices.save_text": _with(subject="", body="Tugas {tugas} dialihkan."),
    "channels.add_webhook": _with(
        name="Pusat", url="https://pusat.example.go.id/alur", events="case_started"
    ),
    "mail.begin_report": _with(key="pengaduan"),
    "mail.lay_aside": _reason,
    "evidence.download": lambda asked: {"numbers": asked.words["codes"]["waiting"][0]},
    "retention.begin": _with(number="1", reason="Jadwal retensi"),
    "joining.join": lambda asked: {"number": asked.words["codes"]["waiting"][0]},
    "joining.part": _reason,
    "casefile.hold": _with(on="1", reason="Sengketa"),
    "dossiers.download": _with(form="pdf"),
    "eventlogs.download": _with(format="xes"),
    "identities.download": _with(reason="Rapat koordinasi", format="csv"),
    "second_steps.set_up": _second_step,
    "second_steps.renew_codes": _password,
    "second_steps.remove": _password,
    "second_steps.store_demand": _with(roles="admin"),
    "intake.save": lambda _asked: fields_of(start_values()),
    "intake.save_draft": _with(judul="Jalan berlubang"),
    "intake.similar": _with(judul="Jalan berlubang"),
    "notices.read_all": _with(newest="999999"),
    "installation.save_office": _with(name="Pemerintah Kabupaten Wonogiri"),
    "migration.take_back": _reason,
    "migration.begin": lambda asked: {"pilih": asked.words["cases"]["unit"], "reason": "Diperbaiki"},
    "users.add": _profile,
    "users.edit": _profile,
    "rosters.add": _files("file", petugas__csv=ROSTER),
    "rosters.begin": lambda asked: {"shown": asked.words["roster"]},
    "units.add": _with(code="DINAS-BARU", name="Dinas Baru"),
    "units.edit": _with(name="Dinas Pekerjaan Umum"),
    "days_off.add": _with(on="24-04-2031", name="Libur", kind="off", running="keep"),
    "days_off.remove": _with(running="keep"),
    "casefile.show_identity": _with(purpose="check"),
    "files.show": _with(purpose="check"),
    "casefile.note": _text,
    "casefile.message": _text,
    "casefile.cancel": _reason,
    "casefile.reopen": lambda asked: {**_reason(asked), "to": "telaahan"},
    "casefile.erase": _reason,
    "casefile.follow": _with(on="1"),
    "masking.mark": lambda asked: {**_reason(asked), "act": "mask"},
    "masking.lift": _reason,
    "definitions.deploy": _seen(_sop),
    "performance.conformance_with_file": _files("diagram", sop__bpmn=shipped()["pengaduan.bpmn"]),
    "lifecycle.retire": _reason,
    "lifecycle.resume": _seen(_reason),
    "lifecycle.reinstate": _seen(_reason),
    "lifecycle.withdraw": _reason,
    "proposals.reject": _reason,
    "proposals.cancel": _reason,
    "studio.bring_in": _seen(_files("files", laporan__form=_FORM.replace(b"Judul", b"Perihal"))),
    "studio.begin_from_files": _sop,
    "studio.begin_from_process": _with(key="pengaduan"),
    "studio.begin_empty": _with(name="Izin usaha"),
    "sop_tables.look": _files("table", cuti__csv=tables.LEAVE.encode()),
    "sop_tables.correct": _with(name="Cuti", packed=packing.packed(_LEAVE)),
    "sop_tables.begin": _with(name="Cuti", packed=packing.packed(_LEAVE)),
    "studio.new_form": _with(form_name="Permohonan"),
    "studio.new_table": _with(table="Biaya"),
    "studio.publish": _seen(_with(reason="Disederhanakan", despite="1")),
    "studio_editors.save": lambda _asked: {RAW: _FORM + b" ", HEADERS: {"If-Match": "1"}},
    "studio_editors.check": _json(files={}),
    "studio_editors.preview": _json(name="laporan.form", content=_FORM.decode()),
    "studio_editors.deadline": _json(text="3 hari", kind="duration", day_unit="kerja"),
    "studio_editors.rename": _json(**{"from": "judul", "to": "perihal"}),
    "studio_editors.try_table": _json(content=shipped()["rute-unit.dmn"].decode(), decision="rute_unit"),
    "sandbox.begin": _with(on="24-11-2026", clock="08:00"),
    "sandbox.act": _run(**fields_of(start_values())),
    "sandbox.run_clock": _run(to="day"),
    "sandbox.go_back": _run(),
    "sandbox.keep_scenario": _run(name="Lancar"),
    "tasks.complete": lambda asked: {**fields_of(asked.answers), **_ENDS_MEANT},
    "tasks.save_draft": lambda asked: fields_of(asked.answers),
    "tasks.reassign": lambda asked: {"to": asked.colleague(), "reason": "Menumpuk"},
    "tasks.note": _text,
    "tasks.choose_columns": _with(column="number"),
    "snoozing.snooze": _with(moved="1"),
    "selection.act": lambda asked: {"pilih:": asked.shown, "tindakan:": "claim"},
    "selection.reassign": lambda asked: {
        "pilih:": asked.shown,
        "to": asked.colleague(),
        "reason": "Menumpuk",
    },
    "selection.complete": lambda asked: {"pilih:": asked.shown, **fields_of(asked.answers), **_ENDS_MEANT},
    "saved_views.save": _with(name="Baru", next="/tugas?tab=queue&q=jalan"),
    "saved_views.change": _with(name="Lain"),
    "reply_templates.save": lambda asked: {
        "lane": asked.words["lanes"]["UPP K/L/D"],
        "name": "Baru",
        "text": "Terima kasih.",
    },
}
#: What a route is asked with behind the ``?``.
QUERIES: Mapping[str, str] = {
    "api-api.api-deployments.deploy": "&".join(f"based_on={number}" for number in range(1, 20)),
    "imports.choose": "key=pengaduan",
    "imports.add": "key=pengaduan",
    "intake.new": "key=pengaduan",
    "intake.save": "key=pengaduan",
    "intake.save_draft": "key=pengaduan",
    "intake.similar": "key=pengaduan",
    "intake.drop_draft": "key=pengaduan",
    "palette.found": "q=jalan",
    "casefile.download": "format=csv",
    "users.download": "format=csv",
    "units.download": "format=csv",
    "rosters.template": "format=csv",
    "record.download": "format=csv",
    "workload.download": "format=csv",
    "workload.download_counts": "format=csv",
    "security_log.download": "format=csv",
    "incidents.download": "format=csv",
    "absences.download": "format=csv",
    "questions.download": "format=csv",
    "samples.download": "format=csv",
    "identity_ledger.download": "format=csv",
    "notices.download": "format=csv",
    "tasks.download": "format=csv",
    "retention.download": "format=csv",
    "retention.download_records": "format=csv",
    "retention.download_cases": "format=csv",
    "intake.show_code": "key=pengaduan",
    "intake.photos_sent": "key=pengaduan",
    "intake.handed_over": "key=pengaduan",
}
#: Routes whose object is named by what is sent, and the parameter by which others name it in their paths.
IN_BODY: Mapping[str, str] = {
    "workload.preview": "task_id",
    "workload.spread": "task_id",
    "selection.act": "task_id",
    "selection.reassign": "task_id",
    "selection.complete": "task_id",
    "absences.add": "user_id",
}
#: Requests that change nothing in the database, whoever sends them, and why.
_A_COOKIE = "changes a cookie of the browser alone"
_BY_BROWSER = "no address of these tests knows passkeys: 422; tests/web/people/test_passkeys.py"
_ASKS = "only tells what would become of it"
CHANGES_NOTHING: Mapping[str, str] = {
    **dict.fromkeys(
        (f"api-api.api-jobs.{name}" for name in ("activate", "complete", "fail", "error", "extend")),
        "takes the token of a worker, who is no person; tests/web/api/test_jobs.py",
    ),
    "api-api.api-tasks.undo": "takes a completion of a moment ago; tests/web/tasks/test_undoing.py",
    "tasks.undo": "the same",
    "waits.undo": "takes back what was noted a moment ago; tests/web/casefile/test_waits.py",
    "auth.theme": _A_COOKIE,
    "tasks.choose_columns": _A_COOKIE,
    "slips.put_away": _A_COOKIE,
    "tracking.knock": _A_COOKIE,
    "second_steps.enter": "takes the ticket of the first step; tests/web/people/test_second_steps.py",
    "imports.stop": "none is under way: an officer of the lane gets 409",
    "lifecycle.withdraw": "cases run on the version, so it stays: the process owner gets 409",
    "channels.add_webhook": "no host is allowed here: an administrator gets 422; tests/web/channels",
    "channels.turn_on": "it is on",
    "intake.handed_over": _A_COOKIE,
    "tracking.reopen": "the process names no time for it: 409; tests/web/reporter/test_reopening.py",
    "joining.part": "none of these is joined: who may gets 409; tests/web/reporter/test_joined.py",
    "mail.begin_report": "a draft of his own is begun: an officer of the lane gets 409; tests/web/channels",
    "office_notices.reset_text": "it is as it was",
    "studio.same_process": "the draft has the id in force: the owner gets 409; tests/web/studio/test_pages.py",
    "passkeys.begin": _BY_BROWSER,
    "passkeys.add": _BY_BROWSER,
    "passkeys.remove": _BY_BROWSER,
    "passkeys.ask": _BY_BROWSER,
    "passkeys.enter": _BY_BROWSER,
    "passkeys.ask_second": _BY_BROWSER,
    "passkeys.enter_second": _BY_BROWSER,
    "providers.untie": "nobody is tied to a provider: an administrator gets 409; tests/web/people/test_providers.py",
    "sop_tables.look": "shows what it read in the file; the draft is made by sop_tables.begin",
    "sop_tables.correct": "shows the table with what was typed; the draft is made by sop_tables.begin",
    "retention.begin": "nothing is overdue: an administrator gets 409; tests/web/retention",
    "migration.stop": "none is under way: the process owner gets 409",
    "stopped_cases.put": "takes a token of a diagram that stopped: the process owner gets 422",
    "sandbox.keep_scenario": "the run has no step yet: the process owner gets 422",
    "studio_editors.check": _ASKS,
    "studio_editors.deadline": _ASKS,
    "studio_editors.preview": _ASKS,
    "studio_editors.rename": _ASKS,
    "studio_editors.try_table": _ASKS,
    "workload.preview": _ASKS,
}


def body_of(rule: Rule, method: str, asked: Asked, csrf: str | None = None) -> dict[str, Any]:
    """What goes along with a request, as the test client takes it; with this token of forms instead of his own."""
    if method == "GET":
        return {}
    sent = BODIES.get(rule.endpoint, _with())(asked)
    token, key = asked.place.people[asked.person].csrf if csrf is None else csrf, uuid4().hex
    headers = {**sent.pop(HEADERS, {}), "Idempotency-Key": key, "X-CSRFToken": token}
    if RAW in sent:
        raw = sent[RAW]
        return {"headers": headers, **({"data": raw} if isinstance(raw, bytes) else {"json": raw})}
    if rule.rule.startswith("/api/") and FILES not in sent:
        return {"headers": headers, "json": {}}
    fields = {"csrf_token": token, "idempotency_key": key, **sent}
    if FILES not in sent:
        return {"headers": headers, "data": fields}
    files = fields.pop(FILES)
    parts: Fields = {} if rule.rule.startswith("/api/") else {k: str(v) for k, v in fields.items()}
    for field, name, content in files:
        parts.setdefault(field, []).append(FileStorage(BytesIO(content), name))
    boundary, data = encode_multipart(parts)
    return {"headers": headers, "data": data, "content_type": f"multipart/form-data; boundary={boundary}"}
