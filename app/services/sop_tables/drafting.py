"""A table of an SOP as the files of a draft: a diagram with lanes, tasks, questions and deadlines, and a form for
each task. What the table does not say is guessed, and each guess is told with the row that it is about."""

import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from app.base.i18n import _
from app.engine import drawing
from app.services.sop_tables import corrections, diagrams, durations
from app.services.sop_tables.corrections import LONGEST_NAME, MOST_QUESTIONS, NEXT, Plan
from app.services.sop_tables.diagrams import Flow, Node
from app.services.sop_tables.heads import plain
from app.services.sop_tables.marks import Mark
from app.services.sop_tables.reading import Answers, Choice, Guess, Line, SopTable
from app.services.sop_tables.returns import Return

_ITEM = re.compile(r"\s*(?:[-•*●]|\d{1,2}[.)])\s+")
_MOST_ITEMS = 12
_LONGEST_LABEL = 200


@dataclass
class SopDraft:
    """The files of a draft, by name, what was guessed, by row, and each line of the table as the draft has it."""

    key: str
    name: str
    files: dict[str, bytes]
    guesses: list[Guess]
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]
    performers: tuple[str, ...]
    plans: tuple[Plan, ...]


@dataclass
class _Step:
    """A line of the table as elements, in order."""

    line: Line
    choice: Choice
    tasks: list[Node] = field(default_factory=list)
    questions: list[Node] = field(default_factory=list)
    ends: list[Node] = field(default_factory=list)


def draft_of(table: SopTable, key: str) -> SopDraft:
    """The draft of a table under the process key ``key``."""
    return _Drafting(table, key).draft()


class _Drafting:
    """One table on its way to a draft."""

    def __init__(self, table: SopTable, key: str) -> None:
        self.table, self.key = table, key
        self.guesses = list(table.guesses)
        self.performers = list(table.performers)
        self.taken = diagrams.reserved_ids(key, max(1, len(table.performers)))
        self.nodes: list[Node] = []
        self.flows: list[Flow] = []
        self.lane = 0

    def draft(self) -> SopDraft:
        if not self.performers:
            self.performers = [_("Petugas")]
            self._guess(0, _("Tabel ini tidak menyebut pelaksana; semua kegiatan masuk satu lajur."))
        if not any("waktu" in line.cells for line in self.table.lines):
            self._guess(0, _("Tidak ada waktu yang terbaca dalam tabel ini; semua kegiatan tanpa tenggat."))
        steps = [self._step(line, last=line is self.table.lines[-1]) for line in self.table.lines]
        self._connect(steps)
        files = {f"{self.key}.bpmn": diagrams.written(self._drawing())}
        for node in self.nodes:
            if node.form:
                files[f"{node.form}.form"] = _form(node)
        plans = tuple(self._plan(step, steps) for step in steps)
        return SopDraft(
            self.key,
            self.table.name or self.key,
            files,
            self._guesses_by_row(),
            tuple(self.nodes),
            tuple(self.flows),
            tuple(self.performers),
            plans,
        )

    def _guesses_by_row(self) -> list[Guess]:
        return sorted(self.guesses, key=lambda guess: guess.row)

    def _guess(self, row: int, text: str) -> None:
        self.guesses.append(Guess(row, text))

    def _id(self, name: str) -> str:
        base = diagrams.id_of(name)
        found, count = base, 1
        while found in self.taken:
            count += 1
            found = f"{base}_{count}"
        self.taken.add(found)
        return found

    # A line's elements

    def _step(self, line: Line, *, last: bool) -> _Step:
        step = _Step(line, line.choice or Choice())
        starts = [mark for mark in line.marks if mark.kind in ("start", "task")]
        decisions = [mark for mark in line.marks if mark.kind == "decision"]
        ends = [mark for mark in line.marks if mark.kind == "end"]
        if step.choice.performers is not None:
            doers = [self._chosen(line, place) for place in step.choice.performers]
        else:
            doers = self._ordered(line, starts or decisions[:1] or ends[:1] or [self._doer(line)])
        step.tasks = [self._task(step, mark, place) for place, mark in enumerate(doers)]
        if len(step.tasks) > 1 and step.choice.performers is None:
            names = ", ".join(self.performers[task.lane] for task in step.tasks)
            self._guess(
                line.row,
                _("Satu baris dengan beberapa pelaksana; dikerjakan berurutan: {names}.", names=names),
            )
        self.lane = step.tasks[-1].lane
        step.ends = [
            self._end(mark.text or _("Selesai"), mark.performer) for mark in (ends[:-1] if last else ends)
        ]
        if step.choice.questions is not None:
            asked = [
                Mark(one.performer, "decision", one.text, yes=one.yes_words, no=one.no_words)
                for one in step.choice.questions
            ]
            step.questions = [self._question(line, mark) for mark in asked]
        else:
            self._read_questions(step, decisions)
        self._keep_words(step)
        self._deadline(step)
        return step

    def _keep_words(self, step: _Step) -> None:
        """Words of marks that are no element's name are kept in the task's documentation."""
        line, task = step.line, step.tasks[0]
        is_first = line is self.table.lines[0]
        named = {line.activity, *(node.name for node in (*step.tasks, *step.questions, *step.ends))}
        for mark in line.marks:
            is_named = mark.text in named or mark.kind == "end" or (mark.kind == "start" and is_first)
            if mark.text and not is_named and mark.text not in task.about:
                task.about.append(mark.text)
        answers = {words for question in step.questions for words in question.answers}
        left = [
            words for mark in line.marks for words in (mark.yes, mark.no) if words and words not in answers
        ]
        task.about += [words for words in dict.fromkeys(left) if words not in task.about]

    def _read_questions(self, step: _Step, decisions: Sequence[Mark]) -> None:
        """The questions of a line as the table has them."""
        line = step.line
        step.questions = [self._question(line, mark) for mark in decisions[:MOST_QUESTIONS]]
        if len(step.questions) > 1:
            self._guess(line.row, _("Beberapa belah ketupat dalam satu baris; ditanyakan berurutan."))
        if len(decisions) > MOST_QUESTIONS:
            words = {"most": MOST_QUESTIONS, "count": len(decisions)}
            told = _(
                "Ada {count} belah ketupat dalam satu baris; hanya {most} yang menjadi pertanyaan.", **words
            )
            self._guess(line.row, told)
        if line.returns and not decisions:
            step.questions = [self._question(line, Mark(self.lane, "decision"))]
            self._guess(line.row, _("Kalimatnya menyebut kembali ke kegiatan lain; dibuatkan pertanyaan."))
        for way in line.returns[len(step.questions) :]:
            told = _(
                "“{text}”: jalan kembali ini tidak digambar, karena pertanyaannya sudah punya satu.",
                text=way.words,
            )
            self._guess(line.row, told)
        if step.ends and not step.questions:
            step.questions = [self._question(line, Mark(self.lane, "decision", _("Dilanjutkan?")))]
            self._guess(line.row, _("Ada akhir di tengah alur; dibuatkan pertanyaan apakah dilanjutkan."))

    def _chosen(self, line: Line, performer: int) -> Mark:
        """The mark of a performer that was chosen, with its words where the table has one."""
        return next((mark for mark in line.marks if mark.performer == performer), Mark(performer, "task"))

    def _doer(self, line: Line) -> Mark:
        """Who does what no column is marked for: whoever did the activity before it."""
        said = _("Tidak ada tanda pelaksana; dianggap dikerjakan {name}.", name=self.performers[self.lane])
        self._guess(line.row, said)
        return Mark(self.lane, "task")

    def _ordered(self, line: Line, marks: Sequence[Mark]) -> list[Mark]:
        """One mark for each performer, beginning with who begins, else with who did the activity before."""
        found = dict[tuple[int, str], Mark]()
        for mark in marks:
            found.setdefault((mark.performer, mark.name), mark)
        return sorted(found.values(), key=lambda mark: (mark.kind != "start", mark.performer != self.lane))

    def _task(self, step: _Step, mark: Mark, place: int) -> Node:
        line, chosen = step.line, step.choice.activity
        name = (
            chosen
            or line.activity
            or line.cells.get("output", "")
            or _("Kegiatan {number}", number=line.number or "?")
        )
        if len(name) > LONGEST_NAME and not chosen:
            name = textwrap.shorten(name, _LONGEST_LABEL, placeholder="…")
        if not line.activity and not chosen:
            self._guess(line.row, _("Kegiatannya kosong; dinamai {name}.", name=name))
        if place:
            name = mark.name or f"{name} – {self.performers[mark.performer]}"
        id_ = self._id(name)
        about = [*dict.fromkeys(line.notes)] if not place else []
        properties = {"sop nomor": line.number, **line.cells}
        kept = {key: text for key, text in properties.items() if text}
        return Node(id_, "userTask", name, mark.performer, kept, about, id_, row=line.row)

    def _question(self, line: Line, mark: Mark) -> Node:
        text = mark.text
        if not text:
            text = f"{line.activity.rstrip('?')}?" if len(line.activity) <= 60 else _("Disetujui?")
            self._guess(line.row, _("Belah ketupat tanpa pertanyaan; ditulis “{text}”.", text=text))
        elif len(text) > LONGEST_NAME:
            text = textwrap.shorten(text, _LONGEST_LABEL, placeholder="…")
        node = Node(self._id(f"tanya {text}"), "exclusiveGateway", text, mark.performer)
        node.answers = mark.yes, mark.no
        return node

    def _end(self, name: str, lane: int) -> Node:
        return Node(self._id(name), "endEvent", name, lane)

    def _deadline(self, step: _Step) -> None:
        said, chosen = step.line.cells.get("waktu", ""), step.choice.deadline
        if chosen is not None:
            step.tasks[-1].deadline = chosen
            return
        if durations.is_empty(said):
            if any("waktu" in line.cells for line in self.table.lines):
                self._guess(step.line.row, _("Waktunya kosong; tanpa tenggat."))
            return
        found = durations.deadline_of(said)
        if found is None:
            self._guess(step.line.row, _("Waktu “{text}” bukan lama waktu; tanpa tenggat.", text=said))
            return
        text, own = found
        if not own:
            self._guess(
                step.line.row, _("Waktu “{text}” dibaca sebagai tenggat {read}.", text=said, read=text)
            )
        if step.line.shares_time:
            told = _(
                "Sel waktu “{text}” digabung untuk beberapa baris; menjadi tenggat tiap kegiatannya.",
                text=said,
            )
            self._guess(step.line.row, told)
        task = step.tasks[-1]
        task.deadline = text
        if len(step.tasks) > 1:
            self._guess(step.line.row, _("Tenggatnya dipasang pada {name}.", name=task.name))

    # What follows what

    def _connect(self, steps: Sequence[_Step]) -> None:
        first = steps[0]
        begun = next((mark.text for mark in first.line.marks if mark.kind == "start"), "") or _("Mulai")
        start = Node(self._id("awal"), "startEvent", begun, first.tasks[0].lane, form=self._id("permohonan"))
        last = self._last_end(steps[-1])
        chain = [start]
        for step in steps:
            chain += [*step.tasks, *step.questions]
        chain.append(last)
        self.nodes = list(chain)
        asked = {question.id for step in steps for question in step.questions}
        for one, two in pairwise(chain):
            if one.id not in asked:
                self._flow(one, two, "")
        after = {one.id: two for one, two in pairwise(chain)}
        for place, step in enumerate(steps):
            for number, question in enumerate(step.questions):
                yes, no = self._answers(steps, place, number, after[question.id])
                self._flow(question, yes, question.answers[0] or _("ya"))
                self._flow(question, no, question.answers[1] or _("tidak"))
        for step in steps:
            self._tell_ends(step)

    def _last_end(self, step: _Step) -> Node:
        marked = [mark for mark in step.line.marks if mark.kind == "end"]
        lane = marked[-1].performer if marked else (step.questions or step.tasks)[-1].lane
        end = self._end((marked[-1].text if marked else "") or _("Selesai"), lane)
        end.properties = {"tuntas": "ya"}
        return end

    def _flow(self, one: Node, two: Node, text: str) -> None:
        self.flows.append(Flow(self._id(f"{one.id}_ke_{two.id}"), one, two, text))

    def _answers(self, steps: Sequence[_Step], place: int, number: int, after: Node) -> tuple[Node, Node]:
        """Where the answers of a question lead: yes and no."""
        step = steps[place]
        question = step.questions[number]
        if step.choice.questions is not None:
            chosen = step.choice.questions[number]
            yes, no = (self._aim(one, steps, step, question) or after for one in (chosen.yes, chosen.no))
            return self._beside(question, yes), self._beside(question, no)
        ways = step.line.returns
        way = ways[number] if number < len(ways) else None
        found = self._way_back(way, steps, place, after) if way is not None else None
        target = found or self._usual_target(step, steps, place, number)
        if found is None or way is None or way.kind != "number":
            self._tell_target(step, question, target, way)
        target = self._beside(question, target)
        return (target, after) if way is not None and way.on_yes else (after, target)

    def _tell_target(self, step: _Step, question: Node, target: Node, way: Return | None) -> None:
        is_yes = way is not None and way.on_yes
        usual = _("ya") if is_yes else _("tidak")
        words = {
            "question": question.name,
            "answer": question.answers[0 if is_yes else 1] or usual,
            "name": target.name,
        }
        ends = target.kind == "endEvent"
        told = _("“{question}” dijawab {answer}: berakhir dengan {name}.", **words) if ends else ""
        self._guess(step.line.row, told or _("“{question}” dijawab {answer}: kembali ke {name}.", **words))

    def _beside(self, question: Node, target: Node) -> Node:
        """An end that is not drawn yet stands below the question that leads to it."""
        if target not in self.nodes:
            target.beside = question.id
            self.nodes.append(target)
        return target

    def _aim(self, target: str, steps: Sequence[_Step], step: _Step, question: Node) -> Node | None:
        """The element that a chosen answer leads to; None where it leads on."""
        if (line := corrections.line_of(target)) is not None:
            return steps[line].tasks[0]
        if (name := corrections.end_of(target)) is not None:
            free = (end for end in step.ends if end.name == name and end not in self.nodes)
            return next(free, None) or self._end(name, question.lane)
        return None

    def _tell_ends(self, step: _Step) -> None:
        """Ends that nothing leads to are kept in words."""
        for end in step.ends:
            if end not in self.nodes:
                step.tasks[0].about.append(end.name)
                self._guess(
                    step.line.row,
                    _("Akhir “{name}” tidak tersambung; ditulis dalam keterangan tugas.", name=end.name),
                )

    def _way_back(self, way: Return, steps: Sequence[_Step], place: int, after: Node) -> Node | None:
        """The task that a way back leads to; None, and told, where it names none."""
        found: _Step | None = None
        if way.kind == "number":
            number = way.to.lstrip("0")
            found = next((one for one in steps if one.line.number.strip(". ()").lstrip("0") == number), None)
        elif way.kind == "first":
            found = steps[0]
        elif way.kind == "before" and place:
            found = steps[place - 1]
        elif way.kind == "performer":
            lanes = [n for n, name in enumerate(self.performers) if plain(name) == way.to]
            found = next((one for one in reversed(steps[:place]) if one.tasks[0].lane in lanes), None)
        if found is not None and found.tasks[0] is not after:
            return found.tasks[0]
        if found is not None:
            told = _(
                "“{text}” menuju kegiatan berikutnya; tidak dibaca sebagai jalan kembali.", text=way.words
            )
        else:
            told = _(
                "“{text}”: kegiatan yang dituju tidak disebut atau tidak ada dalam tabel.", text=way.words
            )
        self._guess(steps[place].line.row, told)
        return None

    def _usual_target(self, step: _Step, steps: Sequence[_Step], place: int, number: int) -> Node:
        """Where a "tidak" leads of which the table says nothing: an end of its row, else the activity before."""
        if step.ends:
            return step.ends[min(number, len(step.ends) - 1)]
        if place:
            return steps[place - 1].tasks[0]
        return self._end(_("Tidak dilanjutkan"), step.questions[number].lane)

    # What it is now

    def _plan(self, step: _Step, steps: Sequence[_Step]) -> Plan:
        task = step.tasks[0]
        questions = tuple(self._answered(question, steps) for question in step.questions)
        performers = tuple(one.lane for one in step.tasks)
        return Plan(task.name, performers, step.tasks[-1].deadline, questions)

    def _answered(self, question: Node, steps: Sequence[_Step]) -> Answers:
        chain = [node for node in self.nodes if not node.beside]
        after = chain[chain.index(question) + 1]
        yes, no = (
            self._target_choice(flow.target, after, steps) for flow in self.flows if flow.source is question
        )
        return Answers(question.name, question.lane, yes, no, *question.answers)

    def _target_choice(self, target: Node, after: Node, steps: Sequence[_Step]) -> str:
        if target is after:
            return NEXT
        for place, step in enumerate(steps):
            if step.tasks[0] is target:
                return corrections.to_line(place)
        return corrections.to_end(target.name)

    def _drawing(self) -> diagrams.Drawing:
        return diagrams.Drawing(
            self.key,
            self.table.name or self.key,
            self.performers,
            self.nodes,
            self.flows,
            self.table.identity,
        )


def _form(node: Node) -> bytes:
    """The form of a task: what must be complete, what comes out, and a remark. Keys begin with the task's id: a
    variable belongs to the whole case."""
    fields = list(_fields(node))
    components = [
        {**one, "id": f"Field_{one['key']}", "layout": {"row": f"Row_{number}", "columns": None}}
        for number, one in enumerate(fields, 1)
    ]
    schema = {"components": components, "type": "default", "id": node.form, "schemaVersion": 18}
    return (json.dumps(schema, ensure_ascii=False, indent=2) + "\n").encode()


def _fields(node: Node) -> Iterator[dict[str, object]]:
    if node.kind == "startEvent":
        yield {
            "type": "textfield",
            "key": "perihal",
            "label": _("Perihal"),
            "validate": {"required": True, "maxLength": 200},
        }
        return
    items = [
        item for item in _ITEM.split("\n" + node.properties.get("persyaratan", "").strip()) if item.strip()
    ]
    for number, item in enumerate(items[:_MOST_ITEMS], 1):
        yield {"type": "checkbox", "key": f"{node.id}_lengkap_{number}", "label": _label(item)}
    output = node.properties.get("output", "").strip() or _("Hasil")
    yield {
        "type": "textarea",
        "key": f"{node.id}_hasil",
        "label": _label(output),
        "validate": {"maxLength": 2000},
    }
    yield {
        "type": "textarea",
        "key": f"{node.id}_catatan",
        "label": _("Catatan"),
        "validate": {"maxLength": 2000},
    }


def _label(text: str) -> str:
    said = " ".join(text.split()).lstrip("- ").strip(" ;")
    return said if len(said) <= _LONGEST_LABEL else f"{said[: _LONGEST_LABEL - 1]}…"


def picture(draft: SopDraft) -> str:
    """The draft's diagram as SVG."""
    content = draft.files[f"{draft.key}.bpmn"]
    return drawing.draw_svg(content, {}, title=_("Diagram {name}", name=draft.name))
