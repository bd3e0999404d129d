"""The page of what is masked in a case: a look first, then words are masked; and masks are lifted."""

from collections.abc import Callable

from app.forms.masking import SIGN
from tests.web.conftest import Browser, Case
from tests.web.pages import words_of

SignIn = Callable[[str], Browser]


def test_words_are_looked_at_masked_shown_and_lifted(sign_in: SignIn, case: Case) -> None:
    browser, path = sign_in("lapor"), f"/perkara/{case.id}/samaran"
    word = case.report["judul"]
    assert word in words_of(browser.get(path))
    looked = browser.post(path, words=word, act="look")
    assert looked.status_code == 200
    assert f"<strong>{word}</strong>" in looked.text
    assert f"<mark>{word}</mark>" in looked.text  # in its text
    refused = browser.post(path, words=word, act="mask")
    assert (refused.status_code, "Tulis alasannya." in refused.text) == (422, True)
    assert browser.post(path, words=word, reason="nama saksi", act="mask").status_code == 303
    [sign] = set(SIGN.findall(browser.get(path).text))
    page = browser.get(f"/perkara/{case.id}").text
    assert word not in page
    assert word in browser.post(f"/perkara/{case.id}/identitas").text
    assert browser.post(f"{path}/angkat", sign=sign, reason="bukan nama").status_code == 303
    assert word in browser.get(f"/perkara/{case.id}").text


def test_what_cannot_be_masked_is_said_beside_what_was_typed(sign_in: SignIn, case: Case) -> None:
    reply = sign_in("lapor").post(f"/perkara/{case.id}/samaran", words="kenarix", act="look")
    assert reply.status_code == 422
    assert "Tidak ada dalam perkara ini: kenarix." in reply.text
    assert ">kenarix</textarea>" in reply.text


def test_an_auditor_reads_and_is_offered_nothing(sign_in: SignIn, case: Case) -> None:
    page = sign_in("auditor").get(f"/perkara/{case.id}/samaran").text
    assert 'name="words"' not in page
    assert sign_in("auditor").post(f"/perkara/{case.id}/samaran", words="x", act="mask").status_code == 403
