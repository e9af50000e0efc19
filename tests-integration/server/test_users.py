"""Accounts: made once, shown with care, and gone for good when they are deleted."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from live_server import LiveServer
from live_server.people import PASSWORD, a_name, a_stranger, a_user, problem, sign_in, the_admin, with_roles


def test_a_new_user_is_what_everybody_is(live_server: LiveServer) -> None:
    name = a_name()

    answer = a_stranger(live_server).post("/access/signup", {"username": name, "password": PASSWORD})

    everybody = {"group": "global", "roles": ["global_member", "contributor"]}
    assert answer.json() == {"username": name, "memberships": [everybody]}
    assert sign_in(live_server, name).get("/access/users/me").json() == answer.json()


def test_eight_simultaneous_sign_ups_of_one_name_make_one_account(live_server: LiveServer) -> None:
    name = a_name()
    spellings = [name, name.upper(), name.capitalize(), name] * 2

    with ThreadPoolExecutor(8) as pool:
        sign_up = a_stranger(live_server).post
        answers = list(
            pool.map(lambda n: sign_up("/access/users/create", {"username": n, "password": PASSWORD}), spellings)
        )

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    listed = [user["username"].lower() for user in the_admin(live_server).get("/access/users/list").json()]
    assert listed.count(name) == 1


@pytest.mark.parametrize("change", [str, str.upper])
def test_a_name_is_taken_whatever_its_case_by_a_user_or_a_group(live_server: LiveServer, change: Any) -> None:
    user, group = a_user(live_server), a_name("group")
    assert user.post("/access/groups/create", {"name": group}).status_code == 200

    for taken in (user.name, group):
        answer = a_stranger(live_server).post("/access/users/create", {"username": change(taken), "password": PASSWORD})
        assert problem(answer, 409)["detail"] == "User already exists"
        problem(user.post("/access/groups/create", {"name": change(taken)}), 409)


@pytest.mark.parametrize(
    "name",
    [
        "global",
        "GLOBAL",
        "guest",
        "Guest",
        "everyone",
        "system",
        "",
        " ",
        "a b",
        "a/b",
        "../x",
        "$ne",
        "-x",
        "ä",
        "a\x00",
        "x" * 65,
        "a\n",
    ],
)
def test_a_reserved_or_impossible_name_is_refused(live_server: LiveServer, name: str) -> None:
    answer = a_stranger(live_server).post("/access/users/create", {"username": name, "password": PASSWORD})

    problem(answer, 422)
    problem(a_user(live_server).post("/access/groups/create", {"name": name}), 422)


@pytest.mark.parametrize("password", ["", "short", "x" * 1_025, "null\x00in the middle"])
def test_a_password_that_cannot_be_one_is_refused(live_server: LiveServer, password: str) -> None:
    problem(a_stranger(live_server).post("/access/users/create", {"username": a_name(), "password": password}), 422)


def test_where_sign_up_is_closed_only_those_who_may_make_users_do(start_server: Any) -> None:
    server = start_server(open_signup=False)
    body = {"username": a_name(), "password": PASSWORD}

    assert problem(a_stranger(server).post("/access/users/create", body), 401)["code"] == "sign-in-required"
    assert the_admin(server).post("/access/users/create", body).status_code == 200
    somebody = sign_in(server, body["username"])
    problem(somebody.post("/access/users/create", {"username": a_name(), "password": PASSWORD}), 403)


def test_groups_of_others_are_seen_by_those_who_share_or_manage_them(live_server: LiveServer) -> None:
    alice, bob, carol, group = a_user(live_server), a_user(live_server), a_user(live_server), a_name("group")
    alice.post("/access/groups/create", {"name": group})
    alice.post(
        "/access/groups/add-members", {"group_name": group, "members": [{"user": bob.name, "roles": ["member"]}]}
    )

    def groups_of_alice(person: Any) -> list[str]:
        found = next(user for user in person.get("/access/list-users").json() if user["username"] == alice.name)
        return [membership["group"] for membership in found["memberships"]]

    assert groups_of_alice(bob) == ["global", group]
    assert groups_of_alice(carol) == ["global"]
    assert groups_of_alice(the_admin(live_server)) == ["global", group]


def test_changing_ones_password_takes_the_old_one_and_ends_every_sign_in(live_server: LiveServer) -> None:
    user = a_user(live_server)
    elsewhere = sign_in(live_server, user.name)
    change = {"username": user.name, "password": "another-password"}

    problem(user.put("/access/users/change-password", change), 403)
    problem(user.put("/access/users/change-password", change | {"old_password": "wrong"}), 403)
    assert user.put("/access/change-password", change | {"old_password": PASSWORD}).json() is None

    for person in (user, elsewhere):
        problem(person.get("/access/users/me"), 401)
        problem(
            a_stranger(live_server).send(
                "POST", "/access/users/refresh-token", headers={"Authorization": f"Bearer {person.refresh}"}
            ),
            401,
        )
    problem(a_stranger(live_server).post("/access/users/token", {"username": user.name, "password": PASSWORD}), 401)
    assert sign_in(live_server, user.name, "another-password").get("/access/users/me").status_code == 200


def test_a_user_admin_changes_passwords_but_not_of_those_who_hold_more(live_server: LiveServer) -> None:
    user_admin, user = with_roles(live_server, "user_admin"), a_user(live_server)
    admin = with_roles(live_server, "admin")

    answer = user_admin.put("/access/users/change-password", {"username": user.name, "password": "given-by-an-admin"})

    assert answer.status_code == 200
    problem(user.get("/access/users/me"), 401)
    for name in (admin.name, "admin"):
        problem(user_admin.put("/access/users/change-password", {"username": name, "password": "taken-over"}), 403)
        problem(user_admin.delete("/access/users/delete", username=name), 403)
        problem(user_admin.put("/access/users/change-roles", {"username": name, "roles": []}), 403)


def test_roles_are_changed_in_our_form_and_in_the_papers(live_server: LiveServer) -> None:
    admin, user, group = the_admin(live_server), a_user(live_server), a_name("group")
    admin.post("/access/groups/create", {"name": group})
    everywhere = {"group": "global", "roles": ["content_admin", "contributor"]}
    in_group = {"group": group, "roles": ["member"]}

    ours = admin.put("/access/users/change-roles", {"username": user.name, "memberships": [everywhere, in_group]})
    papers = admin.put("/access/change-roles", {"username": user.name, "roles": ["user_admin"]})

    everybody = ["global_member", "contributor"]
    assert ours.json()["memberships"] == [{"group": "global", "roles": [*everybody, "content_admin"]}, in_group]
    assert papers.json()["memberships"] == [{"group": "global", "roles": [*everybody, "user_admin"]}, in_group]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"roles": [], "memberships": []}, 422),
        ({"roles": ["no-such-role"]}, 404),
        ({"memberships": [{"group": "no-such-group", "roles": ["member"]}]}, 404),
        ({"roles": ["admin"], "more": 1}, 422),
    ],
)
def test_roles_that_make_no_sense_are_refused(live_server: LiveServer, body: dict[str, Any], status: int) -> None:
    user = a_user(live_server)

    problem(the_admin(live_server).put("/access/users/change-roles", {"username": user.name} | body), status)


def test_nobody_gives_or_takes_rights_that_they_lack(live_server: LiveServer) -> None:
    user_admin, user = with_roles(live_server, "user_admin"), a_user(live_server)

    for role in ("admin", "content_admin"):
        problem(user_admin.put("/access/users/change-roles", {"username": user.name, "roles": [role]}), 403)
        problem(user_admin.put("/access/users/change-roles", {"username": user_admin.name, "roles": [role]}), 403)
    assert (
        user_admin.put("/access/users/change-roles", {"username": user.name, "roles": ["user_admin"]}).status_code
        == 200
    )
    problem(user.put("/access/users/change-roles", {"username": user.name, "roles": ["admin"]}), 403)


def test_the_last_administrator_stays(start_server: Any) -> None:
    server = start_server()
    admin = the_admin(server)

    problem(admin.delete("/access/users/delete", username="admin"), 409)
    problem(admin.put("/access/users/change-roles", {"username": "admin", "roles": []}), 409)
    with_roles(server, "admin")
    assert admin.delete("/access/users/delete", username="admin").status_code == 200


def test_deleting_is_for_oneself_and_for_those_who_may_and_twice_is_no_error(live_server: LiveServer) -> None:
    alice, bob, user_admin = a_user(live_server), a_user(live_server), with_roles(live_server, "user_admin")

    problem(alice.delete("/access/users/delete", username=bob.name), 403)
    problem(a_stranger(live_server).delete("/access/users/delete", username=bob.name), 401)
    assert alice.delete("/access/delete-user", username=alice.name).json() is None
    assert user_admin.delete("/access/users/delete", username=bob.name).json() is None
    assert user_admin.delete("/access/users/delete", username=bob.name).json() is None
    assert (
        problem(user_admin.put("/access/users/change-password", {"username": bob.name, "password": PASSWORD}), 404)[
            "detail"
        ]
        == f"User {bob.name} not found"
    )


def test_a_name_that_is_taken_again_comes_into_nothing(live_server: LiveServer) -> None:
    first, admin, group = a_user(live_server), the_admin(live_server), a_name("group")
    admin.post("/access/groups/create", {"name": group})
    admin.post(
        "/access/groups/add-members", {"group_name": group, "members": [{"user": first.name, "roles": ["contributor"]}]}
    )
    admin.put("/access/users/change-roles", {"username": first.name, "roles": ["content_admin"]})
    token = first.post("/access/tokens/create", {"name": "script"}).json()["token"]
    first.delete("/access/users/delete", username=first.name)

    second = a_user(live_server, first.name)

    assert second.get("/access/users/me").json()["memberships"] == [
        {"group": "global", "roles": ["global_member", "contributor"]}
    ]
    assert second.name not in admin.get("/access/groups/read", group_name=group).json()["members"]
    problem(first.get("/access/users/me"), 401)
    first.token = token
    problem(first.get("/access/users/me"), 401)
