"""Scripts beside the FEEL that they become: JavaScript run by V8, Python by Python, the others by their rules."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from html import escape
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from py_mini_racer import MiniRacer

from app.bpmnio import feel
from app.bpmnio.kinds import Kinds
from app.engine.reading.texts import scripts
from app.engine.running.execution import Program
from tests.engine.building import bpmn, end, exclusive, flow, node, start, user
from tests.engine.case import Case
from tests.engine.read_files import errors, read, refused, warnings

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
NUMBERS = (0, 3, -4, 7, 2.5)
TEXTS = ("", "a", "Budi", "3")
ANY = (*NUMBERS, *TEXTS, True, False)
Domains = Mapping[str, Iterable[Any]]

#: Scripts that JavaScript and Python both run, and the values that their variables may have.
BOTH: list[tuple[str, Domains]] = [
    ("x = 1", {}),
    ("x = n * 2 - m", {"n": NUMBERS, "m": NUMBERS}),
    ("x = n + m", {"n": NUMBERS, "m": NUMBERS}),
    ("x = t + u", {"t": TEXTS, "u": TEXTS}),
    ("x = 'Halo ' + t", {"t": TEXTS}),
    ("x = t + \" \" + u + '!'", {"t": TEXTS, "u": TEXTS}),
    ("x = n + m + 1", {"n": NUMBERS, "m": NUMBERS}),
    ("x = t + u + t", {"t": TEXTS, "u": TEXTS}),
    ("x = n - (m - 1)", {"n": NUMBERS, "m": NUMBERS}),
    ("x = -n", {"n": NUMBERS}),
    ("x = n / 2.5", {"n": NUMBERS}),
    ("x = n > 3", {"n": NUMBERS}),
    ("x = n == m", {"n": NUMBERS, "m": NUMBERS}),
    ("x = t != 'a'", {"t": TEXTS}),
    ("execution.setVariable('x', n >= 3)", {"n": NUMBERS}),
    ("execution.setVariable('x', execution.getVariable('n') + 1)", {"n": NUMBERS}),
    ("x = n\ny = x + 1\nx = y * 2", {"n": NUMBERS}),
    ("x = n; x += 2; x *= 3", {"n": NUMBERS}),
    ("s = n * 2\nexecution.setVariable('x', s + 1)", {"n": NUMBERS}),
    ("execution.setVariable('x', n)\nexecution.setVariable('y', n + 1)", {"n": NUMBERS}),
    ("x = [n, 'a', n + 1]", {"n": NUMBERS}),
    ("x = daftar[1]", {"daftar": ([1, 2], ["a", "b", "c"])}),
    ("x = 'tanda \\'kutip\\' dan \"dua\"'", {}),
]
JAVASCRIPT: list[tuple[str, Domains]] = [
    ("x = a + b", {"a": ANY[:-2], "b": ANY[:-2]}),
    ("x = a + 1", {"a": ANY[:-2]}),
    ("x = a + b + c", {"a": (1, "a", 2.5), "b": (2, "b"), "c": (3, "c")}),
    ("x = 'nomor ' + a", {"a": (*ANY, None)}),
    ("x = a + '/' + b", {"a": (*ANY, None), "b": (*ANY, None)}),
    ("x = 'a' + (n + 1)", {"n": NUMBERS}),
    ("x = 'a' + n + 1", {"n": NUMBERS}),
    ("x = n + 1 + 'a'", {"n": NUMBERS}),
    ("x = `Halo ${t}, ${n + 1}!`", {"t": TEXTS, "n": NUMBERS}),
    ("var x = n % 3;", {"n": (0, 1, 2, 5, -4, -1)}),
    ("let x = n > 3 ? 'besar' : 'kecil';", {"n": NUMBERS}),
    ("x = !(n > 3)", {"n": (*NUMBERS, None)}),
    ("x = n > 3 && t === 'a' || n < 0", {"n": NUMBERS, "t": TEXTS}),
    ("const s = t.toUpperCase(); execution.setVariable('x', s + s);", {"t": TEXTS}),
    ("x = t.trim().toLowerCase()", {"t": (" A b ", "")}),
    ("x = t.startsWith('B')", {"t": TEXTS}),
    ("x = Math.round(n) + Math.max(n, 3) - Math.floor(n)", {"n": NUMBERS}),
    ("x = n; x++", {"n": NUMBERS}),
    ("x = n // catatan\n/* lagi */ ; // selesai", {"n": NUMBERS}),
    ("x = n +\n  1", {"n": NUMBERS}),
    ("x = n\n  - 1\ny = n", {"n": NUMBERS}),
    ("x = n\nx++\ny = x / 2", {"n": NUMBERS}),
    ("x = data.alamat", {"data": ({"alamat": "Jl. A"}, {"alamat": 3})}),
    ("x = a.toString() + b", {"a": NUMBERS, "b": ANY}),
    ("print('mulai'); x = true; console.log(x, t);", {"t": TEXTS}),
]
PYTHON: list[tuple[str, Domains]] = [
    ("x = True", {}),
    ("x = None", {}),
    ("x = not n > 3", {"n": NUMBERS}),
    ("x = n > 3 and t == 'a' or n < 0", {"n": NUMBERS, "t": TEXTS}),
    ("x = n % 3", {"n": (0, 1, 2, 5, -4, -1)}),
    ("x = 'besar' if n > 3 else 'kecil'", {"n": NUMBERS}),
    ("x = 'nomor ' + str(a)", {"a": (3, -4, "a", True, False, None)}),
    ("x = f'Halo {t}, {n}!'", {"t": TEXTS, "n": (3, -4, True, None)}),
    ("x = t.upper() + t.lower() + t.strip()", {"t": (" A b ", "")}),
    ("x = max(n, 3) - min(n, 3) + abs(n)", {"n": NUMBERS}),
    ("x = t is None", {"t": (*TEXTS, None)}),
    ("x = n # catatan\nprint('x', x)", {"n": NUMBERS}),
    ("x = 3 * (n + 1)", {"n": NUMBERS}),
    ("x = n\n- 1\ny = -n", {"n": NUMBERS}),
]
#: Groovy and Java, which nothing here runs: what their rules say.
JVM: list[tuple[str, str, Domains, Callable[..., Any]]] = [
    (
        "java",
        'kcontext.setVariable("x", "Halo " + t);',
        {"t": (*TEXTS, None)},
        lambda t: f"Halo {'null' if t is None else t}",
    ),
    (
        "java",
        'String s = (String) kcontext.getVariable("t"); kcontext.setVariable("x", s + "!");',
        {"t": TEXTS},
        lambda t: t + "!",
    ),
    (
        "java",
        'Integer k = (Integer) kcontext.getVariable("n");\nkcontext.setVariable("x",\n    k + 1);',
        {"n": (0, 3)},
        lambda n: n + 1,
    ),
    (
        "java",
        'kcontext.setVariable("x", (n + 1) * 2 > 6 && !(n == 4));',
        {"n": (0, 3, 4)},
        lambda n: (n + 1) * 2 > 6 and n != 4,
    ),
    (
        "java",
        'System.out.println("x" + n); kcontext.setVariable("x", "a".equals(t));',
        {"t": TEXTS, "n": (1,)},
        lambda t, n: t == "a",
    ),
    ("groovy", "def s = n * 2\nexecution.setVariable('x', s)", {"n": NUMBERS}, lambda n: n * 2),
    ("groovy", 'x = "Halo ${t}: $n!"', {"t": TEXTS, "n": (3, -4)}, lambda t, n: f"Halo {t}: {n}!"),
    ("groovy", "x = 'Halo ${t}'", {"t": TEXTS}, lambda t: "Halo ${t}"),
    (
        "groovy",
        "x = a + b",
        {"a": (3, "a"), "b": (4, "b")},
        lambda a, b: a + b if type(a) is type(b) else f"{a}{b}",
    ),
    ("groovy", "execution.setVariable('x', 10L)", {}, lambda: 10),
    ("juel", "${execution.setVariable('x', n > 3)}", {"n": (1, 4)}, lambda n: n > 3),
]


POWERS = ("-2 ** 2", "2 ** 3 ** 2", "2 ** -a")
FIRSTS = (("abc", "a"), ([4, 5], 4), ("", None))


def feel_of(text: str, language: str, values: Mapping[str, Any], result: str = "") -> dict[str, Any]:
    """The variables after what a script became, worked out one after the other as mappings are."""
    found, script = dict(values), scripts.read_text(text, language, result)
    assert not script.fault, text
    for name, value in script.assignments:
        answer = feel.evaluate(value, found, now=NOW)
        found[name] = answer.value
    return found


def sets(domains: Domains) -> Iterable[dict[str, Any]]:
    return (dict(zip(domains, values, strict=True)) for values in product(*domains.values()))


def in_javascript(context: MiniRacer, text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    program = f"""(() => {{
        const vars = {json.dumps({"x": None, "y": None, **values})};
        const execution = {{ setVariable: (k, v) => {{ vars[k] = v; }}, getVariable: (k) => vars[k] }};
        const print = () => {{}}, console = {{ log: print }};
        with (vars) {{
            {text.replace("let x", "var x")}
        }}
        return JSON.stringify(vars);
    }})()"""
    return json.loads(str(context.eval(program)))  # type: ignore[no-any-return]


def in_python(text: str, values: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = dict(values)
    scope = SimpleNamespace(setVariable=found.__setitem__, getVariable=found.__getitem__)
    named = {**found, "execution": scope, "print": lambda *_: None}
    exec(text, named)
    if "execution." in text:
        return found
    return {
        name: value for name, value in named.items() if name not in ("execution", "print", "__builtins__")
    }


@pytest.fixture(scope="module")
def javascript() -> Iterable[MiniRacer]:
    with MiniRacer() as context:
        yield context


@pytest.mark.parametrize(("text", "domains"), [*BOTH, *JAVASCRIPT])
def test_javascript_sets_what_v8_sets(text: str, domains: Domains, javascript: MiniRacer) -> None:
    for values in sets(domains):
        wanted, found = in_javascript(javascript, text, values), feel_of(text, "javascript", values)
        assert {name: found.get(name) for name in "xy"} == {name: wanted[name] for name in "xy"}, values


@pytest.mark.parametrize(("text", "domains"), [*BOTH, *PYTHON])
def test_python_sets_what_python_sets(text: str, domains: Domains) -> None:
    for values in sets(domains):
        wanted, found = in_python(text, values), feel_of(text, "python", values)
        assert {name: found.get(name) for name in "xy"} == {name: wanted.get(name) for name in "xy"}, values


@pytest.mark.parametrize(("text", "domains"), BOTH)
def test_a_script_of_no_language_sets_what_it_sets_in_each(text: str, domains: Domains) -> None:
    if scripts.read_text(text, "", "").fault:
        assert "/" in text
        return
    for values in sets(domains):
        found, wanted = feel_of(text, "", values), in_python(text, values)
        assert {name: found.get(name) for name in "xy"} == {name: wanted.get(name) for name in "xy"}, values


@pytest.mark.parametrize(("language", "text", "domains", "says"), JVM)
def test_groovy_java_and_juel_set_what_they_say(
    language: str, text: str, domains: Domains, says: Callable[..., Any]
) -> None:
    for values in sets(domains):
        assert feel_of(text, language, values)["x"] == says(**values), values


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("groovy", "def s = n * 2\ns + 1", 9),
        ("groovy", "return n > 3", True),
        ("groovy", "s = n * 2", 8),
        ("javascript", "var s = 'a'; s + n;", "a4"),
        ("juel", "${n + 1}", 5),
        ("python", "'a' if n > 3 else 'b'", "a"),
        ("feel", "=n + 1", 5),
        ("https://www.omg.org/spec/DMN/20191111/FEEL/", "{a: n}.a", 4),
    ],
)
def test_the_last_value_goes_to_the_result_variable(language: str, text: str, wanted: Any) -> None:
    assert feel_of(text, language, {"n": 4}, "x") == {"n": 4, "x": wanted}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("java", "x = a / b"),
        ("java", "x = 'a' + n"),
        ("java", 'x = "a" + 1.0'),
        ("java", 'kcontext.setVariable("a", 1); kcontext.setVariable("b", a + 1);'),
        ("java", "x = new Date();"),
        ("java", "x = layanan.cari(a);"),
        ("javascript", "x = a || 'bawaan'"),
        ("javascript", "x = a && b"),
        ("javascript", "x = a ? 1 : 2"),
        ("javascript", "x = t.length"),
        ("javascript", "y = x = 5"),
        ("javascript", "var a = b; execution.setVariable('b', 2); execution.setVariable('x', a)"),
        ("javascript", "if (a) { x = 1 }"),
        ("javascript", "x = {a: 1}"),
        ("javascript", "x = function() { return 1 }"),
        ("javascript", "x = a in b"),
        ("javascript", "x = parseInt(a)"),
        ("javascript", "x = 1; )"),
        ("python", "x = 'a' + 1"),
        ("python", "x = not a"),
        ("python", "x = a / b"),
        ("python", "x = 1 < a < 3"),
        ("javascript", "x = a > 1 == true"),
        ("javascript", "x = 010"),
        ("groovy", "x = a\n- b"),
        ("", "x = a\n- b"),
        ("python", "x = [k for k in a]"),
        ("python", "x = lambda: 1"),
        ("python", "x = __import__('os').system('id')"),
        ("python", "import os\nos.system('id')"),
        ("python", "x = open('/etc/passwd').read()"),
        ("python", "print(execution.setVariable('x', 1))"),
        ("python", "print(hapus())"),
        ("python", "for k in a:\n  x = k"),
        ("groovy", 'x = "${hapus()}"'),
        ("groovy", 'println("${x = 5}")'),
        ("groovy", "x = 1..3"),
        ("groovy", "daftar.each { println(it) }"),
        ("", "x = a / b"),
        ("", "x = n // 2"),
        ("ruby", "x = 1"),
    ],
)
def test_what_feel_would_do_otherwise_is_not_read(language: str, text: str) -> None:
    assert scripts.read_text(text, language, "").fault


@given(
    st.text(alphabet="xy =+-*/%().,;:\"'`${}[]\n&|!<>#09if elsenotru", max_size=60),
    st.sampled_from(["groovy", "javascript", "python", "java", "juel", "feel", "", "ruby"]),
    st.sampled_from(["", "x"]),
)
def test_any_script_is_read_as_sound_feel_or_not_at_all(text: str, language: str, result: str) -> None:
    found = scripts.read_text(text, language, result)
    if not found.is_feel:
        assert all(feel.syntax_error(value) is None for _name, value in found.assignments)
        assert not (found.fault and found.assignments)


@pytest.mark.parametrize("text", ["(" * 4000, "x = " + "a + " * 900 + "a", "/*" * 2000, "var a=a+a;" * 300])
def test_runaway_scripts_are_not_read(text: str) -> None:
    assert scripts.read_text(text, "javascript", "").fault
    assert errors(task("x = x + x;" * 300, "javascript")) == ["mapping_too_many"]


def test_feel_in_a_script_is_checked_as_everywhere() -> None:
    assert errors(task("(1", "feel", "x")) == ["expression_syntax"]
    assert errors(task("uuid()", "feel", "x")) == ["expression_random"]


def task(text: str, language: str = "", result: str = "") -> bytes:
    named = {"camunda__resultVariable": result} if result else {}
    made = node(
        "scriptTask",
        "hitung",
        inside=f"<bpmn:script>{escape(text)}</bpmn:script>",
        scriptFormat=language,
        **named,
    )
    return bpmn([start(), made, user("lihat"), end()], "start > hitung > lihat > end")


def test_a_script_runs_in_a_case_and_tells_nobody() -> None:
    diagram = read(
        task("var dasar = luas * 1000; execution.setVariable('retribusi', dasar + 500);", "javascript")
    )
    [told] = diagram.findings
    assert (told.code, told.params["offer"]) == ("script_translated", "retribusi = luas * 1000 + 500")
    case = Case(Program(diagram, {}), {"luas": 3})
    assert case.variables == {"luas": 3, "retribusi": 3500}
    assert (case.open, case.step.effects) == (["lihat"], ())


def test_feel_runs_with_its_result_variable_and_keeps_types() -> None:
    diagram = read(task("{ total: luas * 1.5, besar: luas > 2 }", "feel", "hasil"))
    assert diagram.findings == ()
    assert Case(Program(diagram, {}), {"luas": 3}).variables["hasil"] == {"total": 4.5, "besar": True}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "http://www.java.com/java",
            'System.out.println("Perkara " + kcontext.getProcessInstance().getId());',
        ),
        ("groovy", 'println "halo"'),
        ("javascript", "// nanti diisi\n/* sungguh */"),
        ("python", "# nanti\nprint(nama)"),
        ("javascript", "console.log('a', execution.getVariable('n') + 1); logger.info('selesai');"),
        ("java", 'String pesan = "Halo"; System.out.println(pesan);'),
    ],
)
def test_a_script_that_only_prints_does_nothing_and_says_so(language: str, text: str) -> None:
    xml = task(text, language)
    assert warnings(xml) == ["script_does_nothing"]
    case = Case(Program(read(xml), {}), {"nama": "A"})
    assert (case.variables, case.step.effects, case.open) == ({"nama": "A"}, (), ["lihat"])


def test_the_feel_that_a_refused_script_perhaps_means_is_offered() -> None:
    finding = refused(task("x = a / b", "java"))[0]
    assert (finding.code, finding.params) == ("script_offered", {"offer": "a / b", "target": "x"})
    for text in ("x = hapus(a)", "x = 5 // 2", "x = a?.b"):
        assert errors(task(text, "python")) == ["script_task"]


def test_a_text_and_a_number_whose_kinds_are_known_do_not_clash() -> None:
    text = scripts.read_text("x = a + b", "groovy", "").assignments[0][1]
    [typed] = feel.typed([(text, "expression", "any")], Kinds({"a": "text", "b": "number"}))
    assert not typed.clashes


def test_a_script_that_says_the_value_of_a_mapping_is_read() -> None:
    mapping = (
        '<camunda:inputOutput><camunda:outputParameter name="x"><camunda:script scriptFormat="javascript">'
        "n * 2 + 1</camunda:script></camunda:outputParameter></camunda:inputOutput>"
    )
    xml = bpmn([start(), user("isi", extensions=mapping), user("b"), end()], "start > isi > b > end")
    case = Case(Program(read(xml), {}), {"n": 3})
    case.complete("isi")
    assert case.variables["x"] == 7


def test_words_that_nothing_sets_are_asked_and_variables_are_not() -> None:
    ways = [flow("g", "a", condition="ja"), flow("g", "b", condition="nein")]
    nodes = [exclusive("g", name="Bezahlt?"), user("a"), user("b"), end()]
    asked = read(bpmn([start(), *nodes], ["start > g\na > end\nb > end", *ways]))
    assert [text for _flow, text in asked.questions["g"].answers] == ["ja", "nein"]
    script = node("scriptTask", "s", inside="<bpmn:script>ja = n &gt; 1</bpmn:script>", scriptFormat="python")
    decided = read(bpmn([start(), script, *nodes], ["start > s > g\na > end\nb > end", *ways]))
    assert decided.questions == {}
    fields = '<camunda:formData><camunda:formField id="{0}" type="boolean"/></camunda:formData>'
    for name, is_asked in (("nein", False), ("lain", True)):
        form = user("isi", extensions=fields.format(name))
        filled = bpmn([start(), form, *nodes], ["start > isi > g\na > end\nb > end", *ways])
        assert bool(read(filled).questions) is is_asked
    elsewhere = user("isi", form="lembar")
    whole = bpmn([start(), elsewhere, *nodes], ["start > isi > g\na > end\nb > end", *ways])
    assert read(whole).questions == {}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("groovy", 'x = "$a.b"'),
        *((language, f"x = {power}") for language in ("python", "groovy", "javascript") for power in POWERS),
        ("java", "int x = 5.7;"),
        ("java", "x = (int) (a * 1.5)"),
        ("java", "String x = 5;"),
        ("groovy", "boolean x = a"),
        ("unknown", "int x = a"),
        ("unknown", "String x = a"),
        *((language, "return 5\nx = 3") for language in ("python", "groovy", "javascript")),
        *((language, f"x = a.b / {n}") for language in ("java", "python") for n in ("2", "c", "n2.5")),
        *((language, "x = a.substring(2, 1)") for language in ("javascript", "groovy", "java")),
        ("javascript", "x = a.substring(b, c)"),
    ],
)
def test_what_may_mean_something_else_is_refused(language: str, text: str) -> None:
    assert scripts.read_text(text, language, "").fault


@pytest.mark.parametrize(
    ("language", "text", "a", "wanted"),
    [
        *((language, "x = a[0]", a, w) for language in ("python", "javascript", "groovy") for a, w in FIRSTS),
        ("groovy", "int x = a", 5.7, 5),
        ("groovy", "x = (int) a", -5.7, -5),
        ("groovy", "String x = a", 5, "5"),
        ("groovy", "String x = a", "b", "b"),
        ("groovy", "String x = a", None, None),
        ("groovy", "String x = 5", 0, "5"),
        ("javascript", "x = a.substring(1, 2)", "abc", "b"),
    ],
)
def test_a_value_is_taken_as_the_language_takes_it(language: str, text: str, a: Any, wanted: Any) -> None:
    assert feel_of(text, language, {"a": a})["x"] == wanted
