"""Files with several pools for tests, put together from processes made by `building`."""

import re
from collections.abc import Sequence

from tests.engine.building import HEAD, bpmn, end, node, send, start, user

WAITS = "<bpmn:messageEventDefinition/>"


def pools(processes: Sequence[bytes], *flows: str) -> bytes:
    """One file with these processes, each in a pool, and message flows ``a > b`` or ``a > b: name``."""
    bodies = [re.search(rb"<bpmn:process.*</bpmn:process>", xml, re.DOTALL)[0].decode() for xml in processes]  # type: ignore[index]
    keys = [re.search(r'id="([^"]+)"', body)[1] for body in bodies]  # type: ignore[index]
    bodies = [body.replace('id="lane', f'id="{key}_lane') for key, body in zip(keys, bodies, strict=True)]
    drawn = "".join(f'<bpmn:participant id="pool_{key}" name="{key}" processRef="{key}"/>' for key in keys)
    drawn += '<bpmn:participant id="pool_luar" name="Luar"/>' if "pool_luar" in "".join(flows) else ""
    drawn += "".join(map(message_flow, flows))
    collaboration = f'<bpmn:collaboration id="k">{drawn}</bpmn:collaboration>'
    return f"{HEAD}{collaboration}{''.join(bodies)}</bpmn:definitions>".encode()


def message_flow(text: str) -> str:
    joined, _colon, name = text.partition(":")
    source, target = (each.strip() for each in joined.split(">"))
    given = f' name="{name.strip()}"' if name else ""
    return f'<bpmn:messageFlow id="{source}_{target}"{given} sourceRef="{source}" targetRef="{target}"/>'


def kecamatan(*, sends: str = "", waits: str = "") -> bytes:
    """mulai → siapkan → kirim → tunggu → catat → selesai."""
    nodes = [
        start("mulai", form="awal"),
        user("siapkan", form="siapkan"),
        send("kirim", properties={"isi pesan": sends} if sends else {}),
        node("intermediateCatchEvent", "tunggu", inside=waits or WAITS),
        user("catat"),
        end("selesai"),
    ]
    lanes = {"Loket": "mulai siapkan kirim tunggu catat selesai"}
    return bpmn(
        nodes,
        "mulai > siapkan > kirim > tunggu > catat > selesai",
        lanes=lanes,
        key="kecamatan",
        name="Kecamatan",
        properties={"nomor": "nomor", "identitas": "Loket"},
    )


def dinas(*, private: bool = False) -> bytes:
    """usulan_masuk → telaah → jawab."""
    nodes = [
        node("startEvent", "usulan_masuk", inside=WAITS),
        user("telaah", form="telaah_tertutup" if private else "telaah"),
        node("endEvent", "jawab", inside=WAITS),
    ]
    return bpmn(
        nodes,
        "usulan_masuk > telaah > jawab",
        lanes={"Unit": "usulan_masuk telaah jawab"},
        key="dinas",
        name="Dinas",
        properties={"nomor": "nomor", "identitas": "Unit"},
    )


FLOWS = ("kirim > usulan_masuk: Usulan", "jawab > tunggu: Jawaban")
