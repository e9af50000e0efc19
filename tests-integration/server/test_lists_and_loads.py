"""Over HTTP too, lists and single requests cannot disagree: random people, groups and publications."""

import random
from typing import NamedTuple

import pytest

from live_server import LiveServer
from live_server.people import Person, a_name, a_user, the_admin
from tupli_schemas.permissions import BUILT_IN_ROLES, CONTENT_READ, GLOBAL, Permission

STEP = {"state": [1.0], "action": 0, "reward": 1.0, "terminal": True}
LOADS = {"benchmark": "load", "artifact": "download", "dataset": "load"}
READ = {"benchmark": Permission.BENCHMARK_READ, "artifact": Permission.ARTIFACT_READ}


class World(NamedTuple):
    """Some people, what each may read in which group, and what there is: kind, id, owner, groups."""

    people: list[Person]
    everywhere: dict[str, frozenset[Permission]]
    in_group: dict[tuple[str, str], frozenset[Permission]]
    objects: list[tuple[str, str, str, list[str]]]


@pytest.fixture(scope="module")
def world(live_server: LiveServer) -> World:
    chance, admin = random.Random(11), the_admin(live_server)
    people = [a_user(live_server) for _ in range(5)]
    roles = {person.name: chance.choice(["", "", "content_admin", "user_admin"]) for person in people}
    for name, role in roles.items():
        if role:
            admin.put("/access/users/change-roles", {"username": name, "roles": [role]})
    in_group: dict[tuple[str, str], frozenset[Permission]] = {}
    for _ in range(4):
        founder, group = chance.choice(people), a_name("group")
        founder.post("/access/groups/create", {"name": group})
        in_group[founder.name, group] = BUILT_IN_ROLES["contributor"]
        for person in people:
            if person is not founder and chance.random() < 0.5:
                role = chance.choice(["member", "contributor"])
                body = {"group_name": group, "members": [{"user": person.name, "roles": [role]}]}
                assert founder.post("/access/groups/add-members", body).status_code == 200
                in_group[person.name, group] = BUILT_IN_ROLES[role]
    objects = [made for person in people for made in _objects_of(person, in_group, chance)]
    everywhere = {name: BUILT_IN_ROLES[role] if role else frozenset[Permission]() for name, role in roles.items()}
    return World(people, everywhere, in_group, objects)


def _objects_of(
    person: Person, in_group: dict[tuple[str, str], frozenset[Permission]], chance: random.Random
) -> list[tuple[str, str, str, list[str]]]:
    """Some objects of each kind, each published where chance has it and the owner may."""
    groups = [GLOBAL, *(group for name, group in in_group if name == person.name)]
    made = []
    for kind, uri in [found for _ in range(4) for found in _fill(person)]:
        published = []
        for group in groups:
            if chance.random() < 0.3:
                answer = person.put(f"/{kind}s/publish", **{f"{kind}_id": uri, "publish_in": group})
                published += [group] if answer.status_code == 200 else []
        made.append((kind, uri, person.name, published))
    return made


def _fill(person: Person) -> list[tuple[str, str]]:
    benchmark = {"hash": a_name("hash"), "serialized": "{}", "metadata": {"name": "b"}}
    benchmark_id = person.post("/benchmarks/create", benchmark).json()["id"]
    form = {"metadata": (None, '{"name": "a"}'), "data": a_name("content").encode()}
    artifact_id = person.send("POST", "/artifacts/upload", files=form).json()["id"]
    body = {"benchmark_id": benchmark_id, "metadata": {}, "tuples": [STEP]}
    episode_id = person.post("/episodes/record", body).json()["id"]
    dataset_id = person.post("/datasets/create", {"name": a_name("d"), "episodes": [episode_id]}).json()["id"]
    return [("benchmark", benchmark_id), ("artifact", artifact_id), ("episode", episode_id), ("dataset", dataset_id)]


def listed(person: Person, kind: str) -> set[str]:
    return {found["id"] for found in person.post(f"/{kind}s/list").json()}


def loads(person: Person, kind: str, uri: str) -> bool:
    if kind == "episode":
        answer = person.post("/episodes/download", {"ids": [uri]})
        assert answer.status_code == 200
        return b'"status":404' not in answer.content
    status = person.get(f"/{kind}s/{LOADS[kind]}", **{f"{kind}_id": uri}).status_code
    assert status in {200, 404}
    return status == 200


@pytest.mark.parametrize("kind", ["benchmark", "artifact", "episode", "dataset"])
def test_what_is_listed_loads_and_nothing_else_does(world: World, kind: str) -> None:
    of_kind = [made for made in world.objects if made[0] == kind]
    permission = READ.get(kind, Permission.EPISODE_READ)
    assert permission in CONTENT_READ
    seen = 0
    for person in world.people:
        shown = listed(person, kind)
        for _, uri, owner, groups in of_kind:
            may = (
                owner == person.name
                or permission in world.everywhere[person.name]
                or GLOBAL in groups
                or any(permission in world.in_group.get((person.name, group), ()) for group in groups)
            )

            assert (uri in shown) is may, (person.name, owner, groups)
            assert loads(person, kind, uri) is may
            seen += may
    assert len(of_kind) < seen < len(of_kind) * len(world.people)


@pytest.mark.parametrize("kind", ["benchmark", "artifact", "episode", "dataset"])
def test_only_owners_and_those_who_may_everywhere_delete(world: World, kind: str) -> None:
    delete = {"benchmark": Permission.BENCHMARK_DELETE, "artifact": Permission.ARTIFACT_DELETE}.get(
        kind, Permission.EPISODE_DELETE
    )
    for person in world.people:
        shown = listed(person, kind)
        for _, uri, owner, _groups in [made for made in world.objects if made[0] == kind]:
            if owner == person.name or delete in world.everywhere[person.name]:
                continue
            answer = person.delete(f"/{kind}s/delete", **{f"{kind}_id": uri})

            assert answer.status_code == (403 if uri in shown else 404)
