"""A procedure that waits for a message, and may begin by one."""

from tests.engine.building import bpmn, catch, end, start, user
from tests.services.office import form, text

LANES = {"Loket": "mulai terima selesai", "Arsip": "tunggu"}


def waiting(key: str, *, begins_by: str | None = None) -> dict[str, bytes]:
    """mulai → terima (Loket) → tunggu (Arsip), which waits for the message "berkas" → selesai."""
    shapes = [
        start("mulai", form="isian") if begins_by is None else start("mulai", message=begins_by),
        user("terima"),
        catch("tunggu", message="berkas", form="isian"),
        end("selesai"),
    ]
    diagram = bpmn(
        shapes,
        "mulai > terima > tunggu > selesai",
        lanes=LANES,
        lane_properties={"Arsip": {"koordinator": "Kepala arsip"}},
        properties={"nomor": "nomor"},
        key=key,
        name=key,
    )
    return {f"{key}.bpmn": diagram, "isian.form": form(text("nomor"), text("isi"), text("nik", private=True))}
