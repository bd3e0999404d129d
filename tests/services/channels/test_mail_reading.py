"""What a mail says: text of every kind, and nothing hostile that ends in a traceback."""

import random
from collections.abc import Callable
from email import policy
from typing import Any

import pytest

from app.services.channels.mail_reading import MOST_LETTERS, read_mail, without_quotes

HEAD = b"From: Bu Ani <Ani@Example.id>\r\nSubject: =?utf-8?q?Jalan_rusak?=\r\nMessage-ID: <1@x>\r\n"


def test_plain_text_is_read_as_it_stands() -> None:
    mail = read_mail(HEAD + b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\nCaf\xe9\r\nlagi\r\n")
    assert (mail.sender, mail.sender_name, mail.subject) == ("ani@example.id", "Bu Ani", "Jalan rusak")
    assert (mail.text, mail.message_id, mail.is_automatic, mail.is_cut) == (
        "Café\nlagi",
        "<1@x>",
        False,
        False,
    )


def test_of_html_what_one_sees_is_read() -> None:
    html = (
        b"<style>a{}</style><script>alert(1)</script><p>Jalan&nbsp;rusak<br>di <b>desa</b></p><div>Ya</div>"
    )
    mail = read_mail(HEAD + b"Content-Type: text/html\r\n\r\n" + html)
    assert mail.text.split() == ["Jalan", "rusak", "di", "desa", "Ya"]


def test_parts_are_text_or_attached() -> None:
    body = (
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/plain\r\n\r\nIni fotonya.\r\n"
        b'--b\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename="../a\x01.txt"\r\n\r\nisi\r\n'
        b"--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@y.z\r\n\r\nrahasia\r\n--b--\r\n"
    )
    mail = read_mail(HEAD + body)
    assert mail.text == "Ini fotonya."
    assert [name for name, _size in mail.attachments] == ["../a.txt", "message/rfc822"]


@pytest.mark.parametrize(
    "heading",
    [
        b"Auto-Submitted: auto-replied",
        b"Auto-Submitted: auto-generated; x=y",
        b"Precedence: Bulk",
        b"Return-Path: <>",
        b"List-Id: <berita.example.id>",
        b"X-Autoreply: yes",
        b"Content-Type: multipart/report; boundary=b",
    ],
)
def test_what_a_machine_sent_is_known(heading: bytes) -> None:
    assert read_mail(HEAD + heading + b"\r\n\r\nx").is_automatic


def test_daemons_and_our_own_mails_are_machines() -> None:
    for sender in (b"MAILER-DAEMON@x.id", b"Postmaster@x.id", b"alur@example.id"):
        assert read_mail(b"From: " + sender + b"\r\n\r\nx", own_address="Alur@example.id").is_automatic
    assert not read_mail(HEAD + b"Auto-Submitted: no\r\n\r\nx", own_address="alur@example.id").is_automatic


@pytest.mark.parametrize(
    "sender", [b"", b"a@x.id, b@x.id", b"Nama saja", b"a@b@c", b"\xff\xfe@x", b"=?utf-8?b?!!!?= <a@x", b"<>"]
)
def test_a_sender_that_is_not_one_address_is_nobody_or_one(sender: bytes) -> None:
    found = read_mail(b"From: " + sender + b"\r\nSubject: x\r\n\r\nx").sender
    assert found in ("", "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}@x", "a@x", "??@x")


def test_details_stand_behind_a_plus_in_each_address_that_it_went_to() -> None:
    named = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
    heads = "".join(f"{name}: Alur <a+{name}-1@x.id>, b@x.id\r\n" for name in named)
    mail = read_mail(f"Subject: Re: [UJI-1]\r\nFrom: a+asal-1@x.id\r\n{heads}\r\nx".encode())
    assert mail.details == tuple(f"{name}-1" for name in named)
    many = ", ".join(f"a+{n}@x.id" for n in range(500))
    assert len(read_mail(f"To: {many}\r\n\r\nx".encode()).details) <= 20
    assert read_mail(b"To: a+x\x00\xff-1@x.id\r\n\r\nx").details[0].isprintable()


def test_what_turns_or_hides_text_is_taken_out() -> None:
    mail = read_mail(
        HEAD + "Content-Type: text/plain; charset=utf-8\r\n\r\na\u202eb\u200bc\x00d\x1be".encode()
    )
    assert mail.text == "abcde"


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Ya.\n\nOn Mon, 1 Jun 2026 Alur wrote:\n> Di mana?", "Ya."),
        ("Ya.\n-----Original Message-----\nDi mana?", "Ya."),
        ("> Di mana?\nDi pasar.\n\n\n\nSungguh.", "Di pasar.\n\nSungguh."),
        ("> hanya kutipan", "> hanya kutipan"),
    ],
)
def test_what_a_reply_repeats_is_left_out(text: str, own: str) -> None:
    assert without_quotes(text) == own


_HOSTILE = {
    "nothing": b"",
    "binary": bytes(range(256)) * 40,
    "no end": HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n',
    "deep": HEAD
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(600)),
    "many": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 3_000,
    "odd charset": HEAD + b"Content-Type: text/plain; charset=../../etc\r\n\r\n\xff\xfe",
    "odd code": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n=====\xff!!",
    "uuencoded": HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 \xff\nM\nend",
    "long heading": b"Subject: " + b"=?utf-8?q?" + b"=41" * 50_000 + b"?=\r\n\r\nx",
    "odd words": b"Subject: =?utf-8?b?/w==?= =?x?q?y?= =?utf-8?z?a?=\r\nFrom: =?x?b?a?= <a@b>\r\n\r\nx",
    "odd parameters": HEAD
    + b"Content-Type: text/plain; name*0*=x'; name*99999999999=y; charset*=a'b\r\n\r\nx",
    "odd disposition": HEAD + b"Content-Disposition: attachment; filename*=utf-8''%ff%00\r\n\r\nx",
    "surrogates": b"From: \xed\xa0\x80@x\r\nSubject: \xed\xa0\x80\r\nMessage-ID: <\xff\r\n\r\n\xed\xa0\x80",
    "group": b"From: a: b@c, d@e;\r\nTo: x:;, y\r\n\r\nx",
    "brackets": b"From: " + b"(" * 5_000 + b"\r\nMessage-ID: " + b"[" * 2_000 + b"\r\n\r\nx",
    "html": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<" * 20_000 + b"<!" * 5_000 + b"<a " * 5_000,
}


@pytest.mark.parametrize("name", list(_HOSTILE))
def test_hostile_mails_are_read_without_a_traceback(name: str) -> None:
    mail = read_mail(_HOSTILE[name])
    assert len(mail.text) <= MOST_LETTERS
    assert len(mail.attachments) <= 20
    str(mail).encode()  # nothing that no database would take


def test_mails_with_bytes_changed_at_random_are_read() -> None:
    chance = random.Random(17)
    for _mail in range(150):
        raw = bytearray(HEAD + _HOSTILE["no end"][len(HEAD) :] + _HOSTILE["odd words"] + b"\r\n--b--")
        for _change in range(12):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        str(read_mail(bytes(raw))).encode()


_MAIL = b"From: a@b.c\r\nSubject: Laporan WNG-1\r\n"
_PARTED = _MAIL + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"


@pytest.mark.parametrize(
    ("raw", "longest"),
    [
        (b"From: a@b.c\r\nSubject: " + b"=?utf-8?q?a?= " * 70_000 + b"\r\n\r\nhalo", 4_000),
        (b"From: " + b"a@b.c," * 150_000 + b"\r\n\r\nhalo", 4_000),
        (b"From: a@b.c\r\nSubject: x" + b"\r\n =?utf-8?q?a?=" * 60_000 + b"\r\n\r\nhalo", 4_000),
        (
            _PARTED
            + b"--b\r\nContent-Type: text/plain; "
            + b"a*0*=utf-8''x; " * 9_000
            + b"\r\n\r\nx\r\n--b--",
            600,
        ),
    ],
    ids=["encoded words", "senders", "folded", "a part's heading"],
)
def test_python_s_parser_meets_no_long_heading(
    monkeypatch: pytest.MonkeyPatch, raw: bytes, longest: int
) -> None:
    """It would take time, and memory, by the square of its length."""
    met: list[int] = []

    monkeypatch.setattr(type(policy.default), "header_source_parse", _watched(met))
    mail = read_mail(raw)
    assert 20 < max(met) <= longest + 10
    assert mail.text in ("halo", "x")


def _watched(met: list[int]) -> Callable[..., tuple[str, str]]:
    whole = type(policy.default).header_source_parse

    def parse(self: Any, lines: list[str]) -> tuple[str, str]:
        met.append(sum(map(len, lines)))
        return whole(self, lines)

    return parse


@pytest.mark.parametrize("text", ["<div>" * 30_000, "<" * 150_000, "<p>" * 3_000 + "</p>" * 3_000])
def test_html_that_lies_deep_is_read_as_text(text: str) -> None:
    mail = read_mail(_MAIL + b"Content-Type: text/html\r\n\r\n" + text.encode() + b"Jalan berlubang")
    assert mail.text == "Jalan berlubang"
    assert not mail.is_cut


def test_what_of_html_is_not_read_is_told() -> None:
    mail = read_mail(_MAIL + b"Content-Type: text/html\r\n\r\n" + b"<p>x</p>" * 30_000)
    assert mail.is_cut
