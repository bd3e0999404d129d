"""The finished SVG of one case: the picture, its states and its words."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from app.base.i18n import _
from app.engine.drawing import badges, symbols, words
from app.engine.drawing.geometry import Box, n
from app.engine.drawing.lettering import left_block, safe, tidy
from app.engine.drawing.listing import in_order
from app.engine.drawing.picture import Picture, Piece, picture_of
from app.engine.drawing.state import DIFFERENCES, State, Word

_NOTHING = State()
_MOST_NAMED = 20


def draw_svg(
    xml: bytes,
    states: Mapping[str, State],
    *,
    title: str,
    prefix: str | None = None,
    css: str | None = None,
    anchors: bool = False,
    links: Mapping[str, str] | None = None,
    marked: str = "",
) -> str:
    """The diagram as one ``<svg>`` element, coloured by ``states`` (element and flow ids of the file).

    It holds classes only: no script, no style attribute, no link but ``links`` (element id → address). ``title`` is
    what a screen reader says first. ``prefix`` begins the ids inside; without one it follows from the content, so
    give one where the same drawing stands twice on a page. ``css`` goes into a ``<style>`` element: a file that
    stands alone. ``anchors``: each element has an id to link to, ``prefix-e-`` and its own. ``marked``: the id of one
    element that is set off from the others.

    Raises:
        InvalidDiagram: ``xml`` is not XML that we read. Any XML gives a picture, perhaps an empty one.
    """
    drawn = picture_of(xml)
    known = {id: state for id, state in states.items() if id in drawn.elements}
    uid = prefix or f"d{drawn.key}{_hash(title, known)}"
    view, note = _with_note(drawn)
    return "".join(
        [
            _open(view, uid, standalone=css is not None, linked=bool(links)),
            f'<title id="{safe(uid)}-t">{safe(title)}</title>',
            f'<desc id="{safe(uid)}-d">{safe(summary(drawn, known))}</desc>',
            f"<style>{safe_css(css)}</style>" if css else "",
            *_layers(drawn, known, f"{uid}-e-" if anchors else "", links or {}, marked),
            badges.draw_badges(drawn.spots_for(_differing(known) | _labelled(known)), known),
            note,
            "</svg>",
        ]
    )


def _differing(states: Mapping[str, State]) -> set[str]:
    """What differs from another version is marked whatever it is; a case has marks at its steps alone."""
    return {id for id, state in states.items() if state.state in DIFFERENCES}


def _labelled(states: Mapping[str, State]) -> set[str]:
    return {id for id, state in states.items() if state.label}


def _hash(title: str, states: Mapping[str, State]) -> str:
    return sha256(
        repr((title, sorted(states.items(), key=lambda item: item[0]))).encode("utf-8", "replace")
    ).hexdigest()[:8]


def draw_sample(word: Word) -> str:
    """A small picture of how a state is marked, for a legend that says it in words beside."""
    return (
        '<svg class="bpmn bpmn--sample" viewBox="0 0 46 24" width="46" height="24" aria-hidden="true"'
        f' focusable="false"><g class="shape is-{word}"><rect class="outline" x="2" y="4" width="32" height="18"'
        f' rx="5"/></g><g class="badge is-{word}"><rect x="25" y="1" width="18" height="18" rx="9"/>'
        f'<g transform="translate(34 10)">{symbols.STATE[word]}</g></g></svg>'
    )


def safe_css(css: str) -> str:
    """Style rules that cannot end their element."""
    return css.replace("<", "").replace("&", "&amp;")


def _open(view: Box, uid: str, *, standalone: bool, linked: bool) -> str:
    """An image to a screen reader; a group where there are links to go to."""
    role = "group" if linked else "img"
    namespace = ' xmlns="http://www.w3.org/2000/svg"' if standalone else ""
    return (
        f'<svg{namespace} class="bpmn" viewBox="{n(view.x)} {n(view.y)} {n(view.w)} {n(view.h)}"'
        f' width="{n(view.w)}" height="{n(view.h)}" role="{role}" aria-labelledby="{safe(uid)}-t {safe(uid)}-d">'
    )


def _layers(
    drawn: Picture, states: Mapping[str, State], anchor: str, links: Mapping[str, str], marked: str
) -> Iterable[str]:
    """From the back: areas, lines not taken, lines taken, nodes, names of lines."""
    taken = [piece for piece in drawn.lines if states.get(piece.element.id, _NOTHING).state]
    others = [piece for piece in drawn.lines if not states.get(piece.element.id, _NOTHING).state]
    for piece in (*drawn.areas, *others, *taken, *drawn.nodes):
        id = piece.element.id
        group = _group(piece, states.get(id, _NOTHING), anchor, marked=id == marked)
        yield f'<a class="link-of" href="{safe(links[id])}">{group}</a>' if id in links else group
    for piece in drawn.lines:
        if piece.over:
            yield f'<g class="name-of" data-name-of="{safe(piece.element.id)}">{piece.over}</g>'


def _group(piece: Piece, state: State, anchor: str, *, marked: bool) -> str:
    css = f"{piece.css} is-{state.state}" if state.state else piece.css
    css += " is-marked" if marked else ""
    css += f" heat-{state.heat}" if state.heat else ""
    tip = safe(words.tooltip(piece.element, state))
    id = safe(piece.element.id)
    target = f' id="{safe(anchor)}{id}"' if anchor else ""
    return f'<g class="{css}"{target} data-element-id="{id}"><title>{tip}</title>{piece.body}</g>'


def _with_note(drawn: Picture) -> tuple[Box, str]:
    """Room under a made-up drawing, and the sentence that says so."""
    view = drawn.view
    if not drawn.made_up:
        return view, ""
    wide = max(view.w, 320.0)
    block = left_block(words.made_up(), Box(view.x + 12, view.bottom, wide - 24, 60), 12)
    return Box(view.x, view.y, wide, view.h + 16 * len(block.lines) + 8), block.svg("note start", "start")


def summary(drawn: Picture, states: Mapping[str, State]) -> str:
    """Where the case stands, or what differs, in a sentence or two."""
    if _differing(states):
        return _differences(drawn, states)
    steps = [(element, states[element.id]) for element in in_order(drawn.elements) if element.id in states]
    late = [_with_label(words.name(element), state) for element, state in steps if state.state == "overdue"]
    running = [_with_label(words.name(element), state) for element, state in steps if state.state == "open"]
    finished = sum(1 for _element, state in steps if state.state == "done")
    said = [
        _("Lewat tenggat: {names}.", names="; ".join(late)) if late else "",
        _("Sedang berjalan: {names}.", names="; ".join(running)) if running else "",
        _("Langkah yang sudah dilalui: {n}.", n=finished) if finished else "",
    ]
    return " ".join(sentence for sentence in said if sentence) or _("Diagram alur tanpa keadaan perkara.")


def _differences(drawn: Picture, states: Mapping[str, State]) -> str:
    ordered = [*(one.id for one in in_order(drawn.elements)), *drawn.elements]
    names: dict[str | None, list[str]] = {}
    for id in dict.fromkeys(ordered):
        if id in states:
            names.setdefault(states[id].state, []).append(words.full_name(drawn.elements[id]))
    told = {word: _some(names[word]) for word in DIFFERENCES if word in names}
    said = [
        _("Baru: {names}.", names=told["added"]) if "added" in told else "",
        _("Tidak ada lagi: {names}.", names=told["removed"]) if "removed" in told else "",
        _("Berubah: {names}.", names=told["changed"]) if "changed" in told else "",
        _("Pindah: {names}.", names=told["moved"]) if "moved" in told else "",
    ]
    return " ".join(sentence for sentence in said if sentence)


def _some(names: list[str]) -> str:
    return "; ".join([*names[:_MOST_NAMED], *(["…"] if len(names) > _MOST_NAMED else [])])


def _with_label(name: str, state: State) -> str:
    label = tidy(state.label)
    return f"{name} ({label})" if label else name
