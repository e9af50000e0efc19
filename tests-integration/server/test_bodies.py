"""Bodies that nobody should send: refused in a moment, with a reason that arrives, while others are served as ever."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from live_server import LiveServer
from live_server.people import Person, a_stranger, a_user, problem

MB = 1_000_000


def resident_mb(server: LiveServer) -> float:
    pages = int(Path(f"/proc/{server.pid}/statm").read_text().split()[1])
    return pages * 4_096 / MB


def a_large_body(mb: int) -> Iterator[bytes]:
    yield b'{"username": ["'
    for _ in range(mb):
        yield b"[0]," * (MB // 4)
    yield b'"]}'


@pytest.mark.parametrize("path", ["/access/users/token", "/access/users/create", "/episodes/list", "/nothing"])
def test_a_hundred_megabytes_of_json_from_a_stranger_delay_nobody(live_server: LiveServer, path: str) -> None:
    before, slowest = resident_mb(live_server), 0.0
    body = b"".join(a_large_body(100))
    with ThreadPoolExecutor(2) as pool:
        sent = [
            pool.submit(a_stranger(live_server).send, "POST", path, data=data) for data in (body, a_large_body(100))
        ]

        while not all(future.done() for future in sent):
            started = time.perf_counter()
            assert a_stranger(live_server).get("/health").status_code == 200
            slowest = max(slowest, time.perf_counter() - started)

    for future in sent:
        assert future.result().status_code in {401, 404, 413}, future.result().text
        problem(future.result(), future.result().status_code)
    assert slowest < 0.5
    assert resident_mb(live_server) < before + 20


DEEP = 10_000


@pytest.mark.parametrize(
    "body",
    [
        "[" * DEEP + "]" * DEEP,
        '{"a":' * DEEP + "1" + "}" * DEEP,
        '{"type":"NOT","filters":[' * DEEP + '{"type":"OR"}' + "]}" * DEEP,
        '{"type":"NOT","filters":[' * 300 + '{"type":"OR"}' + "]}" * 300,
        json.dumps({"type": "OR", "filters": [{"type": "EQ", "key": "a", "value": 1}] * 20_000}),
        "{",
        '{"a": NaN}',
        '{"a": "\\ud800"}',
        "\x00",
        "nonsense",
        '"a string"',
        "5",
    ],
)
def test_json_that_makes_no_sense_is_refused_with_a_reason(live_server: LiveServer, body: str) -> None:
    user = a_user(live_server)

    for path in ("/episodes/list", "/access/groups/create"):
        answer = user.send(
            "POST", path, data=body.encode(errors="surrogatepass"), headers={"Content-Type": "application/json"}
        )
        problem(answer, 413 if len(body) > MB else 422)


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/xml", "multipart/form-data; boundary=x"],
)
def test_a_body_of_another_type_is_refused(live_server: LiveServer, content_type: str) -> None:
    answer = a_user(live_server).send(
        "POST", "/access/groups/create", data=b'{"name": "x"}', headers={"Content-Type": content_type}
    )

    assert content_type.partition(";")[0] in problem(answer, 415)["detail"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"name": "g", "descripton": "x"}, "descripton"),
        ({}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"name": "g", "description": "x" * 10_001}, "description"),
        ({"name": "g", "description": "a\x00b"}, "description"),
    ],
)
def test_every_wrong_field_is_named_with_its_path(live_server: LiveServer, body: dict[str, Any], path: str) -> None:
    found = problem(a_user(live_server).post("/access/groups/create", body), 422)

    assert [item["path"] for item in found["errors"]] == [path]
    assert found["errors"][0]["message"]


@pytest.mark.parametrize(
    ("path", "params", "wrong"),
    [
        ("/episodes/list", {"limt": 5}, "limt"),
        ("/episodes/list", {"limit": "five"}, "limit"),
        ("/episodes/list", {"limit": 0}, "limit"),
        ("/episodes/list", {"limit": 10_001}, "limit"),
        ("/episodes/list", {"actor": "admin"}, "actor"),
        ("/access/groups/read", {}, "group_name"),
        ("/access/groups/read", {"group": "x"}, "group"),
        ("/access/groups/read", {"group_name": ""}, "group_name"),
    ],
)
def test_every_wrong_parameter_is_named(live_server: LiveServer, path: str, params: dict[str, Any], wrong: str) -> None:
    found = problem(a_user(live_server).get(path, **params), 422)

    assert [item["path"] for item in found["errors"]] == [wrong]


def test_a_body_that_stops_half_way_leaves_the_server_as_it_was(live_server: LiveServer) -> None:
    user = a_user(live_server)

    def stop_half_way(_: int) -> None:
        with socket.create_connection(("127.0.0.1", live_server.port)) as connection:
            head = f"POST /access/groups/create HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {user.token}\r\n"
            connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{".encode())

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(stop_half_way, range(50)))

    assert user.get("/access/groups/list").json() == []


def test_a_client_that_asks_before_it_sends_is_answered_before_it_sends(live_server: LiveServer) -> None:
    with socket.create_connection(("127.0.0.1", live_server.port), timeout=10) as connection:
        head = "POST /episodes/list HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n"
        connection.sendall(head.encode())

        assert connection.recv(100).startswith(b"HTTP/1.1 401")


def test_the_reason_reaches_a_client_that_sends_on_and_on(live_server: LiveServer) -> None:
    answer = Person(live_server, token="bad").send("POST", "/artifacts/upload", data=(b"x" * MB for _ in range(200)))

    problem(answer, 401)
