"""Dokumen SOP: the official document of a version, as a page to print and as files."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from app.models import ProcessDefinition
from app.services.definitions import definitions
from app.services.sop_documents import contents, files, layouts, review, sheets, word
from app.services.sop_documents.contents import SopDocument
from app.services.sop_documents.layouts import LAYOUTS, PAPERS, Layout, Paper
from app.web import context, lists
from app.web.files.downloads import as_download

blueprint = Blueprint("sop_documents", __name__)

#: Pixels in a millimetre, as CSS counts them.
_SCALE = 96 / 25.4


@dataclass(frozen=True)
class _Asked:
    """A document as the address asks for it."""

    definition: ProcessDefinition
    document: SopDocument
    layout: Layout
    paper: Paper

    @property
    def file_name(self) -> str:
        return f"sop-{self.definition.key}-v{self.definition.version}-{self.layout.name}-{self.paper.name}"


@blueprint.get("/proses/<int:definition_id>/dokumen-sop")
def show(definition_id: int) -> str:
    """The document as a page, sheet by sheet as it is printed."""
    asked = _asked(definition_id)
    chosen: dict[str, Any] = {"templat": asked.layout.name, "kertas": asked.paper.name}
    return render_template(
        "sop_documents/show.html",
        definition=asked.definition,
        document=asked.document,
        layout=asked.layout,
        paper=asked.paper,
        layouts=LAYOUTS.values(),
        papers=PAPERS.values(),
        laid=sheets.laid_out(asked.document, asked.layout, asked.paper),
        head=files.heads(asked.layout, asked.document.performers),
        paragraphs=contents.paragraphs,
        pixels=lambda millimetres: round(millimetres * _SCALE, 1),
        files={
            name: url_for(f"sop_documents.{name}", definition_id=definition_id, **chosen)
            for name in ("pdf", "docx")
        },
    )


@blueprint.get("/proses/<int:definition_id>/dokumen-sop.pdf")
def pdf(definition_id: int) -> Response:
    """The document on paper."""
    asked = _asked(definition_id)
    content = files.pdf(asked.document, asked.layout, asked.paper)
    return as_download(content, f"{asked.file_name}.pdf", "application/pdf")


@blueprint.get("/proses/<int:definition_id>/dokumen-sop.docx")
def docx(definition_id: int) -> Response:
    """The document for Word and LibreOffice."""
    asked = _asked(definition_id)
    content = word.docx(asked.document, asked.layout, asked.paper)
    return as_download(content, f"{asked.file_name}.docx", word.MEDIA_TYPE)


@blueprint.get("/proses/<int:definition_id>/telaah-sop")
def telaah(definition_id: int) -> str:
    """What is odd in the SOP of a version."""
    with context.database().reading() as session:
        definition = definitions.get(session, definition_id)
        found = review.oddities(definitions.version(session, definition_id))
    groups = [(label, [one for one in found if one.kind == kind]) for kind, label in review.KINDS]
    return render_template("sop_documents/review.html", definition=definition, groups=groups, found=found)


def _asked(definition_id: int) -> _Asked:
    """The document of the address.

    Raises:
        NotFound: there is no such version, template or paper.
    """
    layout, paper = layouts.layout(lists.argument("templat")), layouts.paper(lists.argument("kertas"))
    with context.database().reading() as session:
        definition = definitions.get(session, definition_id)
        document = contents.document_of(definitions.version(session, definition_id))
    return _Asked(definition, document, layout, paper)
