"""What Tupli's client and server agree on: shapes, filters, errors and, with the extra ``columns``, the payload format."""

from tupli_schemas.__about__ import __version__
from tupli_schemas.accounts import (
    Group,
    GroupMembership,
    GroupMembershipQuery,
    GroupWithMembers,
    Membership,
    NewToken,
    Token,
    TokenHeader,
    TokenRequest,
    User,
    UserCredentials,
    UserRole,
)
from tupli_schemas.artifacts import ArtifactHeader, ArtifactMetadata, ArtifactMetadataItem
from tupli_schemas.base import Header, Metadata, Schema, new_id, now
from tupli_schemas.benchmarks import Benchmark, BenchmarkHeader, BenchmarkMetadata, BenchmarkQuery
from tupli_schemas.datasets import Dataset, DatasetHeader, DatasetUpload
from tupli_schemas.episodes import (
    Episode,
    EpisodeHeader,
    EpisodeItem,
    EpisodeStatistics,
    EpisodeUpload,
    Recording,
)
from tupli_schemas.errors import Problem, TupliError, from_problem, to_problem
from tupli_schemas.filters import (
    EVERYTHING,
    NOTHING,
    BaseFilter,
    Filter,
    FilterAND,
    FilterEQ,
    FilterGEQ,
    FilterGT,
    FilterIN,
    FilterLEQ,
    FilterLT,
    FilterNE,
    FilterNOT,
    FilterOR,
    FilterType,
    parse_filter,
)
from tupli_schemas.inspection import Inspection
from tupli_schemas.matching import matches
from tupli_schemas.permissions import BUILT_IN_ROLES, Permission
from tupli_schemas.searches import Page, Search
from tupli_schemas.spaces import SpaceSpec
from tupli_schemas.tuples import RLTuple

__all__ = [
    "BUILT_IN_ROLES",
    "EVERYTHING",
    "NOTHING",
    "ArtifactHeader",
    "ArtifactMetadata",
    "ArtifactMetadataItem",
    "BaseFilter",
    "Benchmark",
    "BenchmarkHeader",
    "BenchmarkMetadata",
    "BenchmarkQuery",
    "Dataset",
    "DatasetHeader",
    "DatasetUpload",
    "Episode",
    "EpisodeHeader",
    "EpisodeItem",
    "EpisodeStatistics",
    "EpisodeUpload",
    "Filter",
    "FilterAND",
    "FilterEQ",
    "FilterGEQ",
    "FilterGT",
    "FilterIN",
    "FilterLEQ",
    "FilterLT",
    "FilterNE",
    "FilterNOT",
    "FilterOR",
    "FilterType",
    "Group",
    "GroupMembership",
    "GroupMembershipQuery",
    "GroupWithMembers",
    "Header",
    "Inspection",
    "Membership",
    "Metadata",
    "NewToken",
    "Page",
    "Permission",
    "Problem",
    "RLTuple",
    "Recording",
    "Schema",
    "Search",
    "SpaceSpec",
    "Token",
    "TokenHeader",
    "TokenRequest",
    "TupliError",
    "User",
    "UserCredentials",
    "UserRole",
    "__version__",
    "from_problem",
    "matches",
    "new_id",
    "now",
    "parse_filter",
    "to_problem",
]
