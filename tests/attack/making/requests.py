"""Requests to the commands of the API: the body that is asked for, with things in it that no client should send."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from random import Random
from typing import Any
from urllib.parse import quote

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.attack import files
from tests.attack.making import diagrams, feel, schemas, tables
from tests.attack.making.texts import odd, storable

JSON = "application/json"
BOUNDARY = "batas"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
_KINDS = ("application/json; charset=utf-7", "text/plain", "application/xml", "", 'application/json; x="')
_KEYS = ("a", "a", "kunci-1", "x" * 400, "é", "' OR 1=1 --", "\x01")
_LANGUAGES = ("en", "id;q=0.1", "xx-" + "y" * 300, "*;q=nix", "../../en", "en\x00")
_SENDERS = ("lapor", "upp", "auditor", "pemilik", "dpupr")
_IDS = (
    "nix",
    "0",
    "-1",
    "9" * 40,
    "٣",
    "../../tasks",
    "1' OR '1'='1",
    "%00",
    "\x00",
    "x" * 3_000,
    "1e3",
    " ",
)
_DEPLOYED: dict[str, Callable[[Random], bytes]] = {
    "bpmn": diagrams.diagram,
    "form": schemas.content,
    "dmn": tables.table,
}


@dataclass(frozen=True)
class Request:
    """One command as it is sent; ``by`` is the user whose token goes with it."""

    by: str
    method: str
    path: str
    body: bytes
    kind: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Command:
    """What the OpenAPI document says of a command, and a body that would be accepted."""

    method: str
    path: str
    by: str
    sound: Any
    ids: Mapping[str, tuple[str, ...]]
    field: str = ""  # of the files in a multipart body


def request(dice: Random, commands: tuple[Command, ...]) -> Request:
    """One request to one of the commands; those that close something come rarely."""
    command = dice.choice(commands)
    if command.method == "DELETE" and dice.randint(0, 4):
        command = commands[0]
    by = command.by if dice.randint(0, 5) else dice.choice(_SENDERS)
    if command.field and dice.randint(0, 7):
        kind, body = MULTIPART, _multipart(dice, command.field)
    else:
        kind = JSON if dice.randint(0, 11) else dice.choice(_KINDS)
        body = _body(dice, command.sound)
    return Request(by, command.method, _path(dice, command), body, kind, _headers(dice))


#: The first bytes of a request as bytes say which command, by whom, what kind of body, and which ids.
HEAD = 4


def as_bytes(dice: Random, commands: tuple[Command, ...]) -> bytes:
    """One request as `from_bytes` reads it, most often a sound one of him who may."""
    number = dice.randrange(len(commands))
    command, sound = commands[number], dice.randint(0, 7) > 0
    head = [number, *(0 if sound else dice.randrange(256) for _n in range(2)), dice.randrange(256)]
    body = _multipart(dice, command.field) if command.field else _body(dice, command.sound)
    return bytes(head) + body


def as_sent(number: int, command: Command, files: Mapping[str, bytes]) -> bytes:
    """As bytes what he sends to the command of this number who may; each command is about another case."""
    known = min(map(len, command.ids.values()), default=1)
    parts = [FileStorage(BytesIO(content), name) for name, content in files.items()]
    body = (
        encode_multipart({command.field: parts}, BOUNDARY)[1] if parts else json.dumps(command.sound).encode()
    )
    return bytes([number, 0, 0, number % known]) + body


def from_bytes(content: bytes, commands: tuple[Command, ...]) -> Request:
    """The request that any bytes are: a head that says where it goes, and the body as it stands."""
    number, by, kind, ids = content[:HEAD].ljust(HEAD, b"\0")
    command = commands[number % len(commands)]
    kinds = (MULTIPART if command.field else JSON, JSON, *_KINDS)
    path = command.path
    for name, sound in command.ids.items():
        given = (*sound, *sound, *_IDS)
        path = path.replace(f"{{{name}}}", quote(given[ids % len(given)], safe=""))
    headers = {"Idempotency-Key": _KEYS[by // 8 % len(_KEYS)]} if by >= 128 else {}
    sender = (command.by, *_SENDERS)[by % (len(_SENDERS) + 1)]
    return Request(sender, command.method, path, content[HEAD:], kinds[kind % len(kinds)], headers)


def _path(dice: Random, command: Command) -> str:
    path = command.path
    for name, sound in command.ids.items():
        chosen = dice.choice(sound) if dice.randint(0, 7) else dice.choice(_IDS)
        path = path.replace(f"{{{name}}}", quote(chosen, safe=""))
    return path


def _headers(dice: Random) -> dict[str, str]:
    headers = {}
    if dice.randint(0, 3) == 0:
        headers["Idempotency-Key"] = dice.choice(_KEYS)
    if dice.randint(0, 5) == 0:
        headers["Accept-Language"] = dice.choice(_LANGUAGES)
    return headers


def _body(dice: Random, sound: Any) -> bytes:
    made = json.loads(json.dumps(sound))
    for _change in range(dice.randint(0, 3)):
        made = _changed(dice, made)
    text = json.dumps(made)
    match dice.randint(0, 24):
        case 0:
            return b""
        case 1:
            return text.encode()[: dice.randint(0, len(text))]
        case 2:
            return text.encode("utf-16")
        case 3:
            return text.replace("true", "NaN").replace('"', '"\\ud800', 1).encode()
        case 4:
            return b'{"variables":' + b'{"a":' * dice.choice((10, 40, 5_000)) + b"1" + b"}" * 11
        case 5:
            return text.replace("{", '{"variables":{},"variables":', 1).encode()
        case 6:
            return odd(dice).encode("utf-8", "surrogatepass")
        case _:
            return text.encode()


def _changed(dice: Random, made: Any) -> Any:
    """The body with one entry exchanged, added or taken out, at any depth."""
    if not isinstance(made, dict) or dice.randint(0, 19) == 0:
        return feel.value(dice)
    inner = [name for name, value in made.items() if isinstance(value, dict)]
    if inner and dice.randint(0, 3):
        name = dice.choice(inner)
        return {**made, name: _changed(dice, made[name])}
    name = dice.choice(sorted(made)) if made and dice.randint(0, 3) else odd(dice)
    if dice.randint(0, 5) == 0:
        return {key: value for key, value in made.items() if key != name}
    return {**made, name: feel.value(dice)}


def _file(dice: Random, field_name: str) -> tuple[str, bytes]:
    """An ending and a content, which most often are of one kind."""
    if field_name == "file":
        ending, content = files.attachment(dice)
    else:
        ending = dice.choice(sorted(_DEPLOYED))
        content = _DEPLOYED[ending](dice)
    return (ending if dice.randint(0, 9) else dice.choice(("exe", "html", "", "png", "x" * 300))), content


def _multipart(dice: Random, field_name: str) -> bytes:
    sent = []
    for _n in range(dice.choice((1, 1, 1, 0, 2, 3))):
        ending, content = _file(dice, field_name)
        name = f"{dice.choice(('x', odd(dice)))}.{ending}"
        sent.append(FileStorage(BytesIO(content), storable(name)))
    name = field_name if dice.randint(0, 9) else storable(odd(dice))
    more = {"lain": ["x"]} if dice.randint(0, 9) == 0 else {}
    _boundary, body = encode_multipart({name: sent, **more}, BOUNDARY)
    return body[: dice.randint(0, len(body))] if dice.randint(0, 19) == 0 else body
