"""What a deployment says of deadlines: filled into texts, fixed in forms, unknown before they are worked out."""

from app.services.deployment import deployments
from tests.engine.building import boundary, bpmn, catch, end, rule, send, start, user
from tests.services.deployment.found import found
from tests.services.office import form, text

RULE = """<rule id="r{0}"><inputEntry id="i{0}"><text>{1}</text></inputEntry>
<outputEntry id="o{0}"><text>{2}</text></outputEntry></rule>"""
RESULTS = (('"berat"', '"60 hari"'), ('"sedang"', "14"), ("-", '"5 hari"'))
LIMITS = f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
  <decision id="batas_waktu" name="Batas waktu">
    <decisionTable id="t" hitPolicy="FIRST">
      <input id="i"><inputExpression id="ie" typeRef="string"><text>jenis</text></inputExpression></input>
      <output id="o" name="batas" />
      {"".join(RULE.format(number, *one) for number, one in enumerate(RESULTS))}
    </decisionTable>
  </decision>
</definitions>""".encode()


def nodes(**told: str) -> list:
    return [
        start("mulai", form="laporan"),
        rule("tabel", decision="batas_waktu"),
        user(
            "tindak", form="tindak", properties={"status publik": "Diproses", "waktu": told.get("cell", "")}
        ),
        boundary("tenggat", "tindak", after=told.get("after", "=batas"), name=told.get("label", "{{lama}}"),
                 properties={"tenggat": "ya"}),
        boundary("h14", "tindak", after="H-14", name="H-14"),
        send("pesan", properties={"pesan": told.get("said", "{{jenis}} lewat {{lama}} pada {{tenggat}}")}),
        catch("jawab", message="jawab", form="jawab", properties={"untuk": "pelapor"}),
        *map(end, ("selesai", "lewat")),
    ]  # fmt: skip


FLOWS = "mulai > tabel > tindak > jawab > selesai\ntenggat > pesan > lewat\nh14 > pesan"
FILES = {
    "batas_dmn": LIMITS,
    "laporan_form": form(text("jenis"), text("nik", private=True)),
    "tindak_form": form(text("hasil")),
    "jawab_form": form(text("keterangan")),
}


def told(codes: tuple[str, ...], *, note: str = "", **changes: str) -> list[str]:
    files = dict(FILES)
    if note:
        files["tindak_form"] = form(text("hasil"), {"type": "text", "text": note})
    return [one.what for one in found(nodes(**changes), FLOWS, codes, **files)]


def test_reminders_that_never_come_for_a_result_of_a_table_are_told() -> None:
    assert told(("reminder_never",)) == [
        "“H-14” tidak pernah datang bila tenggat “Tindak” adalah 14 hari, 5 hari."
    ]


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
