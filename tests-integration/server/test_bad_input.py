"""Bad input on every route: refused with a code, a sentence and a way on, while memory and everybody else are as before.

What a schema can say is tried in ``test_openapi``, what bodies can do to a server in ``test_bodies`` and ``test_transfers``.
"""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from live_server import LiveServer
from live_server.people import Person, a_name, a_user, problem, the_admin
from tupli_client.testing import an_episode
from tupli_schemas import codec, frames
from tupli_schemas.base import new_id
from tupli_schemas.episodes import EpisodeUpload
from tupli_server.app import describe_api
from tupli_server.auth.tokens import Purpose, Tokens

MB = 1_000_000
JSON = "application/json"
FRAMES = "application/vnd.tupli.frames"
DEEP = 10_000

ROUTES = [
    (method.upper(), path, operation)
    for path, item in describe_api()["paths"].items()
    for method, operation in item.items()
]
WITH_JSON = [
    (method, path) for method, path, operation in ROUTES if JSON in operation.get("requestBody", {}).get("content", {})
]
WITH_BODY = [(method, path) for method, path, operation in ROUTES if "requestBody" in operation]
WITH_NAME = [
    (method, path, parameter["name"])
    for method, path, operation in ROUTES
    for parameter in operation.get("parameters", ())
    if parameter["required"]
]
FORGIVING = {
    "/access/users/delete",
    "/access/delete-user",
    "/access/groups/delete",
    "/access/roles/delete",
    "/access/tokens/delete",
}
"""Deleting what is not there is done already."""


@pytest.fixture(scope="module")
def user(live_server: LiveServer) -> Person:
    return a_user(live_server)


@pytest.fixture(scope="module")
def benchmark_id(user: Person) -> str:
    body = {"hash": a_name("hash"), "serialized": "{}", "metadata": {"name": "b"}}
    return str(user.post("/benchmarks/create", body).json()["id"])


def refused(answer: requests.Response, *statuses: int) -> dict[str, Any]:
    """The problem that the answer must be: one of these, short, and with a way on."""
    assert answer.status_code in statuses, answer.text[:500]
    assert len(answer.content) < 100_000
    found = problem(answer, answer.status_code)
    assert found["hint"]
    return found


# ---------------------------------------------------------------------------------------------------------- every route


def test_there_are_routes_of_every_kind() -> None:
    assert (len(ROUTES) > 60, len(WITH_JSON) > 20, len(WITH_BODY) > 20, len(WITH_NAME) > 20) == (True,) * 4


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
def test_a_body_of_a_wrong_type_is_refused(user: Person, method: str, path: str) -> None:
    for content_type in ("text/plain", "application/xml", "nonsense"):
        answer = user.send(method, path, data=b"{}", headers={"Content-Type": content_type})

        assert content_type in refused(answer, 415)["detail"]


NOT_MEANT = ("{", "nonsense", "[]", "[1, 2]", '"text"', "5", "true", '{"a": NaN}', '{"colour": "red"}')
DEEPER_THAN_ANYBODY_MEANS = (
    '{"a":' * DEEP + "1" + "}" * DEEP,
    '{"type":"NOT","filters":[' * DEEP + '{"type":"OR"}' + "]}" * DEEP,
    '{"filter":' + '{"type":"AND","filters":[' * DEEP + '{"type":"OR"}' + "]}" * DEEP + "}",
    '{"metadata":' + '{"a":' * DEEP + "1" + "}" * DEEP + "}",
    '{"tuples":' + "[" * DEEP + "]" * DEEP + "}",
)


@pytest.mark.parametrize(("method", "path"), WITH_JSON)
def test_json_that_nobody_means_is_refused(user: Person, method: str, path: str) -> None:
    for body in NOT_MEANT + DEEPER_THAN_ANYBODY_MEANS:
        refused(user.send(method, path, data=body.encode(), headers={"Content-Type": JSON}), 413, 422)


@pytest.mark.parametrize(("method", "path"), WITH_JSON)
def test_a_body_of_a_hundred_thousand_mistakes_is_answered_with_a_few(user: Person, method: str, path: str) -> None:
    names = ("members", "roles", "rights", "memberships", "episodes", "ids", "tuples", "value", "filters")
    for name in names:
        body = json.dumps({name: [[0]] * 100_000}).encode()

        refused(user.send(method, path, data=body, headers={"Content-Type": JSON}), 413, 422)


@pytest.mark.parametrize(("method", "path", "name"), WITH_NAME)
def test_a_name_that_is_missing_is_named(user: Person, method: str, path: str, name: str) -> None:
    found = refused(user.send(method, path), 422)

    assert [item["path"] for item in found["errors"]] == [name]


NAMES = ["0" * 32, "x" * 10_000, "../../etc/passwd", "a\x00b", "a\nb", '{"$ne": null}', "$where", "💥", " ", "a%00"]


@pytest.mark.parametrize(("method", "path", "name"), WITH_NAME)
def test_a_name_that_is_none_is_not_there(user: Person, method: str, path: str, name: str) -> None:
    for value in NAMES:
        answer = user.send(method, path, params={name: value})

        if path in FORGIVING and answer.status_code == 200:
            assert answer.json() is None
        else:
            refused(answer, 403, 404, 422)


@pytest.mark.parametrize("path", ["/benchmarks/list", "/artifacts/list", "/episodes/list", "/datasets/list"])
@pytest.mark.parametrize(
    ("params", "wrong"),
    [
        ({"limit": "-1"}, "limit"),
        ({"limit": "1.5"}, "limit"),
        ({"cursor": "💥"}, "cursor"),
        ({"sort": "$where"}, "sort"),
        ({"sort": "a,,b"}, "sort"),
        ({"sort": "a,b,c,d,e"}, "sort"),
        ({"sort": "a\nb"}, "sort"),
        ({"sort": "x" * 5_000}, "sort"),
        ({"lmit": "1"}, "lmit"),
        ({"limit": ["1", "2"]}, "limit"),
    ],
)
def test_a_wrong_page_is_refused_with_the_parameter(
    user: Person, path: str, params: dict[str, str], wrong: str
) -> None:
    assert [item["path"] for item in refused(user.get(path, **params), 422)["errors"]] == [wrong]


@pytest.mark.parametrize("path", ["/benchmarks/list", "/artifacts/list", "/episodes/list", "/datasets/list"])
@pytest.mark.parametrize("cursor", ["x", "AAAA", "W10", "W1tdLFtdXQ", "A" * 2_000])
def test_a_cursor_of_nobodys_is_refused(user: Person, path: str, cursor: str) -> None:
    assert "cursor" in refused(user.get(path, cursor=cursor), 422)["detail"]


# -------------------------------------------------------------------------------------------------------------- content

LONG = "x" * 10_001
BENCHMARK = {"hash": "h", "serialized": "{}", "metadata": {"name": "b"}}


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"hash": ""}, "hash"),
        ({"hash": "x" * 129}, "hash"),
        ({"hash": "a b"}, "hash"),
        ({"serialized": ""}, "serialized"),
        ({"serialized": {}}, "serialized"),
        ({"id": "../x"}, "id"),
        ({"id": "x" * 65}, "id"),
        ({"metadata": None}, "metadata"),
        ({"metadata": {"name": ""}}, "metadata.name"),
        ({"metadata": {"name": "x" * 201}}, "metadata.name"),
        ({"metadata": {"name": "a\x00b"}}, "metadata.name"),
        ({"metadata": {"name": "a\nb"}}, "metadata.name"),
        ({"metadata": {"name": "b", "description": LONG}}, "metadata.description"),
        ({"metadata": {"name": "b", "extra": {"$where": 1}}}, "metadata.extra"),
        ({"metadata": {"name": "b", "extra": {"a.b": 1}}}, "metadata.extra"),
        ({"metadata": {"name": "b", "extra": {"a": 2**64}}}, "metadata.extra"),
        ({"metadata": {"name": "b", "extra": {"a": "\x00"}}}, "metadata.extra"),
        ({"metadata": {"name": "b", "colour": 1}}, "metadata.colour"),
    ],
    ids=str,
)
def test_a_wrong_benchmark_is_refused_with_the_place(user: Person, wrong: dict[str, Any], path: str) -> None:
    found = refused(user.post("/benchmarks/create", BENCHMARK | wrong), 422)

    assert found["errors"][0]["path"].startswith(path)


STEP = {"state": [1.0], "action": 0, "reward": 1.0, "terminal": True}


@pytest.mark.parametrize(
    "wrong",
    [
        {"tuples": []},
        {"tuples": {}},
        {"tuples": [5]},
        {"tuples": [{"state": [1.0]}]},
        {"tuples": [STEP | {"observation": [1.0]}]},
        {"tuples": [STEP | {"reward": "much"}]},
        {"tuples": [STEP | {"terminal": "perhaps"}]},
        {"tuples": [STEP | {"state": None}]},
        {"tuples": [STEP | {"colour": 1}]},
        {"tuples": [STEP | {"terminal": False}, STEP | {"state": [1.0, 2.0]}]},
        {"tuples": [STEP, STEP]},
        {"tuples": [STEP | {"state": {"a": 1}}, STEP | {"state": [1.0]}]},
        {"metadata": {"a.b": 1}},
        {"metadata": []},
        {"benchmark_id": 5},
        {"id": "a b"},
        {"data": {}},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_wrong_episode_is_refused_and_not_stored(user: Person, benchmark_id: str, wrong: dict[str, Any]) -> None:
    body = {"benchmark_id": benchmark_id, "metadata": {}, "tuples": [STEP], **wrong}

    refused(user.post("/episodes/record", body), 422)

    assert user.get("/episodes/list").json() == []


def forms() -> Iterator[Any]:
    head = b'--B\r\nContent-Disposition: form-data; name="'
    metadata, data = head + b'metadata"\r\n\r\n{"name": "x"}\r\n', head + b'data"; filename="x"\r\n\r\nbytes\r\n'
    yield pytest.param(b"", id="nothing")
    yield pytest.param(metadata + data, id="cut before its end")
    yield pytest.param((metadata + data)[:-3] + b"--B", id="cut in its end")
    yield pytest.param(metadata + b"--B--\r\n", id="without data")
    yield pytest.param(data + b"--B--\r\n", id="without metadata")
    yield pytest.param(head + b'metadata"\r\n\r\n{"name"\r\n' + data + b"--B--\r\n", id="with broken metadata")
    yield pytest.param(head + b'metadata"\r\n\r\n{"name": ""}\r\n' + data + b"--B--\r\n", id="without a name")
    yield pytest.param(metadata + metadata + data + b"--B--\r\n", id="with metadata twice")
    yield pytest.param(metadata + data + data + b"--B--\r\n", id="with data twice")
    yield pytest.param(metadata + data + head + b'colour"\r\n\r\nred\r\n--B--\r\n', id="with an unknown field")
    yield pytest.param(b"--C" + metadata[3:] + data + b"--C--\r\n", id="of another boundary")


@pytest.mark.parametrize("form", list(forms()))
def test_a_form_that_is_no_artifact_is_refused_and_not_stored(user: Person, form: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=B"}

    refused(user.send("POST", "/artifacts/upload", data=form, headers=headers), 422)

    assert user.get("/artifacts/list").json() == []


def test_a_form_without_a_boundary_is_refused(user: Person) -> None:
    headers = {"Content-Type": "multipart/form-data"}

    assert "boundary" in refused(user.send("POST", "/artifacts/upload", data=b"--B", headers=headers), 422)["detail"]


@pytest.mark.parametrize("path", ["/artifacts/upload", "/episodes/upload"])
@pytest.mark.parametrize("keep", [1, 11, 13, 40, -1])
def test_a_stream_that_ends_early_is_refused_and_not_stored(
    user: Person, benchmark_id: str, path: str, keep: int
) -> None:
    payload = codec.encode(an_episode(benchmark_id).data)
    upload = EpisodeUpload(id=new_id(), benchmark_id=benchmark_id, checksum=payload.checksum).model_dump_json()
    header = upload if path.startswith("/episodes") else '{"name": "x"}'
    body = b"".join(frames.write(header.encode(), payload.buffers))

    refused(user.send("POST", path, data=body[:keep], headers={"Content-Type": FRAMES}), 422)

    assert user.get(path.replace("upload", "list")).json() == []


# --------------------------------------------------------------------------------------------------------------- tokens


def test_expired_and_forged_tokens_open_no_door(live_server: LiveServer, user: Person) -> None:
    real = Tokens(live_server.secret_key)
    forged = Tokens("another secret of more than thirty-two bytes")
    expired = real.make(Purpose.ACCESS, user.name, new_id(), timedelta(hours=-2))
    unknown_session = real.make(Purpose.ACCESS, user.name, new_id(), timedelta(hours=1))
    by_another = forged.make(Purpose.ACCESS, "admin", new_id(), timedelta(hours=1))
    assert user.token
    head, claims, signature = user.token.split(".")

    for token in (expired, unknown_session, by_another, f"{head}.{claims}.", f"{head}.{claims}.{signature[::-1]}"):
        for method, path, _ in ROUTES:
            if "/access/" in path or path in {"/health", "/ready", "/version"}:
                continue
            answer = Person(live_server, token=token).send(method, path)
            assert refused(answer, 401)["code"] == "sign-in-required"


# ------------------------------------------------------------------------------------------------------ the others' day


def resident_mb(server: LiveServer) -> float:
    pages = int(Path(f"/proc/{server.pid}/statm").read_text().split()[1])
    return pages * 4_096 / MB


def test_whatever_a_user_sends_others_are_served_and_the_memory_stays(live_server: LiveServer, user: Person) -> None:
    junk = b'{"tuples":[' + b"[0]," * 25_000_000 + b"0]}"
    requests_ = [
        ("/episodes/record", junk[:30_000_000], JSON),
        ("/episodes/record", junk, JSON),
        ("/benchmarks/create", junk[:60_000_000], JSON),
        ("/benchmarks/create", junk, JSON),
        ("/datasets/create", b'{"episodes":' + junk[10:60_000_000], JSON),
        ("/episodes/download", b'{"ids":' + junk[10:60_000_000], JSON),
        ("/artifacts/upload", junk, "multipart/form-data; boundary=B"),
        ("/artifacts/upload", b"--B\r\n" + b"X: 1\r\n" * 10_000_000, "multipart/form-data; boundary=B"),
        ("/episodes/upload", b"\xff" * 60_000_000, FRAMES),
        ("/artifacts/upload", (60).to_bytes(4, "little") + (2**40).to_bytes(8, "little") + b"{" * 60_000_000, FRAMES),
    ]
    before, slowest = resident_mb(live_server), 0.0

    def send(path: str, body: bytes, content_type: str) -> requests.Response:
        return user.send("POST", path, data=body, headers={"Content-Type": content_type})

    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(send, *request) for request in requests_]
        while not all(future.done() for future in sent):
            started = time.perf_counter()
            assert user.get("/access/groups/list").status_code == 200
            slowest = max(slowest, time.perf_counter() - started)
            time.sleep(0.02)

    for future in sent:
        refused(future.result(), 413, 422)
    assert slowest < 3
    assert resident_mb(live_server) < before + 250
    assert the_admin(live_server).get("/health").status_code == 200
