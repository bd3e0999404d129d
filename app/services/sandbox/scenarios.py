"""Scenarios: a run that is kept as a file, with what came out of each step, to be compared whenever it is played."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import orjson

from app.base.errors import InvalidDiagram, InvalidForm
from app.base.i18n import _, moment
from app.findings import Finding, has_errors
from app.services.deployment.scenario_files import ENDING
from app.services.sandbox import steps as run_steps
from app.services.sandbox.outcomes import OpenPlace, Outcome, Told
from app.services.sandbox.steps import Step

_LONGEST_NAME = 80
#: What a step is compared by, and which texts stand in the rows of each.
_ROWS: Mapping[str, tuple[str, ...]] = {
    "open": ("task", "lane", "unit", "due"),
    "waits": ("event",),
    "ended": ("at",),
    "fired": ("timer", "at"),
    "changed": (),
    "notices": ("from", "says"),
}


class ScenariosDiffer(InvalidDiagram):
    """Scenarios of a draft do not come out as they were kept; it can be published all the same. ``findings``: which,
    and the first difference of each."""

    code = "scenarios_differ"


@dataclass(frozen=True)
class Scenario:
    """A run with what is expected of it. ``expected``: of each step, as `expectation` gives it; None: nothing."""

    name: str
    process: str
    begins: datetime
    steps: tuple[Step, ...]
    expected: tuple[Mapping[str, Any] | None, ...]


def pack(
    name: str,
    process: str,
    begins: datetime,
    steps: Sequence[Step],
    outcomes: Sequence[Outcome],
    zone: tzinfo,
) -> bytes:
    """The file of a scenario: JSON for people to read, times as the clocks of ``zone`` show them."""
    told = {
        "scenario": name,
        "process": process,
        "begins": _time(begins, zone),
        "steps": [_step(step, outcome, zone) for step, outcome in zip(steps, outcomes, strict=True)],
    }
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


def unpack(content: bytes) -> Scenario:
    """Read the file of a scenario.

    Raises:
        InvalidForm: it is none; what is wrong is said in a clause.
    """
    try:
        told = orjson.loads(content)
        orjson.dumps(told)  # what is nested too deeply for it could not be played
    except (orjson.JSONDecodeError, orjson.JSONEncodeError) as error:
        raise InvalidForm(_("bukan JSON"), {}) from error
    if not isinstance(told, Mapping):
        raise InvalidForm(_("bukan JSON dengan nama dan nilai"), {})
    raw = told.get("steps")
    steps = run_steps.steps_of(raw)
    try:
        begins = datetime.fromisoformat(str(told.get("begins")))
    except ValueError:
        begins = None
    if begins is None or begins.tzinfo is None or not run_steps.is_playable(begins):
        raise InvalidForm(_("“begins” bukan waktu seperti 2026-12-01T09:00+07:00"), {})
    expected = [_expected(one.get("then"), number) for number, one in enumerate(raw or (), 1)]
    return Scenario(
        str(told.get("scenario") or "")[:_LONGEST_NAME],
        str(told.get("process") or ""),
        begins,
        steps,
        tuple(expected),
    )


def _expected(then: object, number: int) -> Mapping[str, Any] | None:
    """What is expected of the step with this number, as `expectation` gives it.

    Raises:
        InvalidForm: it is written otherwise.
    """
    if then is None:
        return None
    if not isinstance(then, Mapping) or not all(isinstance(then.get(key, []), list) for key in _ROWS):
        raise InvalidForm(_("langkah {n}: “then” tidak memuat daftar-daftar yang dikenal", n=number), {})
    for key, names in _ROWS.items():
        for row in then.get(key, ()):
            if not isinstance(row, Mapping) or type(row.get("case", 1)) is not int:
                raise InvalidForm(_("langkah {n}: “{name}” tidak dapat dibaca", n=number, name=key), {})
            if not all(isinstance(row.get(name, ""), str) for name in names):
                raise InvalidForm(_("langkah {n}: “{name}” tidak dapat dibaca", n=number, name=key), {})
    return then


def file_name(name: str) -> str:
    """The name of the file that keeps a scenario called ``name``.

    Raises:
        InvalidForm: no name was given, or one without a letter.
    """
    plain = "-".join(re.findall(r"\w+", name.lower()))[:_LONGEST_NAME].strip("-_")
    if not plain or len(name) > _LONGEST_NAME:
        message = _("Beri nama skenario ini, paling panjang {most} huruf.", most=_LONGEST_NAME)
        raise InvalidForm(message, {"name": message})
    return f"{plain}{ENDING}"


def expectation(outcome: Outcome, zone: tzinfo) -> dict[str, Any]:
    """What came of a step, as a scenario keeps it; what there was nothing of is left out."""
    told = {
        "open": [_open(one, zone) for one in outcome.tasks],
        "waits": [_of_case({"event": one.element}, one.case) for one in outcome.waits],
        "ended": [_of_case({"at": end}, case) for case, end in outcome.ended],
        "fired": [{"timer": element, "at": _time(at, zone)} for at, element in outcome.fired],
        "changed": [_of_case(dict(sorted(values.items())), case) for case, values in outcome.changed.items()],
        "notices": [_notice(one) for one in outcome.notices],
    }
    return {key: value for key, value in told.items() if value}


def _step(step: Step, outcome: Outcome, zone: tzinfo) -> dict[str, Any]:
    told = step.as_dict()
    if step.until is not None:
        told["until"] = _time(step.until, zone)
    return {**told, "then": expectation(outcome, zone)}


def _open(one: OpenPlace, zone: tzinfo) -> dict[str, Any]:
    told: dict[str, Any] = {"task": one.element, "lane": one.lane}
    if one.unit:
        told["unit"] = one.unit
    if one.due:
        told["due"] = _time(one.due, zone)
    return _of_case(told, one.case)


def _notice(one: Told) -> dict[str, Any]:
    return {"from": one.element, "to": list(one.to), "says": one.says}


def _of_case(told: dict[str, Any], case: int) -> dict[str, Any]:
    """Of the first case one need not say which it is."""
    return told if case == 1 else {"case": case, **told}


def _time(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).isoformat()


def require_same(findings: list[Finding], *, despite: bool) -> None:
    """Refuse a draft whose scenarios are stuck; where they merely differ, unless it is published ``despite`` that.

    Raises:
        InvalidDiagram: a case gets stuck. ScenariosDiffer: something comes out otherwise.
    """
    if has_errors(findings):
        raise InvalidDiagram(_("Ada skenario yang macet."), tuple(findings))
    if findings and not despite:
        raise ScenariosDiffer(_("Ada skenario yang tidak berjalan seperti yang disimpan."), tuple(findings))


# Comparing.


@dataclass(frozen=True)
class Words:
    """What a difference is told with: names of elements, and the zone of times."""

    names: Mapping[str, str]
    zone: tzinfo

    def name(self, element: object) -> str:
        """What an element is called."""
        return self.names.get(str(element), str(element))

    def time(self, text: object) -> str:
        """A time in words; what is none stands as it is."""
        try:
            return moment(datetime.fromisoformat(str(text)), self.zone)
        except (ValueError, OverflowError):
            return str(text)


def difference(expected: Mapping[str, Any], outcome: Outcome, words: Words) -> str:
    """The first thing that came out otherwise, in a clause; "" where nothing did."""
    came = expectation(outcome, words.zone)
    found = (
        *_task_differences(_rows(expected, "open"), _rows(came, "open"), words),
        *_end_differences(_rows(expected, "ended"), _rows(came, "ended"), words),
        *_wait_differences(_rows(expected, "waits"), _rows(came, "waits"), words),
        *_timer_differences(_rows(expected, "fired"), _rows(came, "fired"), words),
        *_value_differences(_rows(expected, "changed"), _rows(came, "changed")),
        *_notice_differences(_rows(expected, "notices"), _rows(came, "notices"), words),
    )
    return next(iter(found), "")


def _rows(told: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    rows = told.get(key)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _task_differences(
    expected: list[Mapping[str, Any]], came: list[Mapping[str, Any]], words: Words
) -> Iterator[str]:
    left = list(came)
    for row in expected:
        same = [one for one in left if _place(one, "task") == _place(row, "task")]
        exact = next((one for one in same if _alike(one, row)), None)
        found = exact or next(iter(same), None)
        name = words.name(row.get("task"))
        if found is None:
            others = ", ".join(words.name(one.get("task")) for one in came) or _("tidak ada")
            yield _(
                "tugas “{task}” seharusnya terbuka pada lajur {lane}, tetapi tidak; yang terbuka: {others}",
                task=name,
                lane=row.get("lane", ""),
                others=others,
            )
            continue
        left.remove(found)
        yield from _task_difference(name, row, found, words)
    for one in left:
        yield _(
            "tugas “{task}” pada lajur {lane} terbuka, padahal seharusnya tidak",
            task=words.name(one.get("task")),
            lane=one.get("lane", ""),
        )


def _task_difference(
    name: str, row: Mapping[str, Any], found: Mapping[str, Any], words: Words
) -> Iterator[str]:
    if row.get("lane") != found.get("lane"):
        yield _(
            "tugas “{task}” seharusnya terbuka pada lajur {lane}, tetapi terbuka pada lajur {other}",
            task=name,
            lane=row.get("lane", ""),
            other=found.get("lane", ""),
        )
    elif row.get("unit") != found.get("unit"):
        yield _(
            "tugas “{task}” seharusnya untuk unit {unit}, tetapi untuk {other}",
            task=name,
            unit=row.get("unit") or _("seluruh lajur"),
            other=found.get("unit") or _("seluruh lajur"),
        )
    elif not _same_time(row.get("due"), found.get("due")):
        yield _(
            "tenggat tugas “{task}” seharusnya {due}, tetapi {other}",
            task=name,
            due=words.time(row["due"]) if row.get("due") else _("tidak ada"),
            other=words.time(found["due"]) if found.get("due") else _("tidak ada"),
        )


def _end_differences(
    expected: list[Mapping[str, Any]], came: list[Mapping[str, Any]], words: Words
) -> Iterator[str]:
    ends = {one.get("case", 1): one.get("at") for one in came}
    for row in expected:
        case, end = row.get("case", 1), words.name(row.get("at"))
        if case not in ends:
            yield _("perkara seharusnya berakhir di “{end}”, tetapi masih berjalan", end=end)
        elif ends.pop(case) != row.get("at"):
            other = next(words.name(one.get("at")) for one in came if one.get("case", 1) == case)
            yield _(
                "perkara seharusnya berakhir di “{end}”, tetapi berakhir di “{other}”", end=end, other=other
            )
    for reached in ends.values():
        yield _("perkara berakhir di “{end}”, padahal seharusnya masih berjalan", end=words.name(reached))


def _wait_differences(
    expected: list[Mapping[str, Any]], came: list[Mapping[str, Any]], words: Words
) -> Iterator[str]:
    wanted, found = (Counter(_place(one, "event") for one in rows) for rows in (expected, came))
    for _case, event in wanted - found:
        yield _("perkara seharusnya menunggu “{event}”, tetapi tidak", event=words.name(event))
    for _case, event in found - wanted:
        yield _("perkara menunggu “{event}”, padahal seharusnya tidak", event=words.name(event))


def _timer_differences(
    expected: list[Mapping[str, Any]], came: list[Mapping[str, Any]], words: Words
) -> Iterator[str]:
    wanted, found = ([(str(one.get("timer")), one.get("at")) for one in rows] for rows in (expected, came))
    for timer, at in wanted:
        if not any(timer == other and _same_time(at, then) for other, then in found):
            yield _(
                "tenggat “{timer}” seharusnya tiba {at}, tetapi tidak",
                timer=words.name(timer),
                at=words.time(at),
            )
    for timer, at in found:
        if not any(timer == other and _same_time(at, then) for other, then in wanted):
            yield _(
                "tenggat “{timer}” tiba {at}, padahal seharusnya tidak",
                timer=words.name(timer),
                at=words.time(at),
            )


def _value_differences(expected: list[Mapping[str, Any]], came: list[Mapping[str, Any]]) -> Iterator[str]:
    wanted, found = ({one.get("case", 1): one for one in rows} for rows in (expected, came))
    for case in sorted({*wanted, *found}, key=str):
        before, after = (
            {k: v for k, v in rows.get(case, {}).items() if k != "case"} for rows in (wanted, found)
        )
        for key in [*before, *(key for key in after if key not in before)]:
            if before.get(key) != after.get(key) or (key in before) != (key in after):
                yield _(
                    "isian “{name}” seharusnya {value}, tetapi {other}",
                    name=key,
                    value=_value(before, key),
                    other=_value(after, key),
                )


def _value(values: Mapping[str, Any], key: str) -> str:
    if key not in values:
        return _("tidak berubah")
    return json.dumps(values[key], ensure_ascii=False)[:200]


def _notice_differences(
    expected: list[Mapping[str, Any]], came: list[Mapping[str, Any]], words: Words
) -> Iterator[str]:
    wanted, found = ([_told(one) for one in rows] for rows in (expected, came))
    for _source, to, says in wanted:
        if (_source, to, says) not in found:
            yield _("pemberitahuan kepada {to} seharusnya dikirim, tetapi tidak: {says}", to=to, says=says)
    for _source, to, says in found:
        if (_source, to, says) not in wanted:
            yield _("pemberitahuan kepada {to} dikirim, padahal seharusnya tidak: {says}", to=to, says=says)


def _told(row: Mapping[str, Any]) -> tuple[str, str, str]:
    to = row.get("to")
    whom = ", ".join(str(one) for one in to) if isinstance(to, list) else ""
    return str(row.get("from", "")), whom, str(row.get("says", ""))


def _place(row: Mapping[str, Any], key: str) -> tuple[Any, str]:
    return row.get("case", 1), str(row.get(key))


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    same = all(one.get(key) == other.get(key) for key in ("lane", "unit"))
    return same and _same_time(one.get("due"), other.get("due"))


def _same_time(one: object, other: object) -> bool:
    try:
        return datetime.fromisoformat(str(one)) == datetime.fromisoformat(str(other))
    except (ValueError, TypeError, OverflowError):
        return one == other
