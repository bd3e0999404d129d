"""A reason is something that can be read."""

import pytest

from app.base.errors import InvalidForm
from app.services.core.reasons import required_reason


@pytest.mark.parametrize(
    "unseen", ["", " \n", "\u200b", "\u2060\ufeff \u00ad", "\u3164", "\u2800", "\u200e\ufe0f"]
)
def test_what_cannot_be_seen_is_no_reason(unseen: str) -> None:
    with pytest.raises(InvalidForm):
        required_reason(unseen)
    assert required_reason(f"{unseen}?").endswith("?")
