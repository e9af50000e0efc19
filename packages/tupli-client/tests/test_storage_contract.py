"""The promises of a storage, kept by a folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tupli_client.file_storage import FileStorage
from tupli_client.storage import TupliStorage
from tupli_client.testing import StorageContract


class TestFileStorage(StorageContract):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> Iterator[TupliStorage]:
        with FileStorage(tmp_path / "storage") as storage:
            yield storage
