"""A code that is none is refused at its condition; the words of a list are as good as its codes."""

import pytest

from app.base.errors import InvalidForm
from app.services.core.access import Actor
from app.services.deployment import deployments
from app.services.questions import ledger, vocabulary
from app.services.questions.ledger import Filters
from app.services.search import question
from app.services.search.question import Condition, Group, Question
from app.services.tasks import tasks
from tests.services.office import Office, form, text
from tests.services.questions.asked import every, ids, one

KNOWN = [
    one("keadaan", nilai="active"),
    one("hasil", nilai="selesai"),
    one("hasil", nilai="-"),
    one("tugas", kegiatan="periksa", lajur="Loket", unit="A", keadaan="late"),
    one("cabang", nilai="cukup__kerjakan"),
    one("proses", nilai="uji"),
    one("versi", nilai="1"),
    one("unit", nilai="B"),  # a unit of the office that no case went to
]
UNKNOWN = [
    *(one("tugas", **{name: "XYZ"}) for name in ("kegiatan", "lajur", "unit", "keadaan")),
    *(
        one(subject, nilai="XYZ")
        for subject in (
            "keadaan",
            "hasil",
            "cabang",
            "proses",
            "kategori",
            "unit",
            "wilayah",
            "prioritas",
            "saluran",
        )
    ),
    one("versi", nilai="99"),
]
OF_EVENTS = [one("kegiatan", nilai="XYZ"), one("proses", nilai="XYZ"), one("nomor", nilai="XYZ")]


def refused(office: Office, actor: Actor, *conditions: Condition, about: str = question.CASES) -> set[str]:
    with office.database.reading() as session:
        try:
            vocabulary.require(session, Question(about, (Group(conditions),)), actor=actor)
        except InvalidForm as error:
            return set(error.errors)
    return set()


def test_a_code_that_is_none_is_refused_at_its_condition(office: Office) -> None:
    case = office.start(judul="Lampu")
    with office.database.transaction() as session:
        values = {"hasil": "cukup", "unit": "A"}
        tasks.complete(session, office.open_task(case).id, values, {}, actor=office.rina)
    assert refused(office, office.auditor, *KNOWN) == set()
    assert refused(office, office.rina, *KNOWN[:3]) == set()
    places = {f"k1.{place}" for place in range(1, len(UNKNOWN) + 1)}
    assert refused(office, office.auditor, *UNKNOWN) == places
    negated = [Condition(asked.subject, asked.values, negated=True) for asked in UNKNOWN]
    assert refused(office, office.rina, *negated) == places
    assert refused(office, office.auditor, *OF_EVENTS, about=question.EVENTS) == {"k1.1", "k1.2", "k1.3"}
    with office.database.reading() as session, pytest.raises(InvalidForm, match="XYZ"):
        ledger.page(session, Filters(pattern="XYZ"), actor=office.auditor)


def test_a_number_is_known_to_who_sees_its_case(office: Office) -> None:
    case = office.start()
    asked = one("nomor", nilai=case.business_key)
    assert refused(office, office.rina, asked) == refused(office, office.auditor, asked) == set()
    assert refused(office, office.dinas_a, asked) == {"k1.1"}


def test_what_a_list_offers_is_asked_for_by_its_words_or_its_code(office: Office) -> None:
    options = [{"value": "jl", "label": "Jalan rusak"}, {"value": "lp", "label": "Lampu jalan"}]
    jenis = {"type": "select", "key": "jenis", "label": "Jenis", "values": options}
    damai = {"type": "checkbox", "key": "damai", "label": "Damai"}
    with office.database.transaction() as session:
        fields = [text("judul"), jenis, damai]
        deployments.deploy(session, {"terima.form": form(*fields)}, actor=None)
    road = office.start(judul="jl", jenis="jl", damai=True).id
    lamp = office.start(judul="Lampu jalan", jenis="lp").id

    def found(name: str, way: str, value: str) -> list[int]:
        with office.database.reading() as session:
            return ids(session, every(one("variabel", nama=name, cara=way, nilai=value)), office.auditor)

    assert found("jenis", "sama", "Jalan rusak") == found("jenis", "sama", "jl") == [road]
    assert found("jenis", "memuat", "JALAN") == [lamp, road]
    assert found("judul", "sama", "Lampu jalan") == [lamp]
    assert found("damai", "sama", "Ya") == [road]
    with pytest.raises(InvalidForm) as refusal:
        found("jenis", "sama", "Banjir")
    assert "tidak punya pilihan" in refusal.value.errors["k1.1"]
