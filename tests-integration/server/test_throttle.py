"""A limit on guesses, for each name and for each address that is really theirs."""

from typing import Any

from live_server.people import PASSWORD, a_stranger, a_user, problem, sign_in


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
