"""The office with its API, for attacks from outside."""

from tests.web.conftest import api, app, case, client, office, sign_in, template

__all__ = ["api", "app", "case", "client", "office", "sign_in", "template"]
