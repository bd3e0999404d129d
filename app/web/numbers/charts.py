"""Charts of few numbers: where each bar of an SVG picture stands. Its table says the same."""

from collections.abc import Sequence
from dataclasses import dataclass

#: Of a chart as wide as a page, and of one beside something else.
WIDE, NARROW = 600, 400
_HEIGHT = 200
_LEFT, _TOP, _BOTTOM = 44, 12, 28
#: A label needs so much room.
_LABEL = 52


@dataclass(frozen=True)
class Bar:
    """A bar, its place in the picture, and what is told of it."""

    series: int
    x: float
    y: float
    width: float
    height: float
    told: str


@dataclass(frozen=True)
class Chart:
    """A picture: bars, (y, text) of its lines and (x, text) below it."""

    width: int
    height: int
    left: int
    bars: Sequence[Bar]
    lines: Sequence[tuple[float, int]]
    labels: Sequence[tuple[float, str]]
    base: float


def columns(
    labels: Sequence[str], series: Sequence[Sequence[int]], told: Sequence[str], width: int = WIDE
) -> Chart:
    """Columns beside each other for each label: one of each series; ``told``: what the series are called."""
    top = _round_up(max((value for one in series for value in one), default=0))
    room, tall = width - _LEFT, _HEIGHT - _TOP - _BOTTOM
    step = room / max(len(labels), 1)
    wide = min(step * 0.8 / len(series), 28)
    bars = [
        Bar(
            number,
            round(_LEFT + step * (place + 0.5) + wide * (number - len(series) / 2), 1),
            round(_TOP + tall * (1 - values[place] / top), 1),
            round(max(wide - 1, 1), 1),
            round(tall * values[place] / top, 1),
            f"{labels[place]}: {told[number]} {values[place]}",
        )
        for place in range(len(labels))
        for number, values in enumerate(series)
        if values[place]
    ]
    every = max(1, round(_LABEL / step + 0.49))
    below = [
        (round(_LEFT + step * (place + 0.5), 1), label)
        for place, label in enumerate(labels)
        if place % every == 0
    ]
    lines = [(round(_TOP + tall * (1 - part), 1), round(top * part)) for part in (0.5, 1)]
    return Chart(width, _HEIGHT, _LEFT, bars, lines, below, _HEIGHT - _BOTTOM)


def _round_up(most: int) -> int:
    """An even round number not below the highest: what the lines of a chart are drawn at."""
    if most <= 4:
        return 4
    size = int("1".ljust(len(str(most)), "0"))
    return next(
        size * step // 10 for step in (10, 12, 16, 20, 30, 40, 50, 60, 80, 100) if size * step >= most * 10
    )
