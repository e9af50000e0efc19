"""Open and closed: what somebody without a token may do, and that a bad token is never a guest."""

from typing import Any

from live_server.people import PASSWORD, a_name, a_stranger, a_user, problem

LISTS = ("/benchmarks/list", "/artifacts/list", "/episodes/list")


def test_where_guests_are_let_in_they_read_what_is_public_and_do_nothing_else(start_server: Any) -> None:
    server = start_server(open_access=True, open_signup=False)
    guest = a_stranger(server)

    for path in LISTS:
        assert guest.get(path).json() == []
        assert guest.post(path).json() == []
    for path in (
        "/access/users/list",
        "/access/users/me",
        "/access/groups/list",
        "/access/roles/list",
        "/access/tokens/list",
        "/metrics",
    ):
        problem(guest.get(path), 403)
    problem(guest.post("/access/groups/create", {"name": a_name("group")}), 403)
    problem(guest.post("/access/users/create", {"username": a_name(), "password": PASSWORD}), 403)
    problem(guest.delete("/access/users/delete", username="admin"), 403)
    problem(guest.delete("/access/users/delete", username="guest"), 403)
    problem(guest.post("/access/users/sign-out"), 403)


def test_a_bad_token_is_refused_where_guests_are_let_in_too(start_server: Any) -> None:
    server = start_server(open_access=True)
    user = a_user(server)
    user.post("/access/users/sign-out")

    for token in (user.token, "nonsense", ""):
        answer = a_stranger(server).send("GET", "/episodes/list", headers={"Authorization": f"Bearer {token}"})
        assert problem(answer, 401)["code"] == "sign-in-required"


def test_where_guests_are_not_let_in_everything_asks_for_a_sign_in(live_server: Any) -> None:
    for path in LISTS:
        answer = a_stranger(live_server).get(path)
        problem(answer, 401)
        assert answer.headers["www-authenticate"] == "Bearer"
