"""Guards of the house: one commit, one door to each library, nothing known by name, files that can be read."""

import ast
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
APP = sorted((ROOT / "app").rglob("*.py"))


def test_transactions_end_in_one_place() -> None:
    ends = re.compile(r"\.commit\(|\.rollback\(|session\.begin\(")
    found = {path.relative_to(ROOT).as_posix() for path in APP if ends.search(path.read_text())}
    assert found <= {"app/base/db.py"}


def test_only_commands_open_a_transaction_that_writes() -> None:
    opens = re.compile(r"\.transaction\(")
    found = {path.relative_to(ROOT).as_posix() for path in APP if opens.search(path.read_text())}
    assert found == {
        "app/commands/transaction.py",
        "app/services/maintenance/backup.py",  # restoring: no command runs before it has ended
        "app/services/maintenance/migrations.py",  # the tables that commands need
    }


def test_no_code_knows_an_activity_a_lane_or_a_field_of_the_sop_by_name() -> None:
    from app.services.deployment.bundle_builder import collect

    files = {p.name: p.read_bytes() for folder in ("processes", "forms") for p in (ROOT / folder).iterdir()}
    [bundle] = collect(None, files).bundles
    names = {node.id for node in bundle.diagram.nodes.values()} | {lane.id for lane in bundle.diagram.lanes}
    names |= {lane.name for lane in bundle.diagram.lanes}
    names |= {field.key for form in bundle.forms.values() for field in form.fields}
    common = {
        "judul",
        "isi",
        "nomor",
        "sumber",
        "kategori",
        "catatan",
        "hasil",
        "unit",
        "lampiran",
        "pesan",
        "prioritas",
        "selesai",
    }
    for path in APP:
        strings = {
            node.value
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert not strings & (names - common), (path, strings & (names - common))


def test_every_message_has_its_english() -> None:
    from babel.messages.pofile import read_po

    known: set[tuple[str | None, str]] = set()
    for path in (ROOT / "app/locale/en").glob("*.po"):
        with path.open("rb") as file:
            told = [m for m in read_po(file) if m.id and m.string]
        known |= {(m.context, m.id if isinstance(m.id, str) else m.id[0]) for m in told}
    found = {
        (context, message if isinstance(message, str) else message[0]) for context, message in _extracted()
    }
    assert {context for context, _message in found} == {None, "banyak", "satu", "tombol", "waktu"}
    assert not found - known


def test_plurals_are_indonesian() -> None:
    """Indonesian has one form, and where no catalogue is asked the second one is shown as it stands."""
    calls = [
        [ast.unparse(form) for form in call.args[:2]]
        for path in APP
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func) in {"ngettext", "i18n.ngettext"}
    ]
    assert len(calls) > 30
    assert [forms for forms in calls if forms[0] != forms[1] or forms[0][0] not in "\"'"] == []
    found = [message for _context, message in _extracted() if isinstance(message, tuple)]
    assert len(found) > 60
    assert [forms for forms in [*found, *_catalogue()] if len(set(forms)) > 1] == []


def test_messages_are_indonesian() -> None:
    """A message is shown as it stands to whoever reads Indonesian: no English word is in it."""
    found = {}
    for message in {text for ids in _catalogue() for text in ids}:
        words = _WORD.findall(_NO_WORDS.sub("", message))
        if english := [word for word in words if not word.isupper() and _ENGLISH.fullmatch(word.lower())]:
            found[message] = english
    assert found == {}


_ENGLISH = re.compile(
    r"the|of|and|or|is|are|was|were|with|for|from|this|that|to|in|on|by|not|an|has|have|its?|be|been|more|than|others?|all"
    r"|each|cases?|tasks?|notifications?|overdue|days?|hours?|minutes?|months?|years?|weeks?|files?|errors?|warnings?|users?"
    r"|found|open|closed|done|sent|new|letters?|pages?|lines?|rows?|values?|fields?|versions?",
)
_WORD = re.compile(r"[A-Za-z]+")
#: Places for values, names in quotes, examples of FEEL, files and folders.
_NO_WORDS = re.compile(r"\{[^}]*\}|“[^”]*”|contoh FEEL: .*|\S*/\S*|[.]\w+")


@cache
def _catalogue() -> list[tuple[str, ...]]:
    """The messages of all catalogues, each with its plural."""
    from babel.messages.pofile import read_po

    found = list[tuple[str, ...]]()
    for path in (ROOT / "app/locale/en").glob("*.po"):
        with path.open("rb") as file:
            found += [m.id if isinstance(m.id, tuple) else (m.id,) for m in read_po(file) if m.id]
    return found


@cache
def _extracted() -> set[tuple[str | None, Any]]:
    """Context and text of each message in code and templates; of a plural both texts."""
    from babel.messages.extract import extract_from_dir

    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    keywords = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
    return {
        (context, message)
        for _file, _line, message, _comments, context in extract_from_dir(
            ROOT / "app", method_map=methods, keywords=keywords
        )
    }


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((ROOT / "frontend/package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]


def _is_named_by_an_address(node: ast.FunctionDef) -> bool:
    """Views and commands: nobody calls them by their name."""
    return any(
        re.match(r"(click|blueprint|user|\w*blueprint)\.", ast.unparse(one)) for one in node.decorator_list
    )


def test_functions_that_other_modules_use_have_names_that_can_be_grepped() -> None:
    vague = {"read", "check", "of", "once", "standing"}
    found = [
        (path.relative_to(ROOT).as_posix(), node.name)
        for path in APP
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name in vague and not _is_named_by_an_address(node)
    ]
    assert found == []


def _imported(path: Path) -> set[str]:
    """The modules that a file imports, or may import from one."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def test_whatever_is_unexpected_is_logged_under_a_reference() -> None:
    """`log_safety.log_fault` gives one; whoever is told of the fault is told it."""
    logging = {path.relative_to(ROOT).as_posix() for path in APP if "logger.exception(" in path.read_text()}
    assert logging == {"app/base/log_safety.py"}


def test_no_module_imports_from_a_test_module() -> None:
    """What tests share lies in a helper module beside them, named for what it holds."""
    modules = {
        path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        for path in (ROOT / "tests").rglob("test_*.py")
    }
    files = [*APP, *(ROOT / "tests").rglob("*.py"), *(ROOT / "frontend").glob("*.py")]
    found = {path.relative_to(ROOT).as_posix(): _imported(path) & modules for path in files}
    assert {path: names for path, names in found.items() if names} == {}


def test_no_page_is_given_what_every_page_imports() -> None:
    """A macro that `base.html` imports hides what a page is given under the same name."""
    base = (ROOT / "app" / "web" / "templates" / "base.html").read_text()
    imported = {
        name.strip() for names in re.findall(r"import ([^%]+?) ?%}", base) for name in names.split(",")
    }
    assert imported
    given = {
        (path.name, argument.arg)
        for path in APP
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "render_template"
        for argument in node.keywords
    }
    assert {one for one in given if one[1] in imported} == set()
