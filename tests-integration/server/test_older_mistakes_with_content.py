"""What an earlier server of this kind got wrong with content, each tried once more on ours."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from live_server import LiveServer
from live_server.people import Person, a_name, a_user, problem
from real_mongodb import connect

STEP = {"state": [1.0], "action": 0, "reward": 1.0, "terminal": True}


def fill(person: Person) -> dict[str, str]:
    """One object of each kind, by its id."""
    benchmark = {"hash": a_name("hash"), "serialized": "{}", "metadata": {"name": "b"}}
    benchmark_id = person.post("/benchmarks/create", benchmark).json()["id"]
    form = {"metadata": (None, '{"name": "a"}'), "data": a_name("content").encode() * 100_000}
    artifact_id = person.send("POST", "/artifacts/upload", files=form).json()["id"]
    episode = {"benchmark_id": benchmark_id, "metadata": {}, "tuples": [STEP]}
    episode_id = person.post("/episodes/record", episode).json()["id"]
    dataset_id = person.post("/datasets/create", {"name": "d", "episodes": [episode_id]}).json()["id"]
    return {"benchmark": benchmark_id, "artifact": artifact_id, "episode": episode_id, "dataset": dataset_id}


@contextmanager
def watched(server: LiveServer) -> Iterator[set[tuple[str, str]]]:
    """What is done in the database meanwhile: (operation, collection)."""
    seen: set[tuple[str, str]] = set()
    with connect(server.mongodb_url) as client:
        database = client[server.database]
        database.command("profile", 2)
        try:
            yield seen
        finally:
            database.command("profile", 0)
        seen |= {(done["op"], done["ns"].partition(".")[2]) for done in database["system.profile"].find()}
        database["system.profile"].drop()


@pytest.mark.parametrize("kind", ["benchmark", "artifact", "episode", "dataset"])
def test_what_is_checked_is_what_is_done(live_server: LiveServer, kind: str) -> None:
    victim, attacker = a_user(live_server), a_user(live_server)
    theirs, own = fill(victim)[kind], fill(attacker)[kind]
    name = f"{kind}_id"

    for method, action in (("DELETE", "delete"), ("PUT", "publish"), ("PUT", "unpublish")):
        for params, body in (({name: theirs}, {name: own}), ({name: [own, theirs]}, {}), ({name: [theirs, own]}, {})):
            attacker.send(method, f"/{kind}s/{action}", params=params, json=body)

    (left,) = [found for found in victim.get(f"/{kind}s/list").json() if found["id"] == theirs]
    assert left["published_in"] == []
    problem(attacker.send("DELETE", f"/{kind}s/delete", params={name: theirs}, json={name: own}), 404)


def test_an_artifact_is_listed_and_published_without_touching_its_bytes(own_server: LiveServer) -> None:
    owner = a_user(own_server)
    artifact_id = fill(owner)["artifact"]

    with watched(own_server) as seen:
        (listed,) = owner.get("/artifacts/list").json()
        owner.put("/artifacts/publish", artifact_id=artifact_id, publish_in="global")
        owner.put("/artifacts/unpublish", artifact_id=artifact_id, unpublish_from="global")

    assert listed["n_bytes"] > 1_000_000
    assert ("update", "artifacts") in seen
    assert not [done for done in seen if done[1] == "artifacts.chunks"]
    assert owner.get("/artifacts/list").json() == [listed]


def test_episodes_are_listed_without_touching_their_steps(own_server: LiveServer) -> None:
    owner = a_user(own_server)
    fill(owner)

    with watched(own_server) as seen:
        assert len(owner.get("/episodes/list").json()) == 1

    assert ("command", "episodes") in seen
    assert not [done for done in seen if done[1] == "episodes.chunks"]


def test_steps_of_more_than_sixteen_megabytes_are_kept(live_server: LiveServer) -> None:
    owner = a_user(live_server)
    benchmark_id = fill(owner)["benchmark"]
    state = [number + 0.123456 for number in range(10**5, 17 * 10**5)]
    body = json.dumps({"benchmark_id": benchmark_id, "metadata": {"large": True}, "tuples": [STEP | {"state": state}]})
    assert len(body) > 16 << 20

    stored = owner.send("POST", "/episodes/record", data=body, headers={"Content-Type": "application/json"})
    wanted: dict[str, Any] = {"type": "EQ", "key": "large", "value": True, "include_tuples": True}

    assert stored.status_code == 200, stored.text
    (item,) = owner.post("/episodes/list", wanted).json()
    assert item["tuples"][0]["state"] == state
