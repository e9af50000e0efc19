"""Signing in: tokens that are given once, used up, taken back, and never good for more than they were made for."""

from datetime import UTC, datetime, timedelta

import pytest
import requests
from jose import jwt

from live_server import LiveServer
from live_server.people import PASSWORD, Person, a_stranger, a_user, problem, sign_in
from real_mongodb import connect


def renew(person: Person, token: str | None = None, path: str = "/access/users/refresh-token") -> requests.Response:
    return Person(person.server, token=token or person.refresh).post(path)


@pytest.mark.parametrize("path", ["/access/users/token", "/access/token"])
def test_signing_in_gives_an_access_and_a_refresh_token(live_server: LiveServer, path: str) -> None:
    user = a_user(live_server)

    tokens = a_stranger(live_server).post(path, {"username": user.name.upper(), "password": PASSWORD}).json()

    assert {name: token["token_type"] for name, token in tokens.items()} == {
        "access_token": "bearer",
        "refresh_token": "bearer",
    }
    assert (
        Person(live_server, token=tokens["access_token"]["token"]).get("/access/users/me").json()["username"]
        == user.name
    )


@pytest.mark.parametrize(
    "credentials",
    [
        ("", ""),
        ("admin", ""),
        ("", "x"),
        ("nobody-at-all", PASSWORD),
        ("admin", PASSWORD),
        ("$ne", "x"),
        ("a\x00b", "c\x00d"),
    ],
)
def test_a_wrong_name_or_password_is_refused_in_the_same_words(
    live_server: LiveServer, credentials: tuple[str, str]
) -> None:
    name, password = credentials

    answer = a_stranger(live_server).post("/access/users/token", {"username": name, "password": password})

    assert problem(answer, 401)["detail"] == "Incorrect username or password"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_refresh_token_is_used_up_by_its_use(live_server: LiveServer) -> None:
    user = a_user(live_server)

    renewed = renew(user).json()

    assert renewed["token"] == renewed["access_token"]
    assert renewed["token_type"] == "bearer"
    assert Person(live_server, token=renewed["token"]).get("/access/users/me").json()["username"] == user.name
    again = renew(user, renewed["refresh_token"]["token"], "/access/refresh-token")
    assert again.status_code == 200


def test_a_refresh_token_that_comes_back_ends_its_sign_in_and_no_other(live_server: LiveServer) -> None:
    user = a_user(live_server)
    elsewhere = sign_in(live_server, user.name)
    renewed = renew(user).json()

    problem(renew(user), 401)

    problem(renew(user, renewed["refresh_token"]["token"]), 401)
    for token in (user.token, renewed["token"]):
        problem(Person(live_server, token=token).get("/access/users/me"), 401)
    assert elsewhere.get("/access/users/me").status_code == 200


def test_an_older_client_that_knows_no_new_refresh_tokens_stays_signed_in(live_server: LiveServer) -> None:
    user = a_user(live_server)
    for _ in range(3):
        assert renew(user).status_code == 200
        _let_access_run_out(live_server, user)


def _let_access_run_out(server: LiveServer, user: Person) -> None:
    """What an hour does."""
    session = jwt.get_unverified_claims(user.token or "")["sid"]
    with connect(server.mongodb_url) as client:
        past = datetime.now(UTC) - timedelta(seconds=1)
        found = client[server.database]["sessions"].update_one({"_id": session}, {"$set": {"previous_until": past}})
        assert found.modified_count == 1


def test_no_token_passes_for_another_kind(live_server: LiveServer) -> None:
    user = a_user(live_server)
    personal = user.post("/access/tokens/create", {"name": "script"}).json()["token"]

    problem(Person(live_server, token=user.refresh).get("/access/users/me"), 401)
    problem(renew(user, user.token), 401)
    problem(renew(user, personal), 401)


@pytest.mark.parametrize("token", ["x", "a.b.c", "tupli_pat_", "tupli_pat_x_y", "é", "x" * 10_000])
def test_nonsense_is_no_token_and_never_a_guest(live_server: LiveServer, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode()}

    answer = a_stranger(live_server).send("GET", "/access/users/me", headers=headers)

    assert problem(answer, 401)["code"] == "sign-in-required"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "bearer"])
def test_another_way_to_authorize_is_refused(live_server: LiveServer, header: str) -> None:
    problem(a_stranger(live_server).send("GET", "/access/users/me", headers={"Authorization": header}), 401)


def test_signing_out_ends_this_sign_in_alone(live_server: LiveServer) -> None:
    user = a_user(live_server)
    elsewhere = sign_in(live_server, user.name)

    assert user.post("/access/users/sign-out").json() is None

    problem(user.get("/access/users/me"), 401)
    problem(renew(user), 401)
    assert elsewhere.get("/access/users/me").status_code == 200


def test_a_password_hashed_in_an_older_way_is_hashed_again_when_it_is_used(live_server: LiveServer) -> None:
    import bcrypt

    user = a_user(live_server)
    with connect(live_server.mongodb_url) as client:
        accounts = client[live_server.database]["accounts"]
        accounts.update_one(
            {"_id": user.name}, {"$set": {"password": bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()}}
        )

        sign_in(live_server, user.name)

        assert accounts.find_one({"_id": user.name}, {"password": 1})["password"].startswith("$bcrypt-sha256$")  # type: ignore[index]
    sign_in(live_server, user.name)
