"""What proxies say of a request, and from whom it is believed."""

from dataclasses import replace
from ipaddress import ip_network

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from app.base.config import Config
from app.base.db import Database
from app.web import create_app
from app.web.serving.proxies import behind_proxies

TOLD = {
    "X-Forwarded-For": "198.51.100.1, 192.0.2.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "alur.example.go.id",
}


@pytest.fixture
def client() -> FlaskClient:
    app = Flask(__name__)
    app.wsgi_app = behind_proxies(app.wsgi_app, [ip_network("10.0.0.0/8")])  # type: ignore[method-assign]

    @app.get("/")
    def told() -> str:
        return f"{request.remote_addr} {request.host_url}"

    return app.test_client()


@pytest.mark.parametrize("peer", ["10.0.0.5", "::ffff:10.0.0.5"])
def test_a_trusted_proxy_tells_address_scheme_and_host(client: FlaskClient, peer: str) -> None:
    answer = client.get("/", headers=TOLD, environ_base={"REMOTE_ADDR": peer})
    assert answer.text == "192.0.2.7 https://alur.example.go.id/"


@pytest.mark.parametrize(
    ("peer", "address"), [("192.0.2.9", "192.0.2.9"), ("::ffff:192.0.2.9", "192.0.2.9"), ("2001:db8::1",) * 2]
)
def test_nobody_else_does(client: FlaskClient, peer: str, address: str) -> None:
    answer = client.get("/", headers=TOLD, environ_base={"REMOTE_ADDR": peer})
    assert answer.text == f"{address} http://localhost/"


def test_a_scheme_that_is_none_is_passed_over(client: FlaskClient) -> None:
    headers = {"X-Forwarded-Proto": "javascript", "X-Forwarded-For": "192.0.2.7"}
    answer = client.get("/", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.5"})
    assert answer.text == "192.0.2.7 http://localhost/"


def test_guesses_behind_a_proxy_count_for_who_makes_them(config: Config, office: Database) -> None:
    """One address behind the proxy is shut out; the others are not."""
    app = create_app(replace(config, trusted_proxies=(ip_network("10.0.0.5/32"),)), office)

    def sign_in(address: str) -> int:
        client = app.test_client()
        page = client.get("/masuk").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        fields = {"csrf_token": token, "username": "upp", "password": "salah"}
        headers = {"X-Forwarded-For": address}
        told = {"REMOTE_ADDR": "10.0.0.5"}
        return client.post("/masuk", data=fields, headers=headers, environ_base=told).status_code

    statuses = [sign_in("192.0.2.7") for _try in range(8)]
    assert statuses[-1] == 429
    assert sign_in("192.0.2.8") == 422
