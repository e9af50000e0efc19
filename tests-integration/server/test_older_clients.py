"""What PyTupli 1.2.9's client sends and reads, as it was seen on the wire, and the names that its paper gives to routes.

Where ``TUPLI_TEST_PYTUPLI`` names a Python that has PyTupli 1.2.9, that client itself spends a day with our server.
"""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from live_server import LiveServer
from live_server.people import PASSWORD, Person, a_name, a_stranger, a_user, problem, sign_in, the_admin

PYTUPLI = os.environ.get("TUPLI_TEST_PYTUPLI")
JOURNEY = Path(__file__).parents[2] / "tests-support" / "older_client.py"

STEPS = [
    {"state": [1.0, 2.0], "action": [0.5], "reward": 1.0, "info": {"k": 1}, "terminal": False, "timeout": False},
    {"state": [2.0, 3.0], "action": [0.25], "reward": -1.0, "info": {}, "terminal": True, "timeout": False},
]
READ_OF_CONTENT = {"id", "created_by", "created_at", "published_in"}
"""What the client's own classes cannot do without, in every header."""


def older_filter(kind: str, **fields: Any) -> dict[str, Any]:
    """Comparisons come with empty filters, combinations with a key and a value that are null."""
    empty: dict[str, Any] = {"filters": []} if "key" in fields else {"key": None, "value": None}
    return {"type": kind, **empty, **fields}


def a_benchmark(name: str = "b") -> dict[str, Any]:
    metadata = {"name": name, "description": "d", "difficulty": "easy", "version": "1", "extra": {"x": 1}}
    return {"hash": a_name("hash"), "serialized": '{"a":1}', "metadata": metadata}


@pytest.fixture(scope="module")
def user(live_server: LiveServer) -> Person:
    return a_user(live_server)


@pytest.fixture(scope="module")
def benchmark_id(user: Person) -> str:
    return str(user.post("/benchmarks/create", a_benchmark()).json()["id"])


@pytest.fixture(scope="module")
def episode(user: Person, benchmark_id: str) -> dict[str, Any]:
    body = {"benchmark_id": benchmark_id, "metadata": {"month": "June", "n": 3}, "tuples": STEPS}
    answer = user.post("/episodes/record", body)
    assert answer.status_code == 200, answer.text
    header: dict[str, Any] = answer.json()
    return header


@pytest.mark.skipif(PYTUPLI is None, reason="TUPLI_TEST_PYTUPLI names no Python that has PyTupli")
def test_the_older_client_itself_can_do_everything(live_server: LiveServer, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
        "PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring",
    }
    command = [str(PYTUPLI), str(JOURNEY), live_server.url, live_server.admin_password]

    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    assert ran.returncode == 0, ran.stderr


# ------------------------------------------------------------------------------------------------------------- accounts


def test_its_health_check_is_answered(live_server: LiveServer) -> None:
    answer = a_stranger(live_server).get("/")

    assert (answer.status_code, answer.json()) == (200, None)


def test_a_sign_in_is_renewed_by_the_plain_access_token_of_the_answer(live_server: LiveServer) -> None:
    user = a_user(live_server)

    # It sends no body and no content type, and reads one key.
    renewed = Person(live_server, token=user.refresh).send("POST", "/access/users/refresh-token").json()

    assert isinstance(renewed["access_token"], str)
    assert Person(live_server, token=renewed["access_token"]).get("/access/groups/list").json() == []


def test_a_member_without_roles_gets_those_of_a_member(live_server: LiveServer, user: Person) -> None:
    mate, group = a_user(live_server), a_name("group")
    user.post("/access/groups/create", {"name": group, "description": "d"})
    body = {"group_name": group, "members": [{"user": mate.name, "roles": None}]}

    added = user.post("/access/groups/add-members", body).json()

    assert added == {"name": group, "description": "d", "members": sorted([user.name, mate.name])}
    assert {"group": group, "roles": ["member"]} in mate.get("/access/users/me").json()["memberships"]
    assert user.post("/access/groups/remove-members", body).json()["members"] == [user.name]


def test_rights_are_those_that_it_knows(user: Person) -> None:
    actions = [
        f"{what}_{verb}" for what in ("benchmark", "artifact", "episode") for verb in ("create", "read", "delete")
    ]
    actions += [f"{what}_{verb}" for what in ("user", "group") for verb in ("create", "read", "update", "delete")]

    roles = user.get("/access/roles/list").json()

    assert {right for role in roles for right in role["rights"]} <= {*actions, "role_management"}
    assert all({"role", "rights", "description"} <= role.keys() for role in roles)


@pytest.mark.parametrize(
    ("method", "path", "request_", "status", "message"),
    [
        ("POST", "/access/users/create", {"json": {"username": "admin", "password": PASSWORD}}, 409, "User already exists"),
        ("POST", "/access/users/token", {"json": {"username": "x", "password": ""}}, 401, "Incorrect username or password"),
        ("PUT", "/access/users/change-password", {"json": {"username": "x-y", "password": PASSWORD}}, 404, "User x-y not found"),
        ("PUT", "/access/users/change-roles", {"json": {"username": "x-y", "roles": []}}, 404, "User x-y not found"),
        ("PUT", "/access/users/change-roles", {"json": {"username": "admin", "roles": ["admin", "x-y"]}}, 404, "Role x-y not found"),
        ("POST", "/access/roles/create", {"json": {"role": "admin", "rights": []}}, 409, "Role already exists"),
        ("GET", "/access/groups/read", {"params": {"group_name": "x-y"}}, 404, "Group not found"),
        ("GET", "/benchmarks/load", {"params": {"benchmark_id": "x"}}, 404, "Benchmark id doesn't exist"),
        ("DELETE", "/benchmarks/delete", {"params": {"benchmark_id": "x"}}, 404, "Benchmark id doesn't exist"),
    ],
)  # fmt: skip
def test_the_messages_that_it_looks_for_are_there(
    live_server: LiveServer, method: str, path: str, request_: dict[str, Any], status: int, message: str
) -> None:
    answer = the_admin(live_server).send(method, path, **request_)

    assert problem(answer, status)["detail"].startswith(message)


def test_the_messages_of_groups_and_benchmarks_are_there_too(live_server: LiveServer, user: Person) -> None:
    group, benchmark = {"name": a_name("group"), "description": None}, a_benchmark()
    unknown = {"group_name": group["name"], "members": [{"user": "nobody-x", "roles": ["member"]}]}
    role = {"group_name": group["name"], "members": [{"user": user.name, "roles": ["no-role"]}]}
    user.post("/access/groups/create", group)
    user.post("/benchmarks/create", benchmark)

    assert problem(user.post("/access/groups/create", group), 409)["detail"] == "Group already exists"
    assert problem(user.post("/access/groups/add-members", unknown), 404)["detail"] == "User nobody-x not found"
    assert problem(user.post("/access/groups/add-members", role), 404)["detail"] == "Role no-role not found"
    assert problem(user.post("/benchmarks/create", benchmark), 409)["detail"].startswith("Benchmark already exists")


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/access/users/delete", "username"),
        ("/access/groups/delete", "group_name"),
        ("/access/roles/delete", "role_name"),
    ],
)
def test_deleting_an_account_group_or_role_that_is_not_there_is_done(
    live_server: LiveServer, path: str, parameter: str
) -> None:
    answer = the_admin(live_server).delete(path, **{parameter: a_name("absent")})

    assert (answer.status_code, answer.json()) == (200, None)


# -------------------------------------------------------------------------------------------------------------- content


def test_a_benchmark_goes_in_and_out(user: Person) -> None:
    sent = a_benchmark()

    stored = user.post("/benchmarks/create", sent).json()
    loaded = user.get("/benchmarks/load", benchmark_id=stored["id"]).json()

    assert stored.keys() >= READ_OF_CONTENT | {"hash", "metadata"}
    assert {name: loaded[name] for name in sent} == sent
    assert loaded["created_by"] == user.name
    for body in ({}, older_filter("EQ", key="id", value=stored["id"])):
        assert stored["id"] in [found["id"] for found in user.post("/benchmarks/list", body).json()]
    assert user.delete("/benchmarks/delete", benchmark_id=stored["id"]).json() is None
    problem(user.get("/benchmarks/load", benchmark_id=stored["id"]), 404)


def test_an_artifact_goes_in_and_out(user: Person, benchmark_id: str) -> None:
    said = f'{{"name":"art","description":"x","benchmark_id":"{benchmark_id}","extra":{{"k":"v"}}}}'

    stored = user.send("POST", "/artifacts/upload", files={"metadata": (None, said), "data": b"hello"}).json()

    assert stored.keys() >= READ_OF_CONTENT | {"name", "description", "benchmark_id", "extra", "hash", "encoding"}
    assert user.get("/artifacts/download", artifact_id=stored["id"]).content == b"hello"
    of_benchmark = older_filter("EQ", key="benchmark_id", value=benchmark_id)
    assert [found["hash"] for found in user.post("/artifacts/list", of_benchmark).json()] == [stored["hash"]]
    assert user.delete("/artifacts/delete", artifact_id=stored["id"]).json() is None
    problem(user.get("/artifacts/download", artifact_id=stored["id"]), 404)


def test_a_recorded_episode_is_answered_in_its_words(user: Person, benchmark_id: str, episode: dict[str, Any]) -> None:
    assert episode.keys() >= READ_OF_CONTENT
    assert (episode["benchmark_id"], episode["metadata"]) == (benchmark_id, {"month": "June", "n": 3})
    assert (episode["n_tuples"], episode["terminated"], episode["timeout"]) == (2, True, False)


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        older_filter("EQ", key="month", value="June"),
        older_filter("EQ", key="metadata.month", value="June"),
        older_filter("NE", key="metadata.month", value="May"),
        older_filter("GT", key="metadata.n", value=2),
        older_filter("GEQ", key="metadata.n", value=3),
        older_filter("LT", key="metadata.n", value=4),
        older_filter("LEQ", key="metadata.n", value=3),
        older_filter("IN", key="metadata.month", value=["June", "July"]),
        older_filter("OR", filters=[older_filter("EQ", key="month", value="June")]),
        older_filter(
            "AND", filters=[older_filter("EQ", key="month", value="June"), older_filter("GT", key="n", value=2)]
        ),
    ],
    ids=str,
)
def test_its_filters_find_episodes_and_their_steps(user: Person, episode: dict[str, Any], wanted: Any) -> None:
    headers = user.post("/episodes/list", {**wanted, "include_tuples": False}).json()
    (item,) = user.post("/episodes/list", {**wanted, "include_tuples": True}).json()

    assert headers == [episode]
    assert item == {**episode, "tuples": STEPS}


@pytest.mark.parametrize("state", [3, 1.5, [1, 2], [[0.5, 1.0], [2.0, 3.0]], {"a": [1.0], "b": 2}], ids=str)
def test_states_of_every_kind_come_back_as_they_were_sent(user: Person, benchmark_id: str, state: Any) -> None:
    step = {"state": state, "action": 1, "reward": 0.5, "info": {}, "terminal": False, "timeout": True}

    sent = user.post("/episodes/record", {"benchmark_id": benchmark_id, "metadata": {}, "tuples": [step]}).json()
    (item,) = user.post(
        "/episodes/list", {**older_filter("EQ", key="id", value=sent["id"]), "include_tuples": True}
    ).json()
    user.delete("/episodes/delete", episode_id=sent["id"])

    assert item["tuples"] == [step]


def test_an_episode_without_steps_is_refused_and_none_is_stored(user: Person, benchmark_id: str) -> None:
    before = user.get("/episodes/list").json()

    answer = user.post("/episodes/record", {"benchmark_id": benchmark_id, "metadata": {}, "tuples": []})

    assert "at least one step" in problem(answer, 422)["detail"]
    assert user.get("/episodes/list").json() == before


@pytest.mark.parametrize("kind", ["benchmark", "artifact", "episode"])
def test_publishing_and_taking_back_are_in_the_query_and_answer_null(
    live_server: LiveServer, user: Person, kind: str, benchmark_id: str, episode: dict[str, Any]
) -> None:
    form = {"metadata": (None, '{"name": "shared"}'), "data": b"shared"}
    artifact_id = user.send("POST", "/artifacts/upload", files=form).json()["id"]
    uri = {"benchmark": benchmark_id, "artifact": artifact_id, "episode": episode["id"]}[kind]
    reader, of_this = a_user(live_server), older_filter("EQ", key="id", value=uri)

    published = user.send("PUT", f"/{kind}s/publish?{kind}_id={uri}&publish_in=global")
    seen = reader.post(f"/{kind}s/list", of_this).json()
    withdrawn = user.send("PUT", f"/{kind}s/unpublish?{kind}_id={uri}&unpublish_from=global")

    assert (published.json(), withdrawn.json()) == (None, None)
    assert [found["published_in"] for found in seen] == [["global"]]
    assert reader.post(f"/{kind}s/list", of_this).json() == []


# ------------------------------------------------------------------------------------------------ the names of the paper


def test_the_names_that_the_paper_gives_to_accounts(live_server: LiveServer) -> None:
    name, stranger, admin = a_name(), a_stranger(live_server), the_admin(live_server)
    account = {"username": name, "password": PASSWORD}

    assert stranger.post("/access/signup", account).json()["username"] == name
    refresh = stranger.post("/access/token", account).json()["refresh_token"]["token"]
    assert Person(live_server, token=refresh).post("/access/refresh-token").status_code == 200
    assert name in [found["username"] for found in admin.get("/access/list-users").json()]
    assert "admin" in [found["role"] for found in admin.get("/access/list-roles").json()]
    changed = admin.put("/access/change-roles", {"username": name, "roles": ["user_admin"]}).json()
    assert {"group": "global", "roles": ["global_member", "contributor", "user_admin"]} in changed["memberships"]
    assert admin.put("/access/change-password", {"username": name, "password": "another-one"}).json() is None
    sign_in(live_server, name, "another-one")
    assert admin.delete("/access/delete-user", username=name).json() is None
    problem(stranger.post("/access/token", {"username": name, "password": "another-one"}), 401)


@pytest.mark.parametrize("kind", ["benchmarks", "artifacts", "episodes"])
def test_the_lists_of_the_paper_are_read_with_get(user: Person, kind: str) -> None:
    assert user.get(f"/{kind}/list").json() == user.post(f"/{kind}/list").json()


def test_a_list_that_is_read_with_get_takes_a_filter_in_its_body(user: Person, episode: dict[str, Any]) -> None:
    def find(value: str) -> Any:
        wanted = older_filter("EQ", key="month", value=value)
        return user.send("GET", "/episodes/list", json=wanted).json()

    assert (find("June"), find("May")) == ([episode], [])
