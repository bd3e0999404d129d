"""SMS by a gateway over HTTP: its request, the telephone number as it wants it, and a text that fits."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

import orjson

from app.base.config import SmsGateway
from app.services.channels.guarded_http import Guard, Unreachable, post
from app.services.core.addresses import Network

#: Letters of one message in the alphabet of GSM 03.38; of one with others there are fewer.
MOST = 160
#: What that alphabet has of what we write; the rest becomes a question mark.
_ALPHABET = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_NUMBER = re.compile(r"\+[1-9]\d{7,14}")


@dataclass(frozen=True)
class Answer:
    """What the gateway said. ``is_sure``: where it did not take the message, that it will not send it either."""

    is_taken: bool
    is_sure: bool = True
    error: str = ""
    #: Of HTTP; None: there was no answer.
    status: int | None = None


def plain(text: str) -> str:
    """Text in letters that each telephone shows, one for each letter."""
    text = text.replace("\N{EN DASH}", "-").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return "".join(letter if letter in _ALPHABET else "?" for letter in text)


def international(number: str) -> str:
    """A telephone number as +62…, as gateways want it; empty where it is none. Without a country it is Indonesian."""
    digits = re.sub(r"[\s().-]", "", number)
    digits = f"+62{digits[1:]}" if digits.startswith("0") and not digits.startswith("00") else digits
    digits = f"+{digits}" if digits.startswith("62") else digits
    return digits if _NUMBER.fullmatch(digits) else ""


def send(gateway: SmsGateway, to: str, text: str, networks: tuple[Network, ...]) -> Answer:
    """Hand a message in. Never raises; no transaction may be open.

    A gateway that failed after it had the request may have sent it: that is told apart, as nobody wants it twice.
    """
    content = {**dict(gateway.fields), gateway.to_field: to, gateway.text_field: text}
    as_json = gateway.format == "json"
    body = orjson.dumps(content) if as_json else urlencode(content).encode()
    headers = {"Content-Type": "application/json" if as_json else "application/x-www-form-urlencoded"}
    if gateway.header:
        name, _colon, value = gateway.header.partition(": ")
        headers[name] = value
    try:
        status = post(gateway.url, body, headers, Guard(None, networks))
    except Unreachable as error:
        return Answer(False, not error.may_have_arrived, error.why)
    if 200 <= status < 300:
        return Answer(True)
    return Answer(False, status < 500 or status == 503, f"http_{status}", status)
