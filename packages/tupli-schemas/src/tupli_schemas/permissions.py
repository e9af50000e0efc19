"""Rights, and the built-in roles as one table."""

from enum import StrEnum


class Permission(StrEnum):
    """One right. Those on episodes hold for datasets too: a dataset is a list of episodes."""

    BENCHMARK_CREATE = "benchmark_create"
    BENCHMARK_READ = "benchmark_read"
    BENCHMARK_DELETE = "benchmark_delete"
    ARTIFACT_CREATE = "artifact_create"
    ARTIFACT_READ = "artifact_read"
    ARTIFACT_DELETE = "artifact_delete"
    EPISODE_CREATE = "episode_create"
    EPISODE_READ = "episode_read"
    EPISODE_DELETE = "episode_delete"
    USER_CREATE = "user_create"
    USER_READ = "user_read"
    USER_UPDATE = "user_update"
    USER_DELETE = "user_delete"
    GROUP_CREATE = "group_create"
    GROUP_READ = "group_read"
    GROUP_UPDATE = "group_update"
    GROUP_DELETE = "group_delete"
    ROLE_MANAGEMENT = "role_management"


def _rights(*prefixes: str) -> frozenset[Permission]:
    return frozenset(right for right in Permission if right.startswith(prefixes))


CONTENT = _rights("benchmark_", "artifact_", "episode_")
CONTENT_READ = frozenset(right for right in CONTENT if right.endswith("_read"))
CONTENT_CREATE = frozenset(right for right in CONTENT if right.endswith("_create"))

BUILT_IN_ROLES: dict[str, frozenset[Permission]] = {
    "admin": frozenset(Permission),
    "content_admin": CONTENT,
    "user_admin": _rights("user_"),
    "group_admin": _rights("group_") | {Permission.USER_READ},
    "contributor": CONTENT_CREATE | CONTENT_READ,
    "member": CONTENT_READ | {Permission.GROUP_READ, Permission.USER_READ},
    "global_member": CONTENT_READ | {Permission.GROUP_CREATE, Permission.USER_READ},
    "guest": CONTENT_READ,
}

GLOBAL = "global"
"""The group of everybody: what is published in it is public."""

GUEST = "guest"
"""Who acts when nobody is signed in, where guests are let in."""

RESERVED_NAMES = frozenset({GLOBAL, GUEST, "everyone", "anonymous", "system", "me", "none", "null"})
"""Names (case-folded) that can be neither a user nor a group."""
