"""The promises of ``TupliStorage`` as tests, for every storage there is or will be. Needs pytest.

class TestMyStorage(StorageContract):
    @pytest.fixture
    def storage(self) -> Iterator[TupliStorage]: ...   # an empty one
"""

import pytest

# Before they are imported, so that a failing assertion says what the values were.
pytest.register_assert_rewrite(
    *(
        f"tupli_client.testing.{name}"
        for name in ("artifacts", "benchmarks", "datasets", "episodes", "publishing", "searches")
    )
)

from tupli_client.testing.contract import StorageContract  # noqa: E402
from tupli_client.testing.factories import (  # noqa: E402
    a_benchmark,
    an_artifact,
    an_episode,
    data_of_every_kind,
    some_steps,
)

__all__ = ["StorageContract", "a_benchmark", "an_artifact", "an_episode", "data_of_every_kind", "some_steps"]
