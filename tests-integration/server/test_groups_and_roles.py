"""Groups and roles: what they give, who gives it, and what is left when they end."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from live_server import LiveServer
from live_server.people import Person, a_name, a_stranger, a_user, problem, the_admin, with_roles


def a_group(founder: Person) -> str:
    name = a_name("group")
    assert founder.post("/access/groups/create", {"name": name, "description": "ours"}).status_code == 200
    return name


def add(person: Person, group: str, *members: tuple[Person, list[str] | None]) -> Any:
    asked = [{"user": member.name, "roles": roles} for member, roles in members]
    return person.post("/access/groups/add-members", {"group_name": group, "members": asked})


def roles_in(person: Person, group: str) -> list[str]:
    memberships = person.get("/access/users/me").json()["memberships"]
    found: list[str] = next((item["roles"] for item in memberships if item["group"] == group), [])
    return found


def test_who_makes_a_group_manages_it_and_adds_to_it(live_server: LiveServer) -> None:
    founder = a_user(live_server)

    group = a_group(founder)

    assert roles_in(founder, group) == ["group_admin", "contributor"]
    assert founder.get("/access/groups/list").json() == [{"name": group, "description": "ours"}]
    assert founder.get("/access/groups/read", group_name=group).json()["members"] == [founder.name]


def test_a_group_is_seen_by_its_members_alone(live_server: LiveServer) -> None:
    founder, stranger = a_user(live_server), a_user(live_server)
    group = a_group(founder)

    assert stranger.get("/access/groups/list").json() == []
    for absent in (group, "no-such-group"):
        assert problem(stranger.get("/access/groups/read", group_name=absent), 404)["detail"] == "Group not found"
        problem(add(stranger, absent, (stranger, ["member"])), 404)
    assert group in [item["name"] for item in the_admin(live_server).get("/access/groups/list").json()]


def test_members_are_added_with_roles_and_removed(live_server: LiveServer) -> None:
    founder, alice, bob = a_user(live_server), a_user(live_server), a_user(live_server)
    group = a_group(founder)

    added = add(founder, group, (alice, ["contributor", "member"]), (bob, None))

    assert added.json()["members"] == sorted([founder.name, alice.name, bob.name])
    assert (roles_in(alice, group), roles_in(bob, group)) == (["contributor", "member"], ["member"])
    add(founder, group, (alice, ["member"]))
    assert roles_in(alice, group) == ["member"]
    removed = founder.post("/access/groups/remove-members", {"group_name": group, "members": [{"user": alice.name}]})
    assert removed.json()["members"] == sorted([founder.name, bob.name])


def test_all_are_added_or_nobody(live_server: LiveServer) -> None:
    founder, alice = a_user(live_server), a_user(live_server)
    group = a_group(founder)
    nobody = Person(live_server, "no-such-user")

    assert (
        problem(add(founder, group, (alice, ["member"]), (nobody, ["member"])), 404)["detail"]
        == "User no-such-user not found"
    )
    assert problem(add(founder, group, (alice, ["no-such-role"])), 404)["detail"] == "Role no-such-role not found"
    problem(add(founder, group, (alice, ["member"]), (alice, ["contributor"])), 422)
    problem(add(founder, group, (alice, ["admin"])), 403)
    assert founder.get("/access/groups/read", group_name=group).json()["members"] == [founder.name]


def test_only_those_who_manage_a_group_change_it_but_everybody_may_leave(live_server: LiveServer) -> None:
    founder, alice, bob = a_user(live_server), a_user(live_server), a_user(live_server)
    group = a_group(founder)
    add(founder, group, (alice, ["contributor", "member"]))

    problem(add(alice, group, (bob, ["member"])), 403)
    problem(
        alice.post("/access/groups/remove-members", {"group_name": group, "members": [{"user": founder.name}]}), 403
    )
    problem(alice.delete("/access/groups/delete", group_name=group), 403)
    leaving = alice.post("/access/groups/remove-members", {"group_name": group, "members": [{"user": alice.name}]})
    assert leaving.json()["members"] == [founder.name]


def test_members_added_at_the_same_time_are_all_there(live_server: LiveServer) -> None:
    founder, user = a_user(live_server), a_user(live_server)
    groups = [a_group(founder) for _ in range(5)]

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda group: add(founder, group, (user, ["member"])), groups))

    assert [answer.status_code for answer in answers] == [200] * 5
    assert sorted(item["name"] for item in user.get("/access/groups/list").json()) == sorted(groups)


def test_a_deleted_group_leaves_nothing_to_the_next_of_its_name(live_server: LiveServer) -> None:
    founder, alice, other = a_user(live_server), a_user(live_server), a_user(live_server)
    group = a_group(founder)
    add(founder, group, (alice, ["member"]))

    assert founder.delete("/access/groups/delete", group_name=group).json() is None
    assert founder.delete("/access/groups/delete", group_name=group).json() is None
    other.post("/access/groups/create", {"name": group})

    assert other.get("/access/groups/read", group_name=group).json()["members"] == [other.name]
    assert roles_in(alice, group) == []


def test_there_are_the_built_in_roles_and_those_that_were_made(live_server: LiveServer) -> None:
    admin, role = the_admin(live_server), a_name("role")
    made = {"role": role, "rights": ["episode_delete", "episode_read"], "description": "tidies up"}

    assert admin.post("/access/roles/create", made).json() == made
    listed = {item["role"]: item for item in a_user(live_server).get("/access/list-roles").json()}

    assert listed[role] == made
    assert {"admin", "content_admin", "user_admin", "group_admin", "contributor", "member", "guest"} < listed.keys()
    assert len(listed["admin"]["rights"]) == 18
    assert (
        problem(admin.post("/access/roles/create", made | {"role": role.upper()}), 409)["detail"]
        == "Role already exists"
    )
    problem(admin.post("/access/roles/create", made | {"role": "Member"}), 409)


def test_a_role_that_was_made_gives_its_rights_until_it_is_deleted(live_server: LiveServer) -> None:
    admin, helper, role = the_admin(live_server), a_user(live_server), a_name("role")
    body = {"username": a_user(live_server).name, "password": "given-by-a-helper"}
    admin.post("/access/roles/create", {"role": role, "rights": ["user_update"]})
    admin.put("/access/users/change-roles", {"username": helper.name, "roles": [role]})

    assert helper.put("/access/users/change-password", body).status_code == 200
    assert admin.delete("/access/roles/delete", role_name=role).json() is None
    assert admin.delete("/access/roles/delete", role_name=role).json() is None
    problem(helper.put("/access/users/change-password", body), 403)
    admin.post("/access/roles/create", {"role": role, "rights": ["user_update"]})
    problem(helper.put("/access/users/change-password", body), 403)


def test_roles_are_managed_by_administrators_and_built_in_ones_by_nobody(live_server: LiveServer) -> None:
    for person in (a_user(live_server), with_roles(live_server, "user_admin", "content_admin")):
        problem(person.post("/access/roles/create", {"role": a_name("role"), "rights": []}), 403)
        problem(person.delete("/access/roles/delete", role_name="member"), 403)
    problem(the_admin(live_server).delete("/access/roles/delete", role_name="member"), 409)
    problem(the_admin(live_server).post("/access/roles/create", {"role": a_name("role"), "rights": ["fly"]}), 422)
    problem(a_stranger(live_server).get("/access/roles/list"), 401)
