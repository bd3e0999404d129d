"""On pages, in the palette and in downloads a right guess of a unit's officer looks as a wrong one. Each input by
each role: tests/services/casefile/test_guesses.py."""

import re
from collections.abc import Callable

from app.forms.masking import SIGN
from tests.reports import identity_of, report_values
from tests.web.conftest import Api, Browser, Case

SignIn = Callable[[str], Browser]


def test_a_note_with_a_right_guess_looks_as_one_with_a_wrong_guess(sign_in: SignIn, case: Case) -> None:
    for name in ("lapor", "upp", "upp", "upp"):
        case.complete(name)
    known, officer, place = identity_of(case.report), sign_in("dpupr"), f"/perkara/{case.id}"
    sign_in("lapor").post(f"{place}/catatan", text=f"Telepon {known['kontak_pelapor']}")
    right = [known["kontak_pelapor"], known["nama_pelapor"], known["email_pelapor"]]
    wrong = ["0812-0000-9999", "Warga Lainnya 999", "warga999@contoh.id"]

    def plain(text: str, tried: list[str]) -> str:
        for one in tried:
            text = text.replace(one, "<tebakan>")
        text = SIGN.sub("<samaran>", text)
        return re.sub(r"[\w-]{24,}|\d+", "#", text)

    def answers(tried: list[str]) -> list[object]:
        before = set(SIGN.findall(officer.get(place).text))
        sent = officer.post(f"{place}/catatan", text=f"Tanya {', '.join(tried)}; nama saya {tried[1]}")
        page = officer.get(place).text
        note = page[page.rindex("Tanya ") :][:400]
        found = [officer.get(f"/palet?q={one}").json for one in tried]
        return [
            sent.status_code,
            len(set(SIGN.findall(page)) - before),
            plain(note.split("</")[0], tried),
            found,
            plain(officer.get(f"/perkara/unduh?q={tried[1]}&format=csv").text, tried),
        ]

    assert answers(right) == answers(wrong)


def test_a_program_with_a_token_is_answered_as_well(api: Callable[[str], Api], case: Case) -> None:
    known = identity_of(case.report)
    right = [known["kontak_pelapor"], known["nama_pelapor"], known["email_pelapor"]]
    wrong = ["0812-0000-9999", "Warga Lainnya 999", "warga999@contoh.id"]
    values = report_values(case.report)
    values |= {"isi": f"{values['isi']} Hubungi {right[0]}."}  # so that the case has a sign for it
    officer = api("dpupr")

    def answers(number: str, tried: list[str]) -> list[object]:
        sent = {"key": "pengaduan", "variables": {**values, "tracking_id": number}}
        begun = api("lapor").post("/process-instances", sent)
        one = Case(api, begun.json, case.report)
        for name in ("lapor", "upp", "upp", "upp"):
            one.complete(name)
        done = one.complete("dpupr", uraian_tindak_lanjut=f"Tanya {', '.join(tried)}")
        assert done.status_code == 200, done.text
        asked = [
            officer.get(f"/process-instances/{one.id}"),
            officer.get(f"/process-instances/{one.id}/history"),
        ]
        asked += [officer.get(path, q=word) for path in ("/tasks", "/process-instances") for word in tried]
        return [(reply.status_code, _by_turns(reply.text, tried)) for reply in (done, *asked)]

    assert answers("9900098", right) == answers("9900099", wrong)


def _by_turns(text: str, tried: list[str]) -> str:
    """An answer with each sign by its turn, so that one which comes again is told from a new one."""
    for one in tried:
        text = text.replace(one, "<tebakan>")
    turns = dict[str, str]()
    text = SIGN.sub(lambda sign: turns.setdefault(sign.group(), f"<{'s' * (len(turns) + 1)}>"), text)
    return re.sub(r"[\w-]{24,}|\d+", "#", text)
