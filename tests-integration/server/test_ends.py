"""When a user or a group ends: what goes, what stays, and that whoever takes the name next comes into nothing."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from live_server import LiveServer
from live_server.people import PASSWORD, Person, a_name, a_stranger, a_user, problem, the_admin
from real_mongodb import connect


def upload(person: Person, content: bytes, name: str) -> dict[str, Any]:
    parts = {"data": ("data.csv", content), "metadata": (None, json.dumps({"name": name}))}
    answer = person.send("POST", "/artifacts/upload", files=parts)
    assert answer.status_code == 200, answer.text
    header: dict[str, Any] = answer.json()
    return header


def store(person: Person, name: str) -> dict[str, Any]:
    answer = person.post("/benchmarks/create", {"hash": name, "serialized": "{}", "metadata": {"name": name}})
    assert answer.status_code == 200, answer.text
    header: dict[str, Any] = answer.json()
    return header


def names(person: Person, kind: str) -> set[str]:
    return {item["id"] for item in person.get(f"/{kind}/list").json()}


def test_a_user_takes_the_private_along_and_leaves_the_published(live_server: LiveServer) -> None:
    user, reader, admin = a_user(live_server), a_user(live_server), the_admin(live_server)
    content = a_name("secret").encode()
    private, public = upload(user, content, "private"), upload(user, b"open" * 1_000, "public")
    assert _holds(live_server, content)
    benchmark = store(user, a_name("benchmark"))
    user.put("/artifacts/publish", artifact_id=public["id"])

    assert user.delete("/access/users/delete", username=user.name).status_code == 200

    assert public["id"] in names(reader, "artifacts")
    assert not {private["id"], benchmark["id"]} & (names(admin, "artifacts") | names(admin, "benchmarks"))
    problem(admin.get("/artifacts/download", artifact_id=private["id"]), 404)
    assert reader.get("/artifacts/download", artifact_id=public["id"]).content == b"open" * 1_000
    assert not _holds(live_server, content)


def test_whoever_takes_the_name_of_a_user_owns_nothing_of_theirs(live_server: LiveServer) -> None:
    first = a_user(live_server)
    public = upload(first, b"open", "public")
    first.put("/artifacts/publish", artifact_id=public["id"])
    first.delete("/access/users/delete", username=first.name)

    second = a_user(live_server, first.name)

    (found,) = (item for item in second.get("/artifacts/list").json() if item["id"] == public["id"])
    assert found["created_by"] == f"deleted:{first.name}"
    problem(second.delete("/artifacts/delete", artifact_id=public["id"]), 403)
    problem(second.put("/artifacts/unpublish", artifact_id=public["id"]), 403)
    assert the_admin(live_server).delete("/artifacts/delete", artifact_id=public["id"]).status_code == 200


def test_what_an_interrupted_deletion_left_is_cleared_away_before_the_name_is_taken_again(
    live_server: LiveServer,
) -> None:
    gone = a_user(live_server)
    private, public = upload(gone, b"private", "private"), upload(gone, b"public", "public")
    gone.put("/artifacts/publish", artifact_id=public["id"])
    with connect(live_server.mongodb_url) as client:
        client[live_server.database]["accounts"].update_one({"_id": gone.name}, {"$set": {"kind": "leaving"}})
    problem(gone.get("/access/users/me"), 401)
    taken = {"username": gone.name, "password": PASSWORD}
    problem(a_stranger(live_server).post("/access/users/create", taken), 409)

    admin = the_admin(live_server)
    assert admin.delete("/access/users/delete", username=gone.name).status_code == 200

    assert a_user(live_server, gone.name).get("/access/users/me").status_code == 200
    assert private["id"] not in names(admin, "artifacts")
    assert public["id"] in names(admin, "artifacts")


def test_a_name_that_somebody_gave_up_taking_is_free_again(live_server: LiveServer) -> None:
    name, moment = a_name(), datetime.now(UTC)
    half: dict[str, Any] = {
        "_id": name,
        "kind": "arriving",
        "name": name,
        "account_id": "x",
        "password": "",
        "server_roles": ["admin"],
    }
    half |= {"memberships": [], "created_at": moment}
    with connect(live_server.mongodb_url) as client:
        accounts = client[live_server.database]["accounts"]
        accounts.insert_one(half)
        problem(a_stranger(live_server).post("/access/users/create", {"username": name, "password": PASSWORD}), 409)
        accounts.update_one({"_id": name}, {"$set": {"created_at": moment - timedelta(hours=1)}})

    user = a_user(live_server, name)

    assert user.get("/access/users/me").json()["memberships"][0]["roles"] == ["global_member", "contributor"]


def test_a_group_takes_its_name_off_what_was_published_in_it(live_server: LiveServer) -> None:
    founder, member, other, group = a_user(live_server), a_user(live_server), a_user(live_server), a_name("group")
    founder.post("/access/groups/create", {"name": group})
    founder.post("/access/groups/add-members", {"group_name": group, "members": [{"user": member.name}]})
    shared = upload(founder, b"shared", "shared")
    founder.put("/artifacts/publish", artifact_id=shared["id"], publish_in=group)
    assert shared["id"] in names(member, "artifacts")

    founder.delete("/access/groups/delete", group_name=group)
    other.post("/access/groups/create", {"name": group})

    assert shared["id"] not in names(member, "artifacts") | names(other, "artifacts")
    assert shared["id"] in names(founder, "artifacts")


def test_what_was_done_is_written_down_without_any_secret(live_server: LiveServer) -> None:
    user, group = a_user(live_server), a_name("group")
    user.post("/access/groups/create", {"name": group})
    user.post("/access/tokens/create", {"name": "script", "rights": ["episode_read"]})
    user.delete("/access/groups/delete", group_name=group)
    user.delete("/access/users/delete", username=user.name)

    with connect(live_server.mongodb_url) as client:
        found = list(client[live_server.database]["audit"].find({"actor": user.name}, sort=[("at", 1)]))

    actions = [entry["action"] for entry in found]
    assert actions == ["user.create", "session.create", "group.create", "token.create", "group.delete", "user.delete"]
    assert str(user.token) not in str(found)


def _holds(server: LiveServer, content: bytes) -> bool:
    """Whether the bytes are anywhere in the database."""
    with connect(server.mongodb_url) as client:
        database = client[server.database]
        pieces = [name for name in database.list_collection_names() if name.endswith(".chunks")]
        return any(content in chunk["data"] for name in pieces for chunk in database[name].find())
