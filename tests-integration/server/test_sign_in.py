"""Signing in: tokens that are given once, used up, taken back, and never good for more than they were made for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from jose import jwt

from live_server import LiveServer
from live_server.people import PASSWORD, Person, a_name, a_stranger, a_user, problem, sign_in, the_admin
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


# ------------------------------------------------------------------------------------------- personal access tokens


def test_a_personal_access_token_is_shown_once_and_signs_a_script_in(live_server: LiveServer) -> None:
    user = a_user(live_server)

    made = user.post("/access/tokens/create", {"name": "nightly"}).json()
    script = Person(live_server, token=made["token"])

    assert made["token"].startswith("tupli_pat_")
    assert script.get("/access/users/me").json()["username"] == user.name
    (listed,) = user.get("/access/tokens/list").json()
    assert listed["last_used_at"]
    assert {name: listed[name] for name in ("id", "name", "rights")} == {
        "id": made["id"],
        "name": "nightly",
        "rights": None,
    }
    assert "token" not in listed
    assert user.delete("/access/tokens/delete", token_id=made["id"]).json() is None
    problem(script.get("/access/users/me"), 401)


def test_a_token_has_the_rights_it_was_given_as_far_as_its_owner_has_them(live_server: LiveServer) -> None:
    admin, user = the_admin(live_server), a_user(live_server)

    def with_rights(person: Person, *rights: str) -> Person:
        return Person(
            live_server, token=person.post("/access/tokens/create", {"name": "x", "rights": rights}).json()["token"]
        )

    reader = with_rights(admin, "episode_read")
    problem(reader.get("/access/users/list"), 403)
    problem(reader.post("/access/groups/create", {"name": a_name("group")}), 403)
    assert with_rights(admin, "user_read").get("/access/users/list").status_code == 200
    problem(with_rights(user, "user_delete").delete("/access/users/delete", username=a_user(live_server).name), 403)


def test_a_token_cannot_be_turned_into_more_than_it_is(live_server: LiveServer) -> None:
    user = a_user(live_server)
    script = Person(live_server, user.name, user.post("/access/tokens/create", {"name": "x"}).json()["token"])

    problem(script.post("/access/tokens/create", {"name": "y"}), 403)
    problem(script.get("/access/tokens/list"), 403)
    problem(
        script.put(
            "/access/users/change-password",
            {"username": user.name, "password": "another-one", "old_password": PASSWORD},
        ),
        403,
    )
    problem(script.delete("/access/users/delete", username=user.name), 403)
    problem(script.post("/access/users/sign-out"), 403)


def test_a_token_ends_when_it_was_said_to(live_server: LiveServer) -> None:
    user = a_user(live_server)
    soon = datetime.now(UTC) + timedelta(hours=1)
    made = user.post("/access/tokens/create", {"name": "x", "expires_at": soon.isoformat()}).json()
    script = Person(live_server, token=made["token"])
    assert script.get("/access/users/me").status_code == 200

    with connect(live_server.mongodb_url) as client:
        past = datetime.now(UTC) - timedelta(seconds=1)
        client[live_server.database]["tokens"].update_one({"_id": made["id"]}, {"$set": {"expires_at": past}})

    problem(script.get("/access/users/me"), 401)
    problem(user.post("/access/tokens/create", {"name": "x", "expires_at": past.isoformat()}), 409)


def test_nobody_sees_or_revokes_the_tokens_of_others(live_server: LiveServer) -> None:
    alice, bob = a_user(live_server), a_user(live_server)
    made = alice.post("/access/tokens/create", {"name": "x"}).json()

    assert bob.get("/access/tokens/list").json() == []
    assert bob.delete("/access/tokens/delete", token_id=made["id"]).status_code == 200
    assert Person(live_server, token=made["token"]).get("/access/users/me").status_code == 200


def test_neither_passwords_nor_tokens_are_in_the_database_in_clear(live_server: LiveServer) -> None:
    user = a_user(live_server)
    personal = user.post("/access/tokens/create", {"name": "x"}).json()["token"]

    with connect(live_server.mongodb_url) as client:
        database = client[live_server.database]
        everything = "".join(
            str(document) for name in database.list_collection_names() for document in database[name].find()
        )

    for secret in (PASSWORD, personal.rpartition("_")[2], user.token, user.refresh):
        assert str(secret) not in everything


# ------------------------------------------------------------------------------------------------------- throttle


def test_after_so_many_failures_a_name_and_an_address_have_to_wait(start_server: Any) -> None:
    server = start_server(sign_in_limit=5)
    user = a_user(server)
    guess = {"username": user.name, "password": "a-wrong-guess"}

    refused = [a_stranger(server).post("/access/users/token", guess) for _ in range(7)]

    assert [answer.status_code for answer in refused] == [401] * 5 + [429] * 2
    assert problem(refused[-1], 429)["code"] == "too-many-requests"
    assert 0 < int(refused[-1].headers["retry-after"]) <= 60
    right = a_stranger(server).post("/access/users/token", {"username": user.name, "password": PASSWORD})
    assert right.status_code == 429, "a guess is not told apart from the right password while it has to wait"
    another = a_stranger(server).post("/access/users/token", {"username": "somebody-else", "password": "x"})
    assert another.status_code == 429, "nor does another name help from the same address"
    assert user.get("/access/users/me").status_code == 200


def test_those_who_sign_in_rightly_are_never_throttled(start_server: Any) -> None:
    server = start_server(sign_in_limit=3)
    user = a_user(server)

    for _ in range(8):
        sign_in(server, user.name)


def test_an_address_that_a_stranger_claims_is_not_believed(start_server: Any) -> None:
    server = start_server(sign_in_limit=3)

    def guess(number: int) -> int:
        body = {"username": f"name-{number}", "password": "x"}
        headers = {
            "X-Forwarded-For": f"10.0.0.{number}",
            "X-Real-IP": f"10.0.0.{number}",
            "Forwarded": f"for=10.0.0.{number}",
        }
        return a_stranger(server).send("POST", "/access/users/token", json=body, headers=headers).status_code

    assert [guess(number) for number in range(5)] == [401] * 3 + [429] * 2


def test_behind_a_trusted_proxy_each_client_counts_by_itself(start_server: Any) -> None:
    server = start_server(sign_in_limit=3, trusted_proxies="127.0.0.1")

    def guess(number: int) -> int:
        body = {"username": f"name-{number}", "password": "x"}
        return (
            a_stranger(server)
            .send("POST", "/access/users/token", json=body, headers={"X-Forwarded-For": f"10.0.0.{number}"})
            .status_code
        )

    assert [guess(number) for number in range(5)] == [401] * 5
