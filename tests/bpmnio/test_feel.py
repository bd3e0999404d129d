"""Values, clock, memory and names of FEEL: what gateways, timers, forms and tables build on."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.base.errors import ExpressionFailed
from app.base.i18n import speaking
from app.bpmnio import feel, feelin

JAKARTA = ZoneInfo("Asia/Jakarta")
EARLY = datetime(2026, 7, 5, 6, 30, tzinfo=JAKARTA)
"""A Sunday morning that is still Saturday in UTC."""


def value(expression: str, now: datetime = EARLY, /, **context: Any) -> Any:
    return feel.evaluate(expression, context, now=now).value


def passes(test: str, given: Any, **context: Any) -> Any:
    return feel.unary(test, given, context, now=EARLY).value


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The functions called in V8, which go on working."""
    made: list[str] = []
    call = feelin.isolate.call

    def counted(function: str, argument: str, **how: Any) -> str:
        made.append(function)
        return call(function, argument, **how)

    monkeypatch.setattr(feelin.isolate, "call", counted)
    return made


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2", 3),
        ("= 1 + 2", 3),
        ("10 / 2", 5),
        ("5 / 2", 2.5),
        ("1 / 0", None),
        ('if kategori = "berat" then 3 else 10', 3),
        ("alamat.kecamatan", "Selogiri"),
        ("lampiran[item.ukuran > 5].nama", ["b.pdf"]),
        ("lampiran[ukuran > 5].nama", ["b.pdf"]),
        ("count(lampiran)", 2),
        ("for x in [1, 2, 3] return x * x", [1, 4, 9]),
        ("some x in [1, 2] satisfies x > 1", True),
        ("every x in [1, 2] satisfies x > 1", False),
        ('{a: 1, b: a + 1, c: ["x"]}', {"a": 1, "b": 2, "c": ["x"]}),
        ("not(benar)", False),
        ("benar and tidak_ada", None),
        ('string join(["a", "b"], "-")', "a-b"),
        ('matches("0812", "^08[0-9]+$")', True),
        ('"é" + "€😀"', "é€😀"),
        ("7 in [1..7]", True),
        ("7 in [1..7)", False),
        ("null", None),
    ],
)
def test_expression_gives_its_value_as_plain_json(expression: str, expected: Any) -> None:
    context = {
        "kategori": "berat",
        "benar": True,
        "alamat": {"kecamatan": "Selogiri"},
        "lampiran": [{"nama": "a.pdf", "ukuran": 1}, {"nama": "b.pdf", "ukuran": 9}],
    }

    result = value(expression, **context)

    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("test", "given", "expected"),
    [
        ("> 100", 150, True),
        ("> 100", 50, False),
        ("[100..200]", 150, True),
        ("100, 150", 150, True),
        ('"a","b"', "b", True),
        ('"a","b"', "c", False),
        ('not("a")', "b", True),
        ("not(5)", 5, False),
        ("< 5, > 100", 101, True),
        ("-", "apa pun", True),
        ("", "apa pun", True),
        ("null", None, True),
        ("true", True, True),
        ("true", False, False),
        ('starts with(?, "PJU")', "PJU mati", True),
        ("? > batas", 8, True),
        ("> batas", 6, False),
        ("batas", 7, True),
    ],
)
def test_cell_of_a_table_is_a_true_unary_test(test: str, given: Any, expected: bool) -> None:
    assert passes(test, given, batas=7) is expected


def test_batch_gives_the_same_as_single_calls_in_order() -> None:
    cells = [(f"> {n}", 25) for n in range(50)]

    results = feel.unary_all(cells, {}, now=EARLY)

    assert [result.value for result in results] == [n < 25 for n in range(50)]
    assert feel.evaluate_all([], {}, now=EARLY) == []


def test_batch_is_one_call_into_v8_and_none_when_seen_before(calls: list[str]) -> None:
    texts = [f"angka * {n} > 1001" for n in range(100)]
    feel.evaluate_all(texts, {"angka": 7}, now=EARLY)
    assert calls == ["feel.inspect", "feel.run"]

    feel.evaluate_all(texts, {"angka": 8}, now=EARLY)
    assert calls == ["feel.inspect", "feel.run", "feel.run"]

    feel.evaluate_all(texts, {"angka": 8, "lain": "tidak dibaca"}, now=EARLY)
    assert len(calls) == 3


def test_variable_that_the_expression_reads_is_never_taken_from_memory() -> None:
    assert [value("hasil.nilai + 1", hasil={"nilai": n}) for n in (1, 2, 1)] == [2, 3, 2]


def test_remembered_value_is_not_shared_with_the_caller() -> None:
    first = value("daftar", daftar=[1, 2])
    first.append(3)

    assert value("daftar", daftar=[1, 2]) == [1, 2]


def test_memory_does_not_freeze_the_clock() -> None:
    expression = 'date and time("2026-07-05T07:00:00") > now()'

    values = [value(expression, EARLY + timedelta(minutes=m)) for m in (0, 20, 40, 0)]

    assert values == [True, True, False, True]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("now()", "2026-07-05T06:30:00+07:00"),
        ("today()", "2026-07-05"),
        ("date(now())", "2026-07-05"),
        ('today() = date("2026-07-05")', True),
        ('date("2026-07-05T01:00:00+07:00")', "2026-07-05"),
        ('today() + duration("P14D")', "2026-07-19"),
        ('now() + duration("PT30M")', "2026-07-05T07:00:00+07:00"),
        ("time(now())", "06:30:00+07:00"),
        ('date and time("2026-07-05T06:29:00") < now()', True),
        ('date and time("2026-07-05T06:31:00") < now()', False),
        ('date and time("2026-07-04T23:31:00Z") > now()', True),
        ("today().year * 100 + today().month", 202607),
    ],
)
def test_clock_is_the_one_passed_in_before_seven_in_jakarta(expression: str, expected: Any) -> None:
    assert value(expression) == expected


def test_clock_follows_the_zone_of_now() -> None:
    moment = EARLY.astimezone(UTC)

    assert value("today()", moment) == "2026-07-04"
    assert value("now()", moment.astimezone(timezone(timedelta(hours=9)))) == "2026-07-05T08:30:00+09:00"
    assert value('date and time("2026-07-05T08:00:00")', moment.astimezone(ZoneInfo("Asia/Makassar"))) == (
        "2026-07-05T08:00:00"
    )


def test_variable_named_like_the_clock_does_not_replace_it() -> None:
    assert value("today()", today="1999-01-01", now="1999-01-01") == "2026-07-05"


def test_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        value("1", datetime(2026, 7, 5))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('duration("P60D")', "P60D"),
        ('duration("PT30M")', "PT30M"),
        ('duration("P1Y2M")', "P1Y2M"),
        ('date("2026-07-05") - date("2026-07-01")', "P4D"),
        ('date("2026-02-30")', None),
        ('time("08:05:00")', "08:05:00"),
        ('date and time("2026-07-05T08:00:00@Asia/Makassar")', "2026-07-05T08:00:00+08:00"),
        ('[date("2026-07-05"), {pada: date("2026-07-06")}]', ["2026-07-05", {"pada": "2026-07-06"}]),
    ],
)
def test_dates_and_durations_come_out_as_iso_text(expression: str, expected: Any) -> None:
    assert value(expression) == expected


@pytest.mark.parametrize("expression", ["count", "[1..3]", "10 ** 400", "function(x) x", '"a" * 2', "> 5"])
def test_what_has_no_value_is_null_with_a_warning(expression: str) -> None:
    result = feel.evaluate(expression, {}, now=EARLY)

    assert result.value is None
    assert result.warnings


def test_unknown_name_is_null_and_the_warning_names_it() -> None:
    assert feel.evaluate("kategorri", {"kategori": 1}, now=EARLY) == feel.Result(
        None, ("Variable 'kategorri' not found",)
    )


def test_names_with_spaces_and_signs_are_read_from_the_context() -> None:
    context = {"nama pelapor": "Ani", "a-b": 1, "a": 5, "b": 3, "count": 9}

    assert value('nama pelapor + "!"', **context) == "Ani!"
    assert value("a-b", **context) == 1
    assert value("a-b", a=5, b=3) == 2
    assert value("count + 1", **context) == 10


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 1", None),
        ("1 +", "Ungkapan belum selesai."),
        ("", "Ungkapan belum selesai."),
        ("(1", "Ungkapan belum selesai."),
        ("a && b", "Huruf ke-3 tidak dimengerti: “&&”"),
        ("${a}", "Huruf ke-1 tidak dimengerti: “$”"),
        ("a = 'x'", "Huruf ke-5 tidak dimengerti: “'”"),
        ("1)", "Huruf ke-2 tidak dimengerti: “)”"),
        ('= kategori = "berat"', None),
    ],
)
def test_check_says_where_the_text_goes_wrong(text: str, expected: str | None) -> None:
    assert feel.syntax_error(text) == expected


def test_check_knows_unary_tests() -> None:
    assert [feel.syntax_error(cell, dialect="unary") for cell in ("", "-", '"a", "b"', "[1..2]")] == [
        None
    ] * 4
    assert feel.syntax_error('"a", "b"') is not None
    assert feel.syntax_error("x" * 5_000) == "Ungkapan terlalu panjang: paling banyak 4000 huruf."


def test_syntax_error_is_raised_in_the_language_in_use() -> None:
    with pytest.raises(ExpressionFailed, match="salah tulis"):
        value("1 +")
    with speaking("en"), pytest.raises(ExpressionFailed, match="is not written correctly"):
        value("1 +")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kategori", {"kategori"}),
        ("laporan.alamat.desa + x", {"laporan", "x"}),
        ("for x in daftar, y in x.isi return x + y + z + partial", {"daftar", "z"}),
        ("some x in daftar satisfies x > batas", {"daftar", "batas"}),
        ("every date in tanggal satisfies date > awal", {"tanggal", "awal"}),
        ("function(p, q) p + q + r", {"r"}),
        ("{a: 1, b: a + c}.b", {"c"}),
        ("count(lampiran[item.ukuran > 5])", {"lampiran"}),
        ("count(lampiran[ukuran > batas])", {"lampiran"}),
        ("string length(nama) > 3 and not(tutup)", {"nama", "tutup"}),
        ("date and time(mulai) < now() + duration(lama)", {"mulai", "lama"}),
        ("years and months duration(a, b)", {"a", "b"}),
        ("get value(isi, kunci)", {"isi", "kunci"}),
        ("substring(string: nama, start position: n)", {"nama", "n"}),
        ("x instance of number", {"x"}),
        ("nama pelapor = null", {"nama pelapor"}),
        ("a -b", {"a", "b"}),
        ("x + 1 // y", {"x"}),
        ("x +", {"x"}),
        ('"x y"', set()),
    ],
)
def test_names_are_the_variables_that_are_read(text: str, expected: set[str]) -> None:
    assert feel.variable_names(text) == expected


def test_names_of_a_cell_leave_out_its_input() -> None:
    assert feel.variable_names('? > batas or starts with(?, "x")', dialect="unary") == {"batas"}
    assert feel.variable_names("[a..b], not_ini", dialect="unary") == {"a", "b", "not_ini"}
    assert feel.variable_names("", dialect="unary") == frozenset()


def test_mentions_add_what_a_filter_could_read() -> None:
    assert feel.mentions("count(lampiran[ukuran > batas and item.x = nik])") == {
        "lampiran",
        "ukuran",
        "batas",
        "nik",
    }


def test_v8_is_healthy() -> None:
    assert feel.healthy()


UNSTORABLE = [r'"\u0000"', r'"a\U000000"', r'"\ud800"', r'"\uDFFF"', r'"\U00d800"', r'"\\\ud800"']


@pytest.mark.parametrize("text", UNSTORABLE)
def test_a_letter_that_cannot_be_stored_is_found_and_never_comes_out(text: str) -> None:
    assert "tidak dapat disimpan" in (feel.syntax_error(text) or "")
    assert "\0" not in value(text)
    assert value(text).encode()


@pytest.mark.parametrize("text", [r'"\uD83D\uDE00"', r'"a\u000a"', r'"\\u0000"', '"😀"'])
def test_letters_that_can_be_stored_are_no_finding(text: str) -> None:
    assert feel.syntax_error(text) is None


def test_lets_are_read_by_name_and_see_those_before_them() -> None:
    lets = [
        ("ganda", "function(x) x * 2"),
        ("empat kali", "function(x) ganda(ganda(x))"),
        ("tgl", "date(tgl)"),
    ]

    assert feel.evaluate("empat kali(n) + 1", {"n": 3}, now=EARLY, lets=lets).value == 13
    assert (
        feel.evaluate('tgl < date("2026-02-01")', {"tgl": "2026-01-31"}, now=EARLY, lets=lets).value is True
    )
    assert feel.unary("> ganda(n)", 7, {"n": 3}, now=EARLY, lets=lets).value is True


def test_a_value_is_remembered_with_the_lets_it_was_worked_out_by() -> None:
    def found(text: str) -> object:
        return feel.evaluate("f(1)", {}, now=EARLY, lets=[("f", text)]).value

    assert [found("function(x) x"), found("function(x) x + 1"), found("function(x) x")] == [1, 2, 1]


def test_a_let_with_a_syntax_error_fails_what_would_read_it() -> None:
    with pytest.raises(ExpressionFailed):
        feel.evaluate("a", {}, now=EARLY, lets=[("a", "1 +")])


def test_names_with_signs_are_seen_by_who_knows_them() -> None:
    assert feel.variable_names("a-b + c") == {"a", "b", "c"}
    assert feel.variable_names("a-b + c", known=["a-b"]) == {"a-b", "c"}


def test_the_type_of_a_parameter_is_no_part_of_its_name() -> None:
    assert feel.variable_names("{f: function(x: number) x + y}") == {"y"}


def test_a_let_that_came_to_nothing_is_told_by_what_reads_it() -> None:
    lets = [("tgl", "date(tgl)")]
    read, other = feel.evaluate_all(["tgl = null", "1"], {"tgl": "besok"}, now=EARLY, lets=lets)

    assert (read.value, bool(read.warnings)) == (True, True)
    assert other.warnings == ()


def test_the_tree_of_an_expression_has_its_parts_and_their_text() -> None:
    found = feel.tree('=a = "x" or b or (c)')
    assert found is not None
    assert (found.kind, [part.text for part in found.parts]) == ("Disjunction", ['a = "x"', "b", "(c)"])
    assert [part.kind for part in found.parts[0].parts] == ["VariableName", "CompareOp", "StringLiteral"]


@pytest.mark.parametrize("text", ["", "=", "a =", "a b c ! d", "(" * 90 + "a" + ")" * 91, "!" * 5000])
def test_what_makes_no_sense_has_no_tree(text: str) -> None:
    assert feel.tree(text) is None


@pytest.mark.parametrize(
    "text", ["(" * 100 + "a" + ")" * 100, "not(" * 100 + "a" + ")" * 100, "-" * 3000 + "a"]
)
def test_a_deep_tree_is_no_crash(text: str) -> None:
    feel.tree(text)


def test_a_long_chain_is_one_node() -> None:
    found = feel.tree(" or ".join(["a"] * 500))
    assert found is not None
    assert len(found.parts) == 500
