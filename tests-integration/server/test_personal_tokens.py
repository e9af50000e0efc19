"""Personal access tokens: what scripts sign in with, and cannot be turned into more than they are."""

from datetime import UTC, datetime, timedelta

from live_server import LiveServer
from live_server.people import PASSWORD, Person, a_name, a_user, problem, the_admin
from real_mongodb import connect


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
