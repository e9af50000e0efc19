"""What an earlier server of this kind got wrong with accounts, each tried once more on ours."""

from typing import Any

from live_server import LiveServer
from live_server.people import a_name, a_user, problem, the_admin


def test_a_body_beside_the_query_changes_neither_who_is_asked_for_nor_what_is_done(live_server: LiveServer) -> None:
    victim, attacker = a_user(live_server), a_user(live_server)
    body = {"username": attacker.name, "group_name": "global"}

    answer = attacker.send("DELETE", "/access/users/delete", params={"username": victim.name}, json=body)

    problem(answer, 403)
    assert victim.get("/access/users/me").status_code == 200
    own = attacker.send(
        "DELETE", "/access/users/delete", params={"username": attacker.name}, json={"username": victim.name}
    )
    assert own.status_code == 200
    assert victim.get("/access/users/me").status_code == 200
    problem(attacker.get("/access/users/me"), 401)


def test_a_parameter_given_twice_is_one_thing_to_the_check_and_to_the_action(live_server: LiveServer) -> None:
    victim, attacker = a_user(live_server), a_user(live_server)

    for names in ([victim.name, attacker.name], [attacker.name, victim.name]):
        attacker.send("DELETE", "/access/users/delete", params={"username": names})

    assert victim.get("/access/users/me").status_code == 200


def test_a_group_named_like_a_user_cannot_be_made(live_server: LiveServer) -> None:
    victim, attacker = a_user(live_server), a_user(live_server)

    problem(attacker.post("/access/groups/create", {"name": victim.name}), 409)
    for name in ("global", "admin"):
        assert attacker.post("/access/groups/create", {"name": name}).status_code in {409, 422}


def test_a_role_in_a_group_reaches_nothing_beyond_it(live_server: LiveServer) -> None:
    founder, victim, group = a_user(live_server), a_user(live_server), a_name("group")
    founder.post("/access/groups/create", {"name": group})
    member = {"user": founder.name, "roles": ["admin"]}

    for body in ({"group_name": group, "members": [member]}, {"group_name": "global", "members": [member]}):
        assert founder.post("/access/groups/add-members", body).status_code in {403, 404}
    problem(founder.delete("/access/users/delete", username=victim.name), 403)
    problem(founder.get("/metrics"), 403)


def test_the_group_of_everybody_is_nobodys_to_change(live_server: LiveServer) -> None:
    admin, user = the_admin(live_server), a_user(live_server)

    for person in (admin, user):
        body: dict[str, Any] = {"group_name": "global", "members": [{"user": user.name, "roles": ["admin"]}]}
        problem(person.post("/access/groups/add-members", body), 404)
        problem(person.post("/access/groups/remove-members", body), 404)
        assert person.delete("/access/groups/delete", group_name="global").status_code == 200
    assert {"group": "global", "roles": ["global_member", "contributor"]} in user.get("/access/users/me").json()[
        "memberships"
    ]
