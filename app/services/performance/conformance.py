"""How far the ways of a version's cases fit a diagram: its own, another version's, or one that is sent along."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy.orm import Session

from app.base.errors import InvalidDiagram
from app.base.i18n import N_, _, ngettext
from app.engine import conformance, drawing
from app.engine.conformance import Replay
from app.engine.diagram import Diagram
from app.engine.reading import reader
from app.models import ProcessDefinition
from app.services.core.access import Actor
from app.services.definitions import definitions
from app.services.performance import period, steps, variants
from app.services.performance.period import Period
from app.services.performance.variants import Variant

#: The most frequent ways are replayed; the cases of others are told of as not looked at.
MOST_VARIANTS = 200
KINDS: Mapping[str, str] = {
    "out_of_turn": N_("di luar giliran"),
    "skipped": N_("dilewati"),
    "unknown": N_("tidak ada dalam diagram"),
    "other_end": N_("akhir yang tidak dituju alurnya"),
}
#: Figures of cases that are no deviation and no intervention.
FIGURES: Mapping[str, str] = {
    "replayed": N_("Jalannya diputar ulang"),
    "fits": N_("Sesuai seluruhnya"),
    "deviates": N_("Menyimpang"),
    "bounded": N_("Tidak semua kemungkinan dicoba"),
    "left_out": N_("Jalannya tidak diputar ulang"),
}
INTERVENTIONS: Mapping[str, str] = {
    "moved": N_("Dipindahkan tangan ke langkah lain"),
    "migrated": N_("Pindah versi"),
    "cancelled": N_("Dibatalkan"),
    "joined": N_("Digabung ke perkara lain"),
}


@dataclass(frozen=True)
class Against:
    """The diagram that ways are replayed on, its file, and what it is called."""

    diagram: Diagram
    xml: bytes
    name: str
    #: The version whose it is, else 0, and the SHA-256 of one that was sent along, else "".
    definition_id: int = 0
    digest: str = ""


@dataclass(frozen=True)
class Deviating:
    """A deviation at an element: in how many cases, and how often in all."""

    kind: str
    element: str
    name: str
    cases: int
    times: int

    @property
    def figure(self) -> str:
        """The name by which `ways_behind` knows it."""
        return f"{self.kind}:{self.element}"


@dataclass(frozen=True)
class Replayed:
    """A way with its replay."""

    variant: Variant
    replay: Replay


@dataclass(frozen=True)
class Behind:
    """Ways, by their hashes, of the cases behind a figure; ``others``: of the cases that took none of them."""

    variants: frozenset[str]
    others: bool = False


@dataclass(frozen=True)
class Conformance:
    """What the replay says of all cases together. ``left_out``: cases whose ways were not looked at; ``bounded``:
    cases of which a diagram allows more than was looked at."""

    definition: ProcessDefinition
    against: Against
    cases: int
    fitting: int
    fitness: float
    deviations: Sequence[Deviating]
    interventions: Mapping[str, int]
    replayed: Sequence[Replayed]
    left_out: int
    bounded: int
    picture: str
    #: What elements are called, by id: of both diagrams.
    names: Mapping[str, str]


def of_version(session: Session, definition_id: int) -> Against:
    """The diagram of a version."""
    definition = definitions.get(session, definition_id)
    version = definitions.version(session, definition_id)
    return Against(version.diagram, version.xml, _("versi {n}", n=definition.version), definition_id)


def sent(xml: bytes, name: str, key: str) -> Against:
    """A diagram that is sent along, read as any other. Of several processes the one with ``key``.

    Raises:
        InvalidDiagram: it cannot be run.
    """
    found = reader.read_diagrams(xml, file=name)
    chosen = next((one for one in found if one.key == key), found[0] if found else None)
    if chosen is None:
        raise InvalidDiagram(_("Berkas ini tidak memuat proses."), ())
    return Against(chosen, xml, name, digest=sha256(xml).hexdigest())


def measure(session: Session, asked: Period, against: Against, *, actor: Actor) -> Conformance:
    """Replay the ways of cases that ended in these months. Each different way once, whatever number took it.

    The fitness of all is that of their tokens added up, each way as often as cases took it. 3 SQL.

    Raises:
        NotFound: there is no such version, or it is not the actor's to see.
    """
    definition = period.require(session, actor, asked.definition_id)
    replayed = _replayed(session, asked, against)
    ended = variants.number_of_cases(session, asked)
    tokens = Counter[str]()
    for one in replayed:
        for name in ("produced", "consumed", "missing", "remaining"):
            tokens[name] += getattr(one.replay, name) * one.variant.cases
    own = definitions.version(session, definition.id).diagram
    names = {node.id: node.name or node.id for one in (own, against.diagram) for node in one.nodes.values()}
    deviations = _deviations(replayed, names)
    looked_at = sum(one.variant.cases for one in replayed)
    return Conformance(
        definition,
        against,
        looked_at,
        sum(one.variant.cases for one in replayed if one.replay.fits),
        conformance.fitness(*(tokens[name] for name in ("produced", "consumed", "missing", "remaining"))),
        deviations,
        _interventions(replayed),
        sorted(replayed, key=lambda one: (one.replay.fits, -one.variant.cases)),
        ended - looked_at,
        sum(one.variant.cases for one in replayed if one.replay.bounded),
        _picture(against, deviations),
        names,
    )


def ways_behind(session: Session, asked: Period, against: Against, figure: str, *, actor: Actor) -> Behind:
    """The ways of the cases behind a figure of `measure`: ``replayed``, ``fits``, ``deviates``, ``bounded``,
    ``left_out``, one of `INTERVENTIONS`, or a deviation as `Deviating.figure` names it. 2 SQL.

    Raises:
        NotFound: there is no such version, or it is not the actor's to see.
    """
    period.require(session, actor, asked.definition_id)
    found = _replayed(session, asked, against)
    if figure in ("replayed", "left_out"):
        return Behind(frozenset(one.variant.hash for one in found), others=figure == "left_out")
    return Behind(frozenset(one.variant.hash for one in found if figure in _figures(one.replay)))


def is_figure(figure: str) -> bool:
    """Whether it is one that `ways_behind` knows."""
    kind, _sign, element = figure.partition(":")
    return figure in FIGURES or figure in INTERVENTIONS or (kind in KINDS and bool(element))


def _figures(replay: Replay) -> set[str]:
    """The figures in which a case of this replay counts."""
    found = {f"{one.kind}:{one.element}" for one in replay.deviations}
    found |= {one.kind for one in replay.interventions}
    return found | {"fits" if replay.fits else "deviates"} | ({"bounded"} if replay.bounded else set())


def _replayed(session: Session, asked: Period, against: Against) -> list[Replayed]:
    """The most frequent ways, each replayed once, as far as work goes: a diagram may allow very much. 2 SQL."""
    found = variants.most_frequent(session, asked, limit=MOST_VARIANTS)
    by_way = conformance.replay_all(against.diagram, [one.way for one in found])
    return [Replayed(one, by_way[one.way]) for one in found if one.way in by_way]


def _deviations(replayed: Sequence[Replayed], names: Mapping[str, str]) -> list[Deviating]:
    cases, times = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for one in replayed:
        here = Counter((found.kind, found.element) for found in one.replay.deviations)
        for place, number in here.items():
            cases[place] += one.variant.cases
            times[place] += number * one.variant.cases
    order = sorted(cases, key=lambda place: (-cases[place], place))
    return [
        Deviating(kind, element, names.get(element, element), cases[kind, element], times[kind, element])
        for kind, element in order
    ]


def _interventions(replayed: Sequence[Replayed]) -> dict[str, int]:
    found = Counter[str]()
    for one in replayed:
        for kind in {done.kind for done in one.replay.interventions}:
            found[kind] += one.variant.cases
    return {kind: found[kind] for kind in INTERVENTIONS if found[kind]}


def _picture(against: Against, deviations: Sequence[Deviating]) -> str:
    """The diagram with what deviates where; the shade says in how many cases."""
    here = defaultdict[str, list[Deviating]](list)
    for one in deviations:
        here[one.element].append(one)
    most = {id_: max(one.cases for one in some) for id_, some in here.items()}
    shades = dict(zip(most, steps.shades(list(most.values())), strict=True))
    marks = {
        id_: drawing.State(
            label="; ".join(f"{one.cases} {_(KINDS[one.kind])}" for one in some), heat=shades[id_]
        )
        for id_, some in here.items()
    }
    links = {id_: f"#s-{id_}" for id_ in here if id_ in against.diagram.nodes}
    title = _("Penyimpangan pada {name}", name=against.name)
    try:
        return drawing.draw_svg(against.xml, marks, title=title, links=links)
    except InvalidDiagram:
        return ""


def frequency_text(one: Deviating) -> str:
    """In how many cases it was, and how often."""
    text = ngettext("{count} perkara", "{count} perkara", one.cases, count=one.cases)
    return text if one.times == one.cases else _("{text}, {n} kali", text=text, n=one.times)
