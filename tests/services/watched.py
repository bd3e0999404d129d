"""Folders that are watched, with one process in them, and what a look at them says."""

from dataclasses import replace
from pathlib import Path

from app import worker
from app.base.config import Config
from app.services.core import settings
from tests.engine.building import bpmn, end, start
from tests.services.office import Office, form, text


def simple(key: str) -> bytes:
    return bpmn([start("mulai", form="isian"), end("selesai")], "mulai > selesai", key=key, name=key)


def watched(office: Office, place: Path, key: str) -> Config:
    """The process ``key`` and its form, seen once."""
    processes, forms = place / "proses", place / "formulir"
    for folder in (processes, forms):
        folder.mkdir()
    (processes / f"{key}.bpmn").write_bytes(simple(key))
    (forms / "isian.form").write_bytes(form(text("judul")))
    with office.database.reading() as session:
        config = replace(settings.config(session), processes_dir=processes, forms_dir=forms)
    assert f"Diterapkan: {key} versi 1" in look(office, config)
    return config


def look(office: Office, config: Config) -> list[str]:
    """What a look at them says, without warnings."""
    return [line for line in hear(office, config) if not line.startswith("Peringatan")]


def hear(office: Office, config: Config) -> list[str]:
    """What a look at them says, without those lines that speak of lanes where nobody works yet."""
    said: list[str] = []
    assert worker.look(office.database, config, said.append)
    return [line for line in said if "Belum ada petugas" not in line]
