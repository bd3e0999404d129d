"""What a deployment says of deadlines: filled into texts, fixed in forms, unknown before they are worked out."""

from app.services.deployment import deployments
from tests.engine.building import bpmn
from tests.services.deployment.found import found
from tests.services.limits import FILES, FLOWS, nodes
from tests.services.office import form, text


def told(codes: tuple[str, ...], *, note: str = "", **changes: str) -> list[str]:
    files = dict(FILES)
    if note:
        files["tindak_form"] = form(text("hasil"), {"type": "text", "text": note})
    return [one.what for one in found(nodes(**changes), FLOWS, codes, **files)]


def test_reminders_that_never_come_for_a_result_of_a_table_are_told() -> None:
    assert told(("reminder_never",)) == ["“H-14” tidak pernah datang bila tenggat “Tindak” adalah 5 hari."]


def test_dates_ahead_that_the_reporter_cannot_read_are_told() -> None:
    [what] = told(("dates_ahead",))
    assert what.startswith("Tenggat “Tindak” dihitung; sebelum langkah itu terbuka, pelapor tidak membaca")
    assert told(("dates_ahead",), after="60 hari") == []


def test_a_form_that_says_a_length_is_held_against_the_timers() -> None:
    says = "Tanggapi paling lambat 60 hari sejak laporan diterima."
    assert told(("form_length",), note=says, after="60 hari") == []
    [what] = told(("form_length",), note=says, after="90 hari")
    assert what.endswith("tidak ada waktu sepanjang itu dalam proses; tenggat “Tindak” 90 hari.")
    assert told(("form_length",), note=says) == [
        "Formulir menyebut 60 hari, padahal tenggat “Tindak” dihitung."
    ]
    assert told(("form_length",), note="Lampirkan foto yang diambil 60 hari terakhir.", after="90 hari") == []


def test_what_is_filled_into_a_text_is_checked_as_any_expression() -> None:
    sent = {name.replace("_", "."): one for name, one in FILES.items()}

    def errors(**changes: str) -> list[tuple[str, str]]:
        files = {"p.bpmn": bpmn(nodes(**changes), FLOWS), **sent}
        return [
            (one.code, one.params.get("variable", ""))
            for one in deployments.check_files(None, files)
            if one.severity == "error"
        ]

    assert errors() == []
    assert errors(said="Lewat {{lam}}") == [("name_never_set", "lam")]
    assert errors(cell="Paling lama {{lama") == []  # no template: it stays as it is
    assert errors(cell="Paling lama {{lama +}}")[0][0] == "text_unreadable"
    assert errors(label="{{nik}}") == [("private_field_read", "nik")]


def test_where_identity_is_read_is_said_in_words() -> None:
    files = {"p.bpmn": bpmn(nodes(said="{{nik}}"), FLOWS)} | {
        n.replace("_", "."): f for n, f in FILES.items()
    }
    [error] = [one for one in deployments.check_files(None, files) if one.severity == "error"]
    assert error.what == "“Pesan” membaca isian pribadi “nik” (teks)."
