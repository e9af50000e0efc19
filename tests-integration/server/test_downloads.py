"""Episodes on their way out: any number of them, beside others who delete, and with damaged ones among them."""

import io
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from live_server import LiveServer
from people import an_account
from real_mongodb import connect
from tupli_client.api_client import TupliAPIClient
from tupli_client.testing import a_benchmark, an_episode
from tupli_schemas import frames
from tupli_schemas.errors import StorageError
from tupli_schemas.filters import FilterEQ


@pytest.fixture(scope="module")
def client(live_server: LiveServer) -> TupliAPIClient:
    return an_account(live_server)


@pytest.fixture
def benchmark_id(client: TupliAPIClient) -> str:
    return client.store_benchmark(a_benchmark()).id


def ask(client: TupliAPIClient, path: str, body: Any) -> requests.Response:
    """A request as any program could send it."""
    headers = {"Authorization": f"Bearer {client.identity.token}"}
    return requests.post(f"{client.url}{path}", json=body, headers=headers, timeout=60)


def with_steps(key: str, value: str) -> dict[str, Any]:
    return {"type": "EQ", "key": key, "value": value, "include_tuples": True}


def test_more_episodes_can_be_asked_for_than_one_query_holds(client: TupliAPIClient, benchmark_id: str) -> None:
    known = client.record_episode(an_episode(benchmark_id)).id
    unknown = [f"{number:032x}" for number in range(120_000)]

    answer = ask(client, "/episodes/download", {"ids": [*unknown, known]})
    manifest, *episodes = frames.read(io.BytesIO(answer.content))

    assert answer.status_code == 200
    assert json.loads(bytes(manifest.header))["n_episodes"] == 1
    assert len(episodes) == len(unknown) + 1
    assert json.loads(bytes(episodes[0].header))["status"] == 404
    assert json.loads(bytes(episodes[-1].header))["id"] == known


def test_who_reads_while_others_delete_gets_what_is_left(
    live_server: LiveServer, client: TupliAPIClient, benchmark_id: str
) -> None:
    headers = client.record_episodes(an_episode(benchmark_id) for _ in range(60))

    def read(_: int) -> None:
        with TupliAPIClient(live_server.url, token=client.identity.token) as own:
            while list(own.load_episodes(FilterEQ(key="benchmark_id", value=benchmark_id))):
                listed = ask(own, "/episodes/list", with_steps("benchmark_id", benchmark_id))
                assert listed.status_code == 200, listed.text
                assert all(item["tuples"] for item in listed.json())

    with ThreadPoolExecutor(3) as pool:
        reading = pool.map(read, range(3))
        for header in headers:
            client.delete_episode(header.id)
        list(reading)


def test_a_damaged_payload_is_named_and_the_others_are_read(
    live_server: LiveServer, client: TupliAPIClient, benchmark_id: str
) -> None:
    first, damaged, last = client.record_episodes(an_episode(benchmark_id) for _ in range(3))
    with connect(live_server.mongodb_url) as connection:
        stored = connection[live_server.database]
        document: Any = stored["episodes"].find_one({"_id": damaged.id})
        stored["episodes.chunks"].delete_one({"files_id": document["payload_id"]})

    episodes = client.load_episodes(FilterEQ(key="benchmark_id", value=benchmark_id))

    assert next(episodes).id == first.id
    with pytest.raises(StorageError, match=damaged.id):
        next(episodes)
    assert next(episodes).id == last.id
    answer = ask(client, "/episodes/list", with_steps("id", damaged.id))
    assert (answer.status_code, answer.json()["code"]) == (500, "storage-error")
    assert damaged.id in answer.json()["detail"]
