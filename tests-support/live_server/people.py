"""Those who talk to a live server in tests: plain HTTP, one person each."""

import secrets
from typing import Any

import requests

from live_server import ADMIN, LiveServer

PASSWORD = "a-good-password"
SECONDS = 60


class Person:
    """Somebody who sends requests: signed in with ``token``, or a stranger without one."""

    def __init__(
        self, server: LiveServer, name: str = "", token: str | None = None, refresh: str | None = None
    ) -> None:
        self.server = server
        self.name = name
        self.token = token
        self.refresh = refresh

    def send(self, method: str, path: str, **request: Any) -> requests.Response:
        """One request; ``request`` is as in ``requests.request``."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= request.pop("headers", {})
        return requests.request(method, self.server.url + path, headers=headers, timeout=SECONDS, **request)

    def get(self, path: str, **params: Any) -> requests.Response:
        """GET with these query parameters."""
        return self.send("GET", path, params=params)

    def post(self, path: str, json: Any = None, **params: Any) -> requests.Response:
        """POST with this body."""
        return self.send("POST", path, json=json, params=params)

    def put(self, path: str, json: Any = None, **params: Any) -> requests.Response:
        """PUT with this body."""
        return self.send("PUT", path, json=json, params=params)

    def delete(self, path: str, **params: Any) -> requests.Response:
        """DELETE with these query parameters."""
        return self.send("DELETE", path, params=params)


def a_name(what: str = "user") -> str:
    """A name that nobody has."""
    return f"{what}-{secrets.token_hex(6)}"


def a_stranger(server: LiveServer) -> Person:
    """Somebody without an account."""
    return Person(server)


def a_user(server: LiveServer, name: str | None = None) -> Person:
    """Somebody with a new account, signed in."""
    name = name or a_name()
    answer = a_stranger(server).post("/access/users/create", {"username": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return sign_in(server, name)


def the_admin(server: LiveServer) -> Person:
    """The first administrator, signed in."""
    return sign_in(server, ADMIN, server.admin_password)


def with_roles(server: LiveServer, *roles: str) -> Person:
    """Somebody with these server-wide roles."""
    person = a_user(server)
    answer = the_admin(server).put("/access/users/change-roles", {"username": person.name, "roles": roles})
    assert answer.status_code == 200, answer.text
    return person


def sign_in(server: LiveServer, name: str, password: str = PASSWORD) -> Person:
    """Somebody with an account, signed in once more."""
    answer = a_stranger(server).post("/access/users/token", {"username": name, "password": password})
    assert answer.status_code == 200, answer.text
    tokens = answer.json()
    return Person(server, name, tokens["access_token"]["token"], tokens["refresh_token"]["token"])


def problem(answer: requests.Response, status: int) -> dict[str, Any]:
    """The problem that an answer must be, with all that every problem says."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    assert found["code"]
    assert found["detail"]
    assert found["request_id"] == answer.headers["x-request-id"]
    return found
