"""form-js 2.0 itself, in Chromium: many forms on one page, filled and submitted at once."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.chromium import launch

ROOT = Path(__file__).resolve().parents[2]
SITE = "http://forms.test/"

HTML = """<!doctype html><div id=here hidden></div><script type=module>
import { Form } from "./form-js.js";
const rest = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 8)));
const rests = async (n) => { for (let i = 0; i < n; i++) await rest(); };
const at = (value, path) => path.reduce((held, step) => held?.[step], value);

function filesIn(value) {
  if (typeof value === "string") return value.startsWith("files::") ? [ value ] : [];
  return value && typeof value === "object" ? Object.values(value).flatMap(filesIn) : [];
}

async function open(schema, data) {
  const container = document.getElementById("here").appendChild(document.createElement("div"));
  const form = new Form({ container, debounce: false });
  // form-js 2.0 computes one formula at each key press: here it may go on until nothing changes
  form.get("expressionLoopPreventer").registerExpressionExecution = () => true;
  await form.importSchema(schema, data);
  return form;
}

// By path: an error's own place is the field's id and the numbers of its rows.
function submit(form) {
  const { data, errors } = form.submit();
  const wrong = form.get("formFieldInstanceRegistry").getAllKeyed()
    .filter(({ id, indexes }) => at(errors, [ id, ...Object.values(indexes ?? {}) ])?.length)
    .map(({ valuePath }) => valuePath.join("."));
  return { data, errors: wrong };
}

// Opening costs more than typing: a form takes one submission after another, each as if it were its first.
window.run = async ([ schema, all ]) => {
  const forms = await Promise.all(all.map(({ data }) => open(schema, data)));
  await rests(3);
  const opened = forms.map((form) => form._getState().data);
  const found = forms.map(() => []);
  for (let turn = 0; turn < Math.max(1, ...all.map(({ typed }) => typed.length)); turn++) {
    forms.forEach((form, n) => type(form, opened[n], all[n].typed[turn]));
    await rests(6);
    forms.forEach((form, n) => found[n].push(submit(form)));
  }
  forms.forEach((form) => form.destroy());
  document.getElementById("here").replaceChildren();
  return JSON.stringify(found);
};

function type(form, opened, typed) {
  if (!typed) return;
  form.get("fileRegistry").clear();
  filesIn(typed).forEach((key) => form.get("fileRegistry").setFiles(key, [ new File([ "x" ], "x.pdf") ]));
  form._setState({ data: { ...opened, ...typed }, errors: {} });
}

// The labels of the fields as they stand on the page, in their order.
window.labels = async ([ schema, data ]) => {
  const form = await open(schema, data);
  await rests(3);
  const shown = [ ...form._container.querySelectorAll(".fjs-form-field-label") ].map((one) => one.textContent.trim());
  form.destroy();
  return JSON.stringify(shown.filter((one) => one));
};
</script>"""


class FormJs:
    """form-js on a page of its own, in a thread of its own: V8 keeps no time limits beside a browser's event loop."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._page = self._thread.submit(self._open).result()

    def run(self, schema: dict[str, Any], asked: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
        """For each of ``asked``: variables ``data``, and all that is ``typed``, the ``data`` and ``errors`` (keys) of
        each submission; of an untouched one where nothing is typed.
        """
        said = self._thread.submit(lambda: self._page.evaluate("run", [schema, asked])).result()
        found: list[list[dict[str, Any]]] = json.loads(said)
        return found

    def labels(self, schema: dict[str, Any], data: dict[str, Any]) -> list[str]:
        """The labels of all fields as the page shows them over the variables ``data``."""
        said = self._thread.submit(lambda: self._page.evaluate("labels", [schema, data])).result()
        found: list[str] = json.loads(said)
        return found

    def close(self) -> None:
        """End the browser."""
        self._thread.submit(self._playwright.stop).result()
        self._thread.shutdown()

    def _open(self) -> Any:
        script = (ROOT / "frontend" / "test-dist" / "form-js.js").read_text()
        self._playwright = sync_playwright().start()
        browser = launch(self._playwright)
        page = browser.new_context(timezone_id="Asia/Jakarta").new_page()
        page.route("**/*", lambda route: route.fulfill(body="", content_type="text/html"))  # what forms embed
        page.route(SITE, lambda route: route.fulfill(body=HTML, content_type="text/html"))
        page.route(
            f"{SITE}form-js.js", lambda route: route.fulfill(body=script, content_type="text/javascript")
        )
        page.goto(SITE)
        page.wait_for_function("window.run !== undefined")
        return page


@contextmanager
def opened() -> Iterator[FormJs]:
    """A page that runs form-js, its clock in Jakarta."""
    subprocess.run([sys.executable, ROOT / "frontend" / "build.py", "--test"], check=True)
    page = FormJs()
    yield page
    page.close()
