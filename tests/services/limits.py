"""A procedure whose limit comes from a table by kind: 60, 14 and 5 days."""

from tests.engine.building import Shape, boundary, catch, end, rule, send, start, user
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


def nodes(**told: str) -> list[Shape]:
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
