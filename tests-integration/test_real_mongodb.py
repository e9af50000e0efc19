"""The database that other tests trust: it is real, it is on loopback, and it is gone afterwards."""

import os

import pytest

from real_mongodb import LocalMongod, NoMongoDBError, connect, find_mongod, sources


def test_a_document_written_is_read_back(mongodb_url: str, mongodb_database: str) -> None:
    with connect(mongodb_url) as client:
        client[mongodb_database]["episodes"].insert_one({"_id": 1, "return": 2.5})

        assert client[mongodb_database]["episodes"].find_one() == {"_id": 1, "return": 2.5}


def test_a_replica_set_of_one_node_has_transactions(mongodb_replica_set_url: str) -> None:
    with connect(mongodb_replica_set_url) as client:
        collection = client["tupli-test-transactions"]["episodes"]
        collection.insert_one({"_id": 1})

        with client.start_session() as session:
            session.start_transaction()
            collection.insert_one({"_id": 2}, session=session)
            session.abort_transaction()

        assert [document["_id"] for document in collection.find()] == [1]
        client.drop_database("tupli-test-transactions")


def test_a_local_server_ends_with_its_process_and_its_files() -> None:
    mongod = find_mongod()
    if mongod is None:
        pytest.skip("no mongod on this machine: the tests use a container or a given URL")
    with LocalMongod(mongod) as server:
        pid, folder = server.pid, server._folder
        assert server.url == f"mongodb://127.0.0.1:{server.port}/"
        assert folder.is_dir()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not folder.exists()


def test_without_any_database_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(sources.URL_VARIABLE, raising=False)
    monkeypatch.setattr(sources, "_docker_answers", lambda: False)
    monkeypatch.setattr(sources, "find_mongod", lambda: None)

    with pytest.raises(NoMongoDBError, match="set TUPLI_TEST_MONGODB_URL"), sources.standalone():
        pass
