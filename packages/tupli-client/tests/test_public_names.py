"""Names that must work: everything that the paper and the tutorials import, from one place."""

import subprocess
import sys

import pytest

import tupli_client

PUBLISHED = [
    "TupliAPIClient",
    "TupliEnvWrapper",
    "Episode",
    "RLTuple",
    "EpisodeMetadataCallback",
    "TupliDataset",
    "TupliStorage",
    "FileStorage",
    "TupliStorageError",
    "BenchmarkQuery",
    "BenchmarkMetadata",
    "ArtifactMetadata",
    "ArtifactMetadataItem",
    "NumpyTupleParser",
    "TorchTupleParser",
    "BaseFilter",
    "FilterType",
    "FilterEQ",
    "FilterNE",
    "FilterGT",
    "FilterGEQ",
    "FilterLT",
    "FilterLEQ",
    "FilterIN",
    "FilterAND",
    "FilterOR",
    "FilterNOT",
    "Group",
    "GroupMembership",
    "GroupMembershipQuery",
    "GroupWithMembers",
    "Membership",
    "User",
    "UserOut",
    "UserRole",
    "RIGHT",
    "DEFAULT_ROLE",
    "EpisodeData",
    "where",
    "rollout",
    "evaluate",
]


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_name_can_be_imported_from_the_package(name: str) -> None:
    assert name in dir(tupli_client)
    assert getattr(tupli_client, name) is not None


def test_every_listed_name_is_there() -> None:
    for name in dir(tupli_client):
        assert getattr(tupli_client, name) is not None


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = "{'numpy', 'gymnasium', 'pandas', 'torch', 'requests', 'pydantic', 'keyring'}"
    code = f"import sys, tupli_client; print(sorted({heavy} & sys.modules.keys()))"

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert said == "[]\n"
