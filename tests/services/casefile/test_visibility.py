"""What an officer sees stays what he sees, whatever the query around it reads."""

from app.services.definitions import details
from app.services.tasks import tasks
from tests.services.office import Office


def test_an_officer_sees_where_his_cases_of_a_version_stand_and_no_others(office: Office) -> None:
    first, _second = office.start(), office.start()
    with office.database.transaction() as session:
        work = {"hasil": "cukup", "unit": "A"}
        tasks.complete(session, office.open_task(first).id, work, {}, actor=office.rina)
    with office.database.reading() as session:
        version = first.definition_id
        everything = {"kerjakan": 1, "periksa": 1}
        for actor, seen in ((office.owner, everything), (office.rina, everything), (office.ketua, everything),
                            (office.dinas_a, {"kerjakan": 1}), (office.dinas_b, {})):  # fmt: skip
            standing = details.open_instance_counts(session, version, actor=actor)
            assert {element: one.cases for element, one in standing.items()} == seen
