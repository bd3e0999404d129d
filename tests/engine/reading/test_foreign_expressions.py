"""Conditions in JUEL beside the FEEL that they become: the same values, the same truth."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import product
from math import fmod
from typing import Any

import pytest

from app.bpmnio import feel
from app.engine.diagram import Diagram
from app.engine.reading.texts import conditions
from tests.engine.building import boundary, bpmn, end, exclusive, flow, start, user
from tests.engine.read_files import errors, read, refused

NOW = datetime(2026, 11, 27, 3, tzinfo=UTC)
TEXT = (None, "", "yes", "no", "YES")
NUMBER = (None, 0, 3, 5, -1)
SIGNED = (None, -7, -4, -3, -1, 0, 1, 4, 5)
TRUTH = (True, False)
MANY = (None, [], ["yes"], ["no", "yes"], ["yesterday"])
Row = tuple[str, Mapping[str, Iterable[Any]], Callable[..., bool]]


def lt(one: Any, other: Any) -> bool:
    """JUEL's ``<``: with nothing on one side it is false, and not unknown."""
    return one is not None and other is not None and one < other


def le(one: Any, other: Any) -> bool:
    return one is not None and other is not None and one <= other


def at(shift: int) -> Callable[..., bool]:
    """Whether the item of ``daftar`` at ``n + shift`` is "yes"; Java's lists have none at a negative place."""
    return lambda daftar, n: n + shift in range(len(daftar)) and daftar[n + shift] == "yes"


def entry(peta: Mapping[str, int], k: str) -> bool:
    return peta.get(k) == 1


#: A condition, the values that its variables may have, and when JUEL says that it holds. Where Java would throw, as
#: for a method of nothing, the value is left out.
ROWS: list[Row] = [
    # Equality, in each way to write it.
    ("x == 'yes'", {"x": TEXT}, lambda x: x == "yes"),
    ('x == "yes"', {"x": TEXT}, lambda x: x == "yes"),
    ("x eq 'yes'", {"x": TEXT}, lambda x: x == "yes"),
    ("'yes' == x", {"x": TEXT}, lambda x: x == "yes"),
    ("x.equals('yes')", {"x": TEXT}, lambda x: x == "yes"),
    ("'yes'.equals(x)", {"x": TEXT}, lambda x: x == "yes"),
    ("x.equals(y)", {"x": TEXT, "y": TEXT}, lambda x, y: x == y),
    ("x != 'yes'", {"x": TEXT}, lambda x: x != "yes"),
    ("x ne 'yes'", {"x": TEXT}, lambda x: x != "yes"),
    ("x == null", {"x": TEXT}, lambda x: x is None),
    ("x != null", {"x": TEXT}, lambda x: x is not None),
    ("null eq x", {"x": TEXT}, lambda x: x is None),
    ("x == y", {"x": NUMBER, "y": NUMBER}, lambda x, y: x == y),
    ("a == true", {"a": TRUTH}, lambda a: a),
    ("a == false", {"a": TRUTH}, lambda a: not a),
    ("a", {"a": TRUTH}, lambda a: a),
    # Equality, denied.
    ("!x.equals('yes')", {"x": TEXT}, lambda x: x != "yes"),
    ("not x.equals('yes')", {"x": TEXT}, lambda x: x != "yes"),
    ("!'yes'.equals(x)", {"x": TEXT}, lambda x: x != "yes"),
    ("!(x.equals('yes'))", {"x": TEXT}, lambda x: x != "yes"),
    ("not (x.equals('yes'))", {"x": TEXT}, lambda x: x != "yes"),
    ("!!x.equals('yes')", {"x": TEXT}, lambda x: x == "yes"),
    ("!(x == 'yes')", {"x": TEXT}, lambda x: x != "yes"),
    ("not(x == 'yes')", {"x": TEXT}, lambda x: x != "yes"),
    ("!(x != 'yes')", {"x": TEXT}, lambda x: x == "yes"),
    ("!(x == null)", {"x": TEXT}, lambda x: x is not None),
    ("!((x eq 'yes'))", {"x": TEXT}, lambda x: x != "yes"),
    ("x.equals('yes') == false", {"x": TEXT}, lambda x: x != "yes"),
    ("execution.getVariable('x') == 'yes'", {"x": TEXT}, lambda x: x == "yes"),
    ("!execution.getVariable('x').equals('yes')", {"x": TEXT}, lambda x: x != "yes"),
    # Order.
    ("n > 3", {"n": NUMBER}, lambda n: lt(3, n)),
    ("n gt 3", {"n": NUMBER}, lambda n: lt(3, n)),
    ("n >= 3", {"n": NUMBER}, lambda n: le(3, n)),
    ("n ge 3", {"n": NUMBER}, lambda n: le(3, n)),
    ("n < 3", {"n": NUMBER}, lambda n: lt(n, 3)),
    ("n lt m", {"n": NUMBER, "m": NUMBER}, lambda n, m: lt(n, m)),
    ("n <= 3", {"n": NUMBER}, lambda n: le(n, 3)),
    ("n le 3", {"n": NUMBER}, lambda n: le(n, 3)),
    ("n lt -0.5", {"n": NUMBER}, lambda n: lt(n, -0.5)),
    ("!(n > 3)", {"n": NUMBER}, lambda n: not lt(3, n)),
    ("not(n > 3)", {"n": NUMBER}, lambda n: not lt(3, n)),
    ("!!(n > 3)", {"n": NUMBER}, lambda n: lt(3, n)),
    ("!(n lt 3 || n gt 4)", {"n": NUMBER}, lambda n: not (lt(n, 3) or lt(4, n))),
    ("n > 3 == a", {"n": (3, 5), "a": TRUTH}, lambda n, a: (n > 3) == a),
    ("a == n > 3", {"a": TRUTH, "n": NUMBER}, lambda a, n: a == lt(3, n)),
    ("(n > 3) == false", {"n": NUMBER}, lambda n: not lt(3, n)),
    ("false eq n > 3", {"n": NUMBER}, lambda n: not lt(3, n)),
    ("(n > 3) != true", {"n": NUMBER}, lambda n: not lt(3, n)),
    ("(n > 3) == (m > 3)", {"n": NUMBER, "m": NUMBER}, lambda n, m: lt(3, n) == lt(3, m)),
    ("(n > 3) == a", {"n": NUMBER, "a": (None, *TRUTH)}, lambda n, a: lt(3, n) == a),
    ("(n > 3) == null", {"n": NUMBER}, lambda n: False),
    ("(n > 3 ? n < 5 : a) == false", {"n": NUMBER, "a": TRUTH}, lambda n, a: not (lt(3, n) or a) or n == 5),
    ("n <= m", {"n": NUMBER, "m": NUMBER}, lambda n, m: n is m is None or le(n, m)),
    ("n ge m && true", {"n": NUMBER, "m": NUMBER}, lambda n, m: n is m is None or le(m, n)),
    ("!(n <= m)", {"n": NUMBER, "m": NUMBER}, lambda n, m: not (n is m is None or le(n, m))),
    ("n <= null", {"n": NUMBER}, lambda n: n is None),
    # And, or, not.
    ("!a", {"a": (None, *TRUTH)}, lambda a: not a),
    ("not(a)", {"a": (None, *TRUTH)}, lambda a: not a),
    ("!!a", {"a": (None, *TRUTH)}, lambda a: bool(a)),
    ("!a == b", {"a": (None, *TRUTH), "b": TRUTH}, lambda a, b: (not a) == b),
    ("!a.b", {"a": ({"b": True}, {"b": False}, {}, None)}, lambda a: not (a or {}).get("b")),
    ("(a && b) == false", {"a": (None, *TRUTH), "b": (None, *TRUTH)}, lambda a, b: not (a and b)),
    ("(a || b) != true", {"a": (None, *TRUTH), "b": (None, *TRUTH)}, lambda a, b: not (a or b)),
    ("a && b", {"a": TRUTH, "b": TRUTH}, lambda a, b: a and b),
    ("a and b", {"a": TRUTH, "b": TRUTH}, lambda a, b: a and b),
    ("a || b", {"a": TRUTH, "b": TRUTH}, lambda a, b: a or b),
    ("a or b", {"a": TRUTH, "b": TRUTH}, lambda a, b: a or b),
    ("!a", {"a": TRUTH}, lambda a: not a),
    ("not a", {"a": TRUTH}, lambda a: not a),
    ("!!a", {"a": TRUTH}, lambda a: a),
    ("not not a", {"a": TRUTH}, lambda a: a),
    ("!a && b", {"a": TRUTH, "b": TRUTH}, lambda a, b: not a and b),
    ("not a or b", {"a": TRUTH, "b": TRUTH}, lambda a, b: not a or b),
    ("!(a && b)", {"a": (None, *TRUTH), "b": TRUTH}, lambda a, b: not (a and b)),
    ("!(a || b)", {"a": (None, *TRUTH), "b": TRUTH}, lambda a, b: not (a or b)),
    ("!a == b", {"a": TRUTH, "b": TRUTH}, lambda a, b: (not a) == b),
    ("not a == b", {"a": TRUTH, "b": TRUTH}, lambda a, b: (not a) == b),
    ("a || b && c", {"a": TRUTH, "b": TRUTH, "c": TRUTH}, lambda a, b, c: a or (b and c)),
    ("(a || b) && c", {"a": TRUTH, "b": TRUTH, "c": TRUTH}, lambda a, b, c: (a or b) and c),
    ("!(a || !(b && c))", {"a": TRUTH, "b": TRUTH, "c": TRUTH}, lambda a, b, c: not a and b and c),
    ("x == 'yes' && n > 3", {"x": TEXT, "n": NUMBER}, lambda x, n: x == "yes" and lt(3, n)),
    ("x eq 'yes' || !(n le 3)", {"x": TEXT, "n": NUMBER}, lambda x, n: x == "yes" or not le(n, 3)),
    ("!x.equals('yes') && !x.equals('no')", {"x": TEXT}, lambda x: x not in ("yes", "no")),
    ("!(x == 'yes' && n > 3)", {"x": TEXT, "n": NUMBER}, lambda x, n: not (x == "yes" and lt(3, n))),
    # Emptiness.
    ("empty x", {"x": TEXT}, lambda x: not x),
    ("not empty x", {"x": TEXT}, lambda x: bool(x)),
    ("!empty x", {"x": TEXT}, lambda x: bool(x)),
    ("! empty x && x != 'no'", {"x": TEXT}, lambda x: bool(x) and x != "no"),
    ("empty(x) or x == 'no'", {"x": TEXT}, lambda x: not x or x == "no"),
    ("empty daftar", {"daftar": MANY}, lambda daftar: not daftar),
    ("not empty daftar", {"daftar": MANY}, lambda daftar: bool(daftar)),
    ("empty peta", {"peta": (None, {}, {"k": 1})}, lambda peta: not peta),
    ("empty x == a", {"x": TEXT, "a": TRUTH}, lambda x, a: (not x) == a),
    # A choice.
    ("a ? b : c", {"a": TRUTH, "b": TRUTH, "c": TRUTH}, lambda a, b, c: b if a else c),
    (
        "n > 3 ? x == 'yes' : x == 'no'",
        {"n": NUMBER, "x": TEXT},
        lambda n, x: x == ("yes" if lt(3, n) else "no"),
    ),
    (
        "(n > 3 ? 'yes' : 'no') == x",
        {"n": NUMBER, "x": TEXT},
        lambda n, x: x == ("yes" if lt(3, n) else "no"),
    ),
    ("!(a ? b : c)", {"a": TRUTH, "b": TRUTH, "c": TRUTH}, lambda a, b, c: not (b if a else c)),
    ("x ? b : c", {"x": TEXT, "b": TRUTH, "c": TRUTH}, lambda x, b, c: c),
    ("a ? b : b ? c : a", {"a": TRUTH, "b": TRUTH, "c": TRUTH}, lambda a, b, c: b if a else (c if b else a)),
    # Sums.
    ("n + 1 > m * 2", {"n": (0, 3), "m": (0, 1, 2)}, lambda n, m: n + 1 > m * 2),
    ("(n + 1) * 2 == 8", {"n": (0, 3)}, lambda n: n == 3),
    ("n % 2 == 1", {"n": (0, 3, 5)}, lambda n: n % 2 == 1),
    ("n mod 2 eq 1", {"n": (0, 3, 5)}, lambda n: n % 2 == 1),
    ("n div 2 == 1.5", {"n": (0, 3, 5)}, lambda n: n == 3),
    ("n - m - 1 == 0", {"n": (3, 5), "m": (2, 4)}, lambda n, m: n - m == 1),
    ("n - (m - 1) == 2", {"n": (3, 5), "m": (2, 4)}, lambda n, m: n - m == 1),
    ("-n < 0", {"n": (0, 3)}, lambda n: n > 0),
    ("n + 1 > 0", {"n": NUMBER}, lambda n: (n or 0) + 1 > 0),
    ("n + m == 0", {"n": NUMBER, "m": NUMBER}, lambda n, m: (n or 0) + (m or 0) == 0),
    ("peta.k * 2 == 0", {"peta": ({"k": 1}, {"k": 0}, {}, None)}, lambda peta: not (peta or {}).get("k")),
    ("-n == 0", {"n": NUMBER}, lambda n: not n),
    ("-(n - 1) - -n == 1", {"n": NUMBER}, lambda n: True),
    ("n - '3' == 0", {"n": NUMBER}, lambda n: n == 3),
    ("n % 2 == 1", {"n": SIGNED}, lambda n: fmod(n or 0, 2) == 1),
    ("n % 2 == -1", {"n": SIGNED}, lambda n: fmod(n or 0, 2) == -1),
    ("n % m == 1", {"n": SIGNED, "m": (2, -2, 3, -3)}, lambda n, m: fmod(n or 0, m) == 1),
    ("7 % m == 1", {"m": (2, -2, 3, -3)}, lambda m: fmod(7, m) == 1),
    ("-7 % m == -1", {"m": (2, -2, 3, -3)}, lambda m: fmod(-7, m) == -1),
    ("2 * n % 3 * 2 == -2", {"n": SIGNED}, lambda n: fmod(2 * (n or 0), 3) * 2 == -2),
    ("n == 1e2", {"n": (None, 1, 2, 100)}, lambda n: n == 100),
    ("1e2 == n", {"n": (None, 1, 2, 100)}, lambda n: n == 100),
    ("n == .5", {"n": (None, 0.5, 5)}, lambda n: n == 0.5),
    ("n == 1.", {"n": (None, 0.5, 1)}, lambda n: n == 1),
    ("n * 1E+1 - 2.5e-1 == .25", {"n": (None, 0.05, 1)}, lambda n: n == 0.05),
    # Constant texts beside numbers and truth values.
    ("n == '3'", {"n": (*NUMBER, "3", "03")}, lambda n: n in (3, "3")),
    ("'3' == n", {"n": (*NUMBER, "3", "03")}, lambda n: n in (3, "3")),
    ("n != '3'", {"n": (*NUMBER, "3", "03")}, lambda n: n not in (3, "3")),
    ("n == '03' && n > 0", {"n": NUMBER}, lambda n: n == 3),
    ("n + 1 == '4'", {"n": NUMBER}, lambda n: n == 3),
    ("n > '3'", {"n": (*NUMBER, 10, "10", "4")}, lambda n: n in (5, 10, "4")),
    ("'3' >= n", {"n": (*NUMBER, 10, "10", "4")}, lambda n: n in (0, 3, -1, "10")),
    ("x <= 'no'", {"x": TEXT}, lambda x: x in ("", "no", "YES")),
    ("a == 'true'", {"a": (None, *TRUTH, "true", "TRUE", "yes")}, lambda a: a in (True, "true")),
    ("a eq 'TRUE'", {"a": (None, *TRUTH, "true", "TRUE", "yes")}, lambda a: a in (True, "TRUE")),
    ("a != 'true'", {"a": (None, *TRUTH, "true", "TRUE", "yes")}, lambda a: a not in (True, "true")),
    ("'false' == a", {"a": (None, *TRUTH, "false")}, lambda a: a in (False, "false")),
    ("'false' != a", {"a": (None, *TRUTH, "false")}, lambda a: a not in (False, "false")),
    ("a == 'false' || b == 'true'", {"a": TRUTH, "b": TRUTH}, lambda a, b: not a or b),
    ("(n > 3) == 'false'", {"n": NUMBER}, lambda n: not lt(3, n)),
    ("a.equals('true')", {"a": (None, *TRUTH, "true")}, lambda a: a == "true"),
    # Texts.
    ("x.equalsIgnoreCase('yes')", {"x": TEXT[1:]}, lambda x: x.lower() == "yes"),
    ("!x.equalsIgnoreCase('yes')", {"x": TEXT[1:]}, lambda x: x.lower() != "yes"),
    ("x.toLowerCase() == 'yes'", {"x": TEXT[1:]}, lambda x: x.lower() == "yes"),
    ("x.toUpperCase().equals('YES')", {"x": TEXT[1:]}, lambda x: x.upper() == "YES"),
    ("x.trim() == 'yes'", {"x": ("yes", " yes ", "y es", "")}, lambda x: x.strip() == "yes"),
    ("x.isEmpty()", {"x": TEXT[1:]}, lambda x: not x),
    ("!x.isEmpty()", {"x": TEXT[1:]}, lambda x: bool(x)),
    ("x.trim().isEmpty()", {"x": ("", " ", "yes")}, lambda x: not x.strip()),
    ("x.length() > 2", {"x": TEXT[1:]}, lambda x: len(x) > 2),
    ("x.startsWith('y')", {"x": TEXT[1:]}, lambda x: x.startswith("y")),
    ("!x.endsWith('s')", {"x": TEXT[1:]}, lambda x: not x.endswith("s")),
    ("x.contains('e')", {"x": TEXT[1:]}, lambda x: "e" in x),
    ("!x.contains('e')", {"x": TEXT[1:]}, lambda x: "e" not in x),
    ("x.contains('e') && n > 3", {"x": TEXT[1:], "n": NUMBER}, lambda x, n: "e" in x and lt(3, n)),
    ("x.matches('y..')", {"x": ("yes", "yess", "ayes", "no")}, lambda x: x == "yes"),
    ("x.substring(1) == 'es'", {"x": ("yes", "no")}, lambda x: x == "yes"),
    ("x.substring(0, 2) == 'ye'", {"x": ("yes", "no")}, lambda x: x == "yes"),
    ("x.toString() == 'yes'", {"x": TEXT[1:]}, lambda x: x == "yes"),
    ("x == 'it\\'s'", {"x": ("it's", "its")}, lambda x: x == "it's"),
    ("x == 'kata \"kutip\"'", {"x": ('kata "kutip"', "kata")}, lambda x: x == 'kata "kutip"'),
    ("x == 'a == b && !c'", {"x": ("a == b && !c", "c")}, lambda x: x == "a == b && !c"),
    # Lists and maps.
    ("daftar.contains('yes')", {"daftar": MANY[1:]}, lambda daftar: "yes" in daftar),
    ("!daftar.contains('yes')", {"daftar": MANY[1:]}, lambda daftar: "yes" not in daftar),
    ("daftar.size() > 1", {"daftar": MANY[1:]}, lambda daftar: len(daftar) > 1),
    (
        "daftar.size() == 0 || daftar[0] == 'no'",
        {"daftar": MANY[1:]},
        lambda daftar: not daftar or daftar[0] == "no",
    ),
    ("daftar.isEmpty()", {"daftar": MANY[1:]}, lambda daftar: not daftar),
    ("daftar[0] == 'yes'", {"daftar": MANY[2:]}, lambda daftar: daftar[0] == "yes"),
    (
        "daftar.get(1).equals('yes')",
        {"daftar": (["yes", "no"], ["no", "yes"])},
        lambda daftar: daftar[1] == "yes",
    ),
    ("daftar[n] == 'yes'", {"daftar": (["yes", "no"],), "n": (0, 1)}, lambda daftar, n: daftar[n] == "yes"),
    ("peta.k == 1", {"peta": ({"k": 1}, {"k": 2})}, lambda peta: peta["k"] == 1),
    ("peta['k'] == 1", {"peta": ({"k": 1}, {"k": 2})}, lambda peta: peta["k"] == 1),
    ("peta['a b'] == 1", {"peta": ({"a b": 1}, {"a b": 2})}, lambda peta: peta["a b"] == 1),
    ("peta.get('k') eq 1", {"peta": ({"k": 1}, {"k": 2})}, lambda peta: peta["k"] == 1),
    ("daftar[n - 1] == 'yes'", {"daftar": (["yes", "no"], []), "n": (-2, -1, 0, 1, 2, 3)}, at(-1)),
    ("daftar[n] == 'yes'", {"daftar": (["no", "yes"],), "n": (-2, -1, 0, 1, 2)}, at(0)),
    ("daftar.get(n) == 'yes'", {"daftar": (["no", "yes"],), "n": (0, 1)}, at(0)),
    ("daftar[-1] == null", {"daftar": MANY[1:]}, lambda daftar: True),
    (
        "daftar[daftar.size() - 1] == 'yes'",
        {"daftar": MANY[1:]},
        lambda daftar: bool(daftar) and daftar[-1] == "yes",
    ),
    ("baris[n].n == 2", {"baris": ([{"n": 1}, {"n": 2}],), "n": (0, 1)}, lambda baris, n: baris[n]["n"] == 2),
    ("peta[k] == 1", {"peta": ({"k": 1, "b": 2}, {}), "k": ("k", "b", "c", None)}, entry),
    ("peta.get(k) == 1", {"peta": ({"k": 1, "b": 2}, {}), "k": ("k", "b", "c", None)}, entry),
    ("peta['in'] == 1", {"peta": ({"in": 1}, {"in": 2}, {})}, lambda peta: peta.get("in") == 1),
    ("peta.size() > 1", {"peta": ({}, {"k": 1}, {"k": 1, "b": 2})}, lambda peta: len(peta) > 1),
    ("peta.size() == 0", {"peta": ({}, {"k": 1}, {"k": 1, "b": 2})}, lambda peta: not peta),
    ("!peta.k.equals('yes')", {"peta": ({"k": "yes"}, {"k": "no"})}, lambda peta: peta["k"] != "yes"),
]


def decided_by(condition: str) -> Diagram:
    ways = [flow("g", "terima", condition=condition), flow("g", "tolak")]
    steps = [start(), exclusive("g", default="g__tolak"), user("terima"), user("tolak"), end()]
    return read(bpmn(steps, ["start > g", *ways, "terima > end\ntolak > end"]))


@pytest.mark.parametrize(("juel", "domain", "oracle"), ROWS, ids=[row[0] for row in ROWS])
def test_what_juel_decides_is_decided_the_same_in_feel(
    juel: str, domain: Mapping[str, Iterable[Any]], oracle: Callable[..., bool]
) -> None:
    made = decided_by(f"${{{juel}}}").outgoing["g"][0].condition
    assert made is not None
    wrong = []
    for values in product(*domain.values()):
        given = dict(zip(domain, values, strict=True))
        found = feel.evaluate(made, given, now=NOW)
        if (found.value is True) is not bool(oracle(**given)):
            wrong.append((given, found))
    assert wrong == [], made


def test_what_is_denied_holds_when_nothing_has_set_it() -> None:
    assert decided_by("${not(a)}").outgoing["g"][0].condition == "a != true"


def test_equality_is_denied_by_its_own_sign() -> None:
    assert decided_by("${!x.equals('yes')}").outgoing["g"][0].condition == 'x != "yes"'


def test_juel_that_is_feel_too_stays_as_it_is() -> None:
    for text in (
        'x = "a"',
        'x != "a"',
        "jumlah  >  3 and b",
        'contains(nama, "x")',
        "a.b",
        'daftar[1] = "x"',
    ):
        diagram = decided_by(f"${{{text}}}")
        assert diagram.outgoing["g"][0].condition == text
        assert [finding.code for finding in diagram.findings] == []


PROGRAMS = [
    ("${bean.isX()}", "bean.isX"),
    ("${!bean.isX()}", "bean.isX"),
    ("#{ bean.isX('a', jumlah) == true }", "bean.isX"),
    ("bean.isX('a')", "bean.isX"),
    ("=bean.isX()", "bean.isX"),
    ("${x == 'yes' && layanan.cari(x).ada(1)}", "layanan.cari, layanan.cari(x).ada"),
    ("${layanan.sah(x) ? a : b}", "layanan.sah"),
    ("${x.codePointAt(0) == 3}", "x.codePointAt"),
    ("${vars:equals(x, 'yes')}", "vars:equals"),
    ("bpmn:getDataObject('surat')/status = 'sah'", "bpmn:getDataObject"),
    ("not(bpmn:getDataObject('surat'))", "bpmn:getDataObject"),
    ('not(bpmn:getDataObject("surat"))', "bpmn:getDataObject"),
    ("${execution.hasVariable('x')}", "execution.hasVariable"),
]


@pytest.mark.parametrize(("condition", "call"), PROGRAMS)
def test_a_gateway_that_asks_a_program_elsewhere_asks_the_officer(condition: str, call: str) -> None:
    diagram = decided_by(condition)
    assert [text for _flow, text in diagram.questions["g"].answers] == ["Terima", "Tolak"]
    told = {finding.code: finding for finding in diagram.findings}
    assert told["condition_of_program"].params["call"] == call
    assert f"menanyakan {call} kepada program" in told["condition_of_program"].what
    assert "expression_translated" not in told


def test_sentences_and_questions_to_programs_are_asked_together() -> None:
    ways = [
        flow("g", "terima", condition="berkas belum lengkap"),
        flow("g", "tolak", condition="${bean.sah()}", name="Sah"),
    ]
    xml = bpmn(
        [start(), exclusive("g"), user("terima"), user("tolak"), end()],
        ["start > g", *ways, "terima > end\ntolak > end"],
    )
    assert [text for _flow, text in read(xml).questions["g"].answers] == ["berkas belum lengkap", "Sah"]


def beside_a_formula(condition: str) -> Diagram:
    ways = [
        flow("g", "terima", condition=condition),
        flow("g", "tunda", condition='x = "no"'),
        flow("g", "tolak"),
    ]
    steps = [start(), exclusive("g", default="g__tolak"), *map(user, ("terima", "tunda", "tolak")), end()]
    diagram = read(bpmn(steps, ["start > g", *ways, "terima > end\ntunda > end\ntolak > end"]))
    assert [text for _flow, text in diagram.questions["g"].answers] == ["Terima", "Tunda", "Tolak"]
    assert "condition_set_aside" in {finding.code for finding in diagram.findings}
    return diagram


@pytest.mark.parametrize(("condition", "call"), [*PROGRAMS, ("=hitungan(x) > 3", "hitungan")])
def test_beside_conditions_that_decide_a_program_elsewhere_is_asked_too(condition: str, call: str) -> None:
    told = {finding.code: finding for finding in beside_a_formula(condition).findings}
    assert told["condition_of_program"].params["call"] == call


#: JUEL that no FEEL decides alike, and texts that are no JUEL and no FEEL.
UNTRANSLATABLE = [
    "${x instanceof String}",
    "${(n > 3) < a}",
    "${n + 1 == true}",
    "${n + 'satu' > 0}",
    "${x.trim() + 1 > 0}",
    "${n == 1e999}",
    "${n + 1 == 'tiga'}",
    "${daftar[n / 2] == 'x'}",
    "${nama lengkap == 'x'}",
    "${x in ('a') && b}",
]


@pytest.mark.parametrize("condition", UNTRANSLATABLE)
def test_what_no_feel_decides_alike_is_asked(condition: str) -> None:
    diagram = decided_by(condition)
    assert [text for _flow, text in diagram.questions["g"].answers] == ["Terima", "Tolak"]
    told = {finding.code: finding for finding in diagram.findings}
    assert told["condition_untranslatable"].params["text"] == condition[2:-1]
    assert "expression_translated" not in told


@pytest.mark.parametrize("condition", [*UNTRANSLATABLE, "x instanceof String", "(n <> 1e999)", "n == == 3"])
def test_beside_conditions_that_decide_what_no_feel_decides_alike_is_asked_too(condition: str) -> None:
    told = {finding.code for finding in beside_a_formula(condition).findings}
    assert told & {"condition_untranslatable", "condition_syntax"}


@pytest.mark.parametrize("condition", ["uuid() = x", "=random number() > 0.5"])
def test_what_is_another_each_time_is_refused_and_said_why(condition: str) -> None:
    ways = [flow("g", "terima", condition=condition), flow("g", "tolak")]
    found = refused(bpmn([start(), exclusive("g"), user("terima"), user("tolak"), end()],
                         ["start > g", *ways, "terima > end\ntolak > end"]))  # fmt: skip
    assert [finding.code for finding in found if finding.severity == "error"] == ["expression_random"]


@pytest.mark.parametrize(
    ("written", "offer"), [("n == .5", "n = 0.5"), ("n <> 1e2", "n != 100"), ("1e2 == n", "100 = n")]
)
def test_numbers_that_feel_writes_otherwise_are_refused_and_offered(written: str, offer: str) -> None:
    assert conditions.fault(written) == ("expression_not_feel", {"text": written, "offer": offer})


def test_brackets_in_brackets_do_not_double_what_is_said_twice() -> None:
    deep = "n"
    for _ in range(40):
        deep = f"daftar[{deep}]"
    assert decided_by(f"${{{deep} == 'x'}}").questions


@pytest.mark.parametrize("formula", ["=bean.lama()", "=hari_kerja(3)"])
def test_a_timer_that_calls_what_is_not_here_is_refused(formula: str) -> None:
    steps = [start(), user("telaah"), boundary("lewat", "telaah", after=formula), end()]
    assert errors(bpmn(steps, "start > telaah > end\nlewat > end")) == ["expression_calls_unknown"]


@pytest.mark.parametrize(
    "text",
    [
        'contains(string:lower case(x), match:"y")',
        "{f: function(n) n + 1}.f(1) > 1",
        "for n in daftar return date(n).year",
        'every n in daftar satisfies starts with(n, "a")',
        "date and time(x) < now()",
        "list contains(daftar, x) and not(count(daftar) > 3)",
    ],
)
def test_functions_of_feel_and_of_the_text_itself_are_known(text: str) -> None:
    assert conditions.unknown_calls(text) == []


@pytest.mark.parametrize("condition", ["${!x.equals('%s')}", "${bean.isX('%s')}", "bean.isX('%s')"])
def test_conditions_too_long_together_are_refused_once_whatever_language_they_are_in(condition: str) -> None:
    texts = [condition % ("x" * 3_000 + str(n)) for n in range(30)]
    steps = [start(), exclusive("g", default="g__akhir"), *(user(f"t{n}") for n in range(30)), end("akhir")]
    ways = [flow("g", f"t{n}", condition=text) for n, text in enumerate(texts)]
    ends = "\n".join(f"t{n} > akhir" for n in range(30))
    assert errors(bpmn(steps, ["start > g", "g > akhir", *ways, ends])).count("too_much_feel") == 1
