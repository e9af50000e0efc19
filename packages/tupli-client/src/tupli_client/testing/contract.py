"""All promises together."""

import pytest

from tupli_client.storage import TupliStorage
from tupli_client.testing.artifacts import ArtifactContract
from tupli_client.testing.benchmarks import BenchmarkContract
from tupli_client.testing.datasets import DatasetContract
from tupli_client.testing.episodes import EpisodeContract
from tupli_client.testing.publishing import PublishingContract
from tupli_client.testing.recording import RecordingContract
from tupli_client.testing.searches import SearchContract


class StorageContract(
    BenchmarkContract,
    ArtifactContract,
    RecordingContract,
    EpisodeContract,
    SearchContract,
    DatasetContract,
    PublishingContract,
):
    """Subclass this and give it a fixture called ``storage``: an empty storage, for each test a new one."""

    @pytest.fixture
    def storage(self) -> TupliStorage:
        """The storage that is tested."""
        raise NotImplementedError("give the subclass a fixture called `storage`")

    @pytest.fixture
    def group(self) -> str:
        """A group to publish in; give the subclass a fixture of its own where groups must be made first."""
        return "team"
