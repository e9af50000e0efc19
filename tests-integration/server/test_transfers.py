"""Streams in and out: damaged, lying, repeated, interrupted, large and concurrent."""

import hashlib
import io
from typing import Any

import numpy as np
import pytest
import requests

from live_server import LiveServer
from people import an_account
from real_mongodb import connect
from tupli_client.api_client import TupliAPIClient
from tupli_client.testing import a_benchmark, an_artifact, an_episode
from tupli_schemas import codec, frames
from tupli_schemas.base import new_id
from tupli_schemas.columns import EpisodeData
from tupli_schemas.episodes import Episode, EpisodeUpload
from tupli_schemas.filters import FilterEQ

FRAMES = {"Content-Type": "application/vnd.tupli.frames"}


@pytest.fixture(scope="module")
def client(live_server: LiveServer) -> TupliAPIClient:
    return an_account(live_server)


@pytest.fixture(scope="module")
def benchmark_id(client: TupliAPIClient) -> str:
    return client.store_benchmark(a_benchmark()).id


def post(client: TupliAPIClient, path: str, body: Any, headers: dict[str, str] = FRAMES) -> requests.Response:
    """A request as any program could send it."""
    signed_in = {"Authorization": f"Bearer {client.identity.token}", **headers}
    return requests.post(f"{client.url}{path}", data=body, headers=signed_in, timeout=60)


def a_frame(benchmark_id: str, **changes: Any) -> bytes:
    episode = an_episode(benchmark_id)
    payload = codec.encode(episode.data)
    said = {"id": new_id(), "benchmark_id": benchmark_id, "checksum": payload.checksum, "metadata": {}, **changes}
    header = EpisodeUpload.model_construct(**said).model_dump_json(warnings=False).encode()
    return b"".join(frames.write(header, payload.buffers))


def an_episode_of(n_bytes: int, benchmark_id: str) -> Episode:
    """Floats that do not compress."""
    steps = n_bytes // 8 // 100
    return Episode(
        benchmark_id=benchmark_id,
        data=EpisodeData.from_arrays(
            observations=np.random.default_rng(0).normal(size=(steps + 1, 100)),
            actions=np.zeros(steps, np.int64),
            rewards=np.ones(steps),
            terminated=False,
            truncated=True,
        ),
    )


def test_a_flipped_byte_is_refused_and_leaves_nothing(client: TupliAPIClient, benchmark_id: str) -> None:
    episode_id = new_id()
    body = bytearray(a_frame(benchmark_id, id=episode_id))
    body[-1] ^= 1

    answer = post(client, "/episodes/upload", bytes(body))

    assert answer.status_code == 422
    assert "checksum" in answer.json()["detail"]
    assert client.list_episodes(FilterEQ(key="id", value=episode_id)) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body[:-1],
        lambda body: body[:20],
        lambda body: b"\xff" * 12 + body,
        lambda body: body + b"x",
        lambda _: b"no frames at all",
        lambda body: (2**31).to_bytes(4, "little") + body[4:],
        lambda body: body[:4] + (2**62).to_bytes(8, "little") + body[12:],
    ],
    ids=["cut", "cut-in-header", "lying-lengths", "trailing", "no-frames", "huge-header", "huge-payload"],
)
def test_a_damaged_stream_is_a_problem_and_never_a_crash(
    client: TupliAPIClient, benchmark_id: str, damage: Any
) -> None:
    answer = post(client, "/episodes/upload", damage(a_frame(benchmark_id)))

    assert answer.status_code in {413, 422}
    assert {"code", "detail", "request_id"} <= answer.json().keys()


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "../x"},
        {"id": 5},
        {"metadata": {"a.b": 1}},
        {"metadata": []},
        {"checksum": "sha256:00"},
        {"colour": "red"},
        {"recording": {"seed": -1}},
    ],
    ids=str,
)
def test_a_wrong_header_is_refused_with_its_path(
    client: TupliAPIClient, benchmark_id: str, changes: dict[str, Any]
) -> None:
    frame = a_frame(benchmark_id)
    [header] = [event.header for event in frames.FrameParser().feed(frame) if isinstance(event, frames.HeaderEvent)]
    import json

    said = json.dumps(json.loads(header) | changes).encode()
    answer = post(client, "/episodes/upload", frames.beginning(said, 0))

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"]


def test_bytes_that_are_no_episode_are_refused(client: TupliAPIClient, benchmark_id: str) -> None:
    payload = b"\x10" + b"\0" * 100
    checksum = "sha256:" + hashlib.sha256(payload).hexdigest()
    said = EpisodeUpload(id=new_id(), benchmark_id=benchmark_id, checksum=checksum).model_dump_json().encode()

    assert post(client, "/episodes/upload", frames.beginning(said, len(payload)) + payload).status_code == 422


def test_statistics_are_counted_on_arrival_and_never_believed(client: TupliAPIClient, benchmark_id: str) -> None:
    answer = post(client, "/episodes/upload", a_frame(benchmark_id, n_tuples=10**6))

    assert answer.status_code == 422 or answer.json()[0]["n_tuples"] < 10**6


def test_two_bodies_under_one_id_are_a_conflict(client: TupliAPIClient, benchmark_id: str) -> None:
    episode_id = new_id()

    first = post(client, "/episodes/upload", a_frame(benchmark_id, id=episode_id, metadata={"n": 1}))
    second = post(client, "/episodes/upload", a_frame(benchmark_id, id=episode_id, metadata={"n": 2}))

    assert (first.status_code, second.status_code) == (200, 409)


def test_an_upload_of_nothing_stores_nothing(client: TupliAPIClient) -> None:
    assert post(client, "/episodes/upload", b"").json() == []


def test_what_is_refused_leaves_no_bytes_behind(live_server: LiveServer, client: TupliAPIClient) -> None:
    mine = client.store_benchmark(a_benchmark()).id
    with connect(live_server.mongodb_url) as database:
        chunks = database[live_server.database]["episodes.chunks"]
        before = chunks.count_documents({})
        good = a_frame(mine)
        for body in (good[:-1], good[:-1] + bytes([good[-1] ^ 1]), a_frame(mine, id="not an id")):
            post(client, "/episodes/upload", body)

        assert chunks.count_documents({}) == before


def test_a_large_episode_goes_in_and_out_bit_for_bit(client: TupliAPIClient, benchmark_id: str) -> None:
    episode = an_episode_of(200_000_000, benchmark_id)

    header = client.record_episode(episode)

    assert client.load_episode(header.id).data.equals(episode.data)


def test_the_memory_of_the_server_does_not_grow_with_the_data(live_server: LiveServer, client: TupliAPIClient) -> None:
    benchmark_id = client.store_benchmark(a_benchmark()).id
    small = client.record_episode(an_episode_of(1_000_000, benchmark_id))
    client.load_episode(small.id)
    before = _peak_memory(live_server.pid)

    header = client.record_episode(an_episode_of(300_000_000, benchmark_id))
    client.load_episode(header.id)

    assert _peak_memory(live_server.pid) - before < 100_000_000


def _peak_memory(pid: int) -> int:
    from pathlib import Path

    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) * 1024


def test_any_gridfs_client_can_read_a_payload(
    live_server: LiveServer, client: TupliAPIClient, benchmark_id: str
) -> None:
    import gridfs

    episode = an_episode_of(3_000_000, benchmark_id)
    header = client.record_episode(episode)
    with connect(live_server.mongodb_url) as database:
        stored = database[live_server.database]
        bucket = gridfs.GridFSBucket(stored, "episodes")
        [payload_id] = stored["episodes"].distinct("payload_id", {"_id": header.id})

        found = bucket.open_download_stream(payload_id).read()

    assert codec.decode(found).equals(episode.data)


@pytest.mark.parametrize(
    ("range_", "status", "expected"),
    [
        ("bytes=0-3", 206, b"0123"),
        ("bytes=5-", 206, b"56789"),
        ("bytes=-2", 206, b"89"),
        ("bytes=8-100", 206, b"89"),
        ("bytes=10-", 416, b""),
        ("bytes=x", 200, b"0123456789"),
    ],
)
def test_some_bytes_of_an_artifact_can_be_asked_for(
    client: TupliAPIClient, range_: str, status: int, expected: bytes
) -> None:
    uri = client.store_artifact(b"0123456789", an_artifact()).id
    headers = {"Authorization": f"Bearer {client.identity.token}", "Range": range_}

    answer = requests.get(f"{client.url}/artifacts/download", params={"artifact_id": uri}, headers=headers, timeout=10)

    assert answer.status_code == status
    assert answer.content == expected or status == 416


def test_a_name_of_an_artifact_is_data_and_never_a_header(client: TupliAPIClient) -> None:
    name = 'a"b; filename=../../x ünï.csv'
    header = client.store_artifact(name.encode(), an_artifact(name=name))
    signed_in = {"Authorization": f"Bearer {client.identity.token}"}

    answer = requests.get(
        f"{client.url}/artifacts/download", params={"artifact_id": header.id}, headers=signed_in, timeout=10
    )

    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''a%22b%3B")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["ETag"] == f'"{header.hash}"'


def test_an_artifact_comes_in_the_form_that_older_clients_send(client: TupliAPIClient) -> None:
    signed_in = {"Authorization": f"Bearer {client.identity.token}"}

    answer = requests.post(
        f"{client.url}/artifacts/upload",
        files={"data": ("x.bin", io.BytesIO(b"older bytes"))},
        data={"metadata": '{"name": "old", "description": "from before"}'},
        headers=signed_in,
        timeout=10,
    )

    assert answer.status_code == 200
    assert answer.json()["hash"] == hashlib.sha256(b"older bytes").hexdigest()
    assert client.load_artifact(answer.json()["id"]) == b"older bytes"
