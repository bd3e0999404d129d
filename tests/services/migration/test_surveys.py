"""Judging more cases than a page can wait for: in turns, by whichever worker comes, and forgotten afterwards."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.base.errors import NotAllowed, NotFound
from app.commands import studio
from app.commands.migration import surveys
from app.commands.transaction import Command
from app.models import EffectCase, EffectSurvey, ProcessDraft, ProcessInstance
from app.services.core import clock
from app.services.deployment import deployments
from app.services.migration import effect_lists, effects, targets
from app.services.migration import surveys as service
from app.services.migration.decisions import Decisions
from app.services.migration.effect_lists import Asked, Effects
from app.services.migration.selection import CaseFilters
from app.services.studio import draft_files, drafts, new_drafts
from app.services.studio import effects as draft_effects
from tests.services import working
from tests.services.keeping import forget
from tests.services.migration.moving import MOVED_LANE, deploy, move
from tests.services.office import Office, procedure, saw
from tests.write_locks import write_locks

CASES = 7


@pytest.fixture
def small_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "TURN", 3)


@pytest.fixture
def cases(office: Office, small_turns: None) -> list[ProcessInstance]:
    return [office.start(nomor=f"A-{number}") for number in range(CASES)]


def draft_of(office: Office, files: dict[str, bytes]) -> int:
    with office.database.transaction() as session:
        return new_drafts.begin_from_files(session, files, title=None, actor=office.owner).id


def begin(office: Office, draft_id: int, **decided: Any) -> int:
    done = surveys.begin(
        office.database,
        Command("survey_draft", str(draft_id)),
        lambda session: draft_effects.target_of(session, draft_id, actor=office.owner),
        lambda _session, _target: Decisions(**decided),
        actor=office.owner,
    )
    return int(done["survey"])


def work(office: Office) -> None:
    """As a worker of its own does."""
    working.look(office.database, "surveys")
    working.send(office.database, "surveys")


def survey_of(office: Office, survey_id: int) -> EffectSurvey:
    with office.database.reading() as session:
        return session.get_one(EffectSurvey, survey_id)


def judged(office: Office) -> list[int]:
    with office.database.reading() as session:
        return list(session.scalars(select(EffectCase.instance_id).order_by(EffectCase.instance_id)))


def listed(office: Office, draft_id: int, survey_id: int, **asked: Any) -> Effects:
    with office.database.reading() as session:
        target = draft_effects.target_of(session, draft_id, actor=office.owner)
        survey = session.get_one(EffectSurvey, survey_id)
        wanted = Asked(**{"filters": CaseFilters(), **asked})
        return effect_lists.surveyed(session, survey, target, wanted, actor=office.owner)


def test_a_survey_goes_on_in_turns_until_every_case_is_judged(
    office: Office, cases: Sequence[ProcessInstance]
) -> None:
    draft = draft_of(office, procedure(lanes=MOVED_LANE))
    survey = begin(office, draft)
    assert survey_of(office, survey).total == CASES
    surveys.work(office.database)
    assert (survey_of(office, survey).state, survey_of(office, survey).judged) == ("running", 3)
    work(office)
    done = survey_of(office, survey)
    assert (done.state, done.judged, done.total) == ("done", CASES, CASES)
    assert judged(office) == [case.id for case in cases]
    found = listed(office, draft, survey)
    assert (found.count, dict(found.totals)) == (
        CASES,
        {"blocked": 0, "deadline": 0, "task": CASES, "unaffected": 0},
    )


def test_what_was_judged_before_is_what_is_judged_now(
    office: Office, cases: Sequence[ProcessInstance]
) -> None:
    draft = draft_of(office, procedure(lanes=MOVED_LANE, after="9 hari kerja"))
    decided = Decisions(timers={"lewat": "recompute"})
    survey = begin(office, draft, timers={"lewat": "recompute"})
    work(office)
    with office.database.reading() as session:
        target = draft_effects.target_of(session, draft, actor=office.owner)
        ids = [case.id for case in cases]
        now = effect_lists.judged_now(session, target, ids, decided, Asked(CaseFilters()), actor=office.owner)
    before = listed(office, draft, survey)
    assert list(before.page.items) == list(now.page.items)
    assert (before.count, before.totals) == (now.count, now.totals)
    assert {kind for one in now.page.items for kind in one.kinds} == {"task", "deadline"}


@pytest.mark.parametrize("surveyed", [True, False])
def test_the_list_is_filtered_and_goes_on_page_by_page(
    office: Office, cases: Sequence[ProcessInstance], *, surveyed: bool
) -> None:
    draft = draft_of(office, procedure(lanes=MOVED_LANE))
    survey = begin(office, draft)
    work(office)

    def found(**asked: Any) -> Effects:
        if surveyed:
            return listed(office, draft, survey, **asked)
        with office.database.reading() as session:
            target = draft_effects.target_of(session, draft, actor=office.owner)
            wanted = Asked(**{"filters": CaseFilters(), **asked})
            ids = targets.ids_after(session, target, 0, 99, actor=office.owner, filters=wanted.filters)
            return effect_lists.judged_now(session, target, ids, Decisions(), wanted, actor=office.owner)

    pages, after = [], ""
    while True:
        page = found(after=after, limit=3).page
        pages.append([one.instance_id for one in page.items])
        if page.next is None:
            break
        after = page.next
    assert [len(page) for page in pages] == [3, 3, 1]
    assert [id_ for page in pages for id_ in page] == [case.id for case in cases]
    assert [one.number for one in found(filters=CaseFilters(q="a-3")).page.items] == ["A-3"]
    assert found(kind="blocked").page.items == []
    assert len(found(kind="task").page.items) == CASES


def test_no_case_is_judged_by_two_workers(
    office: Office, cases: Sequence[ProcessInstance], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(office, draft_of(office, procedure(lanes=MOVED_LANE)))
    judge, asked = targets.judge, list[int]()

    def while_another_comes(*given: Any, **named: Any) -> Any:
        asked.extend(given[2])
        work(office)
        return judge(*given, **named)

    monkeypatch.setattr(targets, "judge", while_another_comes)
    work(office)
    assert sorted(asked) == judged(office) == [case.id for case in cases]


def test_another_worker_goes_on_where_one_was_killed(
    office: Office, cases: Sequence[ProcessInstance], monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = begin(office, draft_of(office, procedure(lanes=MOVED_LANE)))
    surveys.work(office.database)
    with monkeypatch.context() as killed:
        killed.setattr(targets, "judge", _killed)
        with pytest.raises(KeyboardInterrupt):
            work(office)
    work(office)
    assert survey_of(office, survey).state == "running"
    working.let_time_pass(office.database)
    work(office)
    assert survey_of(office, survey).state == "done"
    assert judged(office) == [case.id for case in cases]


def _killed(*_given: object, **_named: object) -> None:
    raise KeyboardInterrupt


def test_who_comes_back_after_another_took_over_writes_nothing(
    office: Office, cases: Sequence[ProcessInstance]
) -> None:
    begin(office, draft_of(office, procedure(lanes=MOVED_LANE)))
    with office.database.reading() as session:
        turn = service.next_turn(session)
    assert turn is not None
    surveys.work(office.database)
    with office.database.transaction() as session:
        assert not service.keep(session, turn, [cases[0].id], [], over=False)
    work(office)
    assert judged(office) == [case.id for case in cases]


def test_nothing_costly_happens_while_a_turn_writes(office: Office, cases: Sequence[ProcessInstance]) -> None:
    draft = draft_of(office, procedure(lanes=MOVED_LANE))
    with write_locks() as seen:
        begin(office, draft)
        work(office)
    assert seen.costly == []
    assert judged(office) == [case.id for case in cases]


def test_a_draft_that_was_changed_meanwhile_ends_its_survey(
    office: Office, cases: Sequence[ProcessInstance]
) -> None:
    draft = draft_of(office, procedure(lanes=MOVED_LANE))
    survey = begin(office, draft)
    surveys.work(office.database)
    changed = procedure(lanes=MOVED_LANE, after="8 hari kerja")
    with office.database.transaction() as session:
        draft_files.bring_in(session, draft, changed, title=None, actor=office.owner, seen=None)
    work(office)
    assert survey_of(office, survey).state == "outdated"
    with office.database.reading() as session:
        target = draft_effects.target_of(session, draft, actor=office.owner)
        found = service.find(session, target, Decisions(), actor=office.owner)
        assert found is not None
        assert not service.is_of(found, target)


def test_the_survey_of_a_version_is_listed_like_that_of_a_draft(
    office: Office, cases: Sequence[ProcessInstance]
) -> None:
    version = deploy(office, procedure(lanes=MOVED_LANE))
    done = surveys.begin(
        office.database,
        Command("survey_version", str(version)),
        lambda session: targets.stored_target(session, version),
        lambda _session, _target: Decisions(),
        actor=office.owner,
    )
    work(office)
    move(office, version, cases[0])
    with office.database.reading() as session:
        survey, target = (
            session.get_one(EffectSurvey, done["survey"]),
            targets.stored_target(session, version),
        )
        asked = Asked(CaseFilters(), "task")
        found = effect_lists.surveyed(session, survey, target, asked, actor=office.owner)
        ids = effect_lists.surveyed_ids(session, survey, target, asked, actor=office.owner)
    assert found.count == CASES - 1  # one is there already
    assert ids == [case.id for case in cases[1:]]


@pytest.mark.parametrize("ending", ["forget", "discard", "publish", "housekeeping", "again"])
def test_what_is_over_is_forgotten(
    office: Office, cases: Sequence[ProcessInstance], monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    draft = draft_of(office, procedure(lanes=MOVED_LANE))
    survey = begin(office, draft)
    work(office)
    endings: dict[str, Callable[[], object]] = {
        "forget": lambda: surveys.forget(
            office.database, Command("forget_survey", str(survey)), survey, actor=office.owner
        ),
        "discard": lambda: in_transaction(
            office, lambda session: drafts.discard(session, draft, actor=office.owner)
        ),
        "publish": lambda: studio.publish_draft(
            office.database,
            Command("publish_draft", str(draft)),
            draft,
            "SOP direvisi",
            actor=office.owner,
            seen=saw(office.database, draft),
            answer=lambda _session, _done: {},
        ),
        "housekeeping": lambda: in_transaction(office, days_later),
        "again": lambda: begin(office, draft),
    }
    endings[ending]()
    monkeypatch.setattr(service, "_SWEPT", 3)
    work(office)
    with office.database.reading() as session:
        assert session.get(EffectSurvey, survey) is None
        left = session.scalar(
            select(func.count()).select_from(EffectCase).where(EffectCase.survey_id == survey)
        )
        assert left == 0


def days_later(session: Any) -> None:
    clock.fix(session, clock.now(session) + timedelta(days=7, hours=1))
    forget(session)


def in_transaction(office: Office, do: Callable[[Any], object]) -> None:
    with office.database.transaction() as session:
        do(session)


def test_a_draft_goes_with_its_surveys(office: Office, cases: Sequence[ProcessInstance]) -> None:
    draft = draft_of(office, procedure(lanes=MOVED_LANE))
    begin(office, draft)
    work(office)

    def much_later(session: Any) -> None:
        drafts.discard(session, draft, actor=office.owner)
        clock.fix(session, clock.now(session) + drafts.KEPT + timedelta(days=1))
        forget(session, ProcessDraft)

    in_transaction(office, much_later)
    with office.database.reading() as session:
        assert session.scalars(select(EffectSurvey.id)).all() == []


def test_only_owners_have_cases_judged(office: Office, cases: Sequence[ProcessInstance]) -> None:
    version = deploy(office, procedure(lanes=MOVED_LANE))
    for actor in (office.auditor, office.rina, office.admin):
        with pytest.raises(NotAllowed):
            surveys.begin(
                office.database,
                Command("survey_version", str(version)),
                lambda session: targets.stored_target(session, version),
                lambda _session, _target: Decisions(),
                actor=actor,
            )
    with office.database.reading() as session:
        target = targets.stored_target(session, version)
        assert service.find(session, target, Decisions(), actor=office.auditor) is None
        with pytest.raises(NotFound):
            service.find(session, target, Decisions(), actor=office.rina)


def test_one_case_that_cannot_be_judged_holds_up_no_other(
    office: Office, cases: Sequence[ProcessInstance], monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = draft_of(office, procedure(lanes=MOVED_LANE))
    survey = begin(office, draft)
    dry_run = effects.dry_run

    def odd(session: Any, target: Any, ids: Sequence[int], *given: Any, **named: Any) -> Any:
        if cases[1].id in ids:
            raise ZeroDivisionError
        return dry_run(session, target, ids, *given, **named)

    monkeypatch.setattr(effects, "dry_run", odd)
    work(office)
    found = listed(office, draft, survey, kind="blocked")
    [verdict] = found.page.items
    assert (verdict.instance_id, found.count) == (cases[1].id, CASES)
    assert "gangguan" in verdict.obstacles[0].text


def test_an_unstored_version_is_read_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = draft_of(office, procedure(lanes=MOVED_LANE))
    with office.database.reading() as session:
        first = draft_effects.target_of(session, draft, actor=office.owner)
    monkeypatch.setattr("app.services.deployment.unstored.collect", None)
    with office.database.reading() as session:
        again = draft_effects.target_of(session, draft, actor=office.owner)
    assert again.versions["uji"] is first.versions["uji"]


def test_what_is_in_force_decides_on_what_a_draft_becomes(office: Office) -> None:
    """A form that the draft lacks is carried over from the version in force."""
    files = procedure(lanes=MOVED_LANE)
    draft = draft_of(office, {"uji.bpmn": files["uji.bpmn"]})
    with office.database.reading() as session:
        before = draft_effects.target_of(session, draft, actor=office.owner)
    with office.database.transaction() as session:
        form = files["periksa.form"].replace(b"Hasil", b"Kesimpulan")
        deployments.deploy(session, {"periksa.form": form}, actor=None)
    with office.database.reading() as session:
        after = draft_effects.target_of(session, draft, actor=office.owner)
    assert before.digest != after.digest
