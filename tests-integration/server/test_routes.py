"""Every route, walked: none is reached without an actor, but those in a list that is written down here."""

import secrets
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from live_server import LiveServer
from live_server.people import Person, a_stranger, problem
from tupli_server.app import create_api
from tupli_server.settings import Settings

PUBLIC = {
    ("GET", "/"),
    ("GET", "/docs"),
    ("GET", "/docs/{name}"),
    ("GET", "/openapi.json"),
    ("GET", "/health"),
    ("GET", "/ready"),
    ("GET", "/version"),
    ("POST", "/access/users/token"),
    ("POST", "/access/token"),
    ("POST", "/access/users/refresh-token"),
    ("POST", "/access/refresh-token"),
    ("POST", "/access/users/create"),  # where sign-up is open
    ("POST", "/access/signup"),
}


def routes() -> Iterator[tuple[str, str]]:
    api = create_api(Settings(secret_key=SecretStr(secrets.token_urlsafe(48)), password_rounds=10))
    for route in api.routes:
        for handler in getattr(route, "route_handlers", ()):
            yield from ((method, route.path_format) for method in handler.http_methods if method != "OPTIONS")


ROUTES = sorted(set(routes()))


def test_the_public_routes_are_routes() -> None:
    assert set(ROUTES) >= PUBLIC
    assert len(ROUTES) > 60


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route not in PUBLIC])
def test_a_route_asks_who_comes_before_it_looks_at_anything_else(
    method: str, path: str, live_server: LiveServer
) -> None:
    for person in (a_stranger(live_server), Person(live_server, token="not-a-token")):
        for body in (None, b"{", b"x" * 2_000_000):
            answer = person.send(
                method, path.replace("{", "").replace("}", ""), data=body, headers={"Content-Type": "application/json"}
            )
            assert problem(answer, 401)["code"] == "sign-in-required"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nothing"), ("PATCH", "/health"), ("POST", "/health"), ("GET", "/access"), ("DELETE", "/")],
)
def test_unknown_routes_and_methods_answer_like_everything_else(
    method: str, path: str, live_server: LiveServer
) -> None:
    answer = a_stranger(live_server).send(method, path)

    problem(answer, 404 if path in {"/nothing", "/access"} else 405)
