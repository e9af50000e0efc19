"""Older public names, each one line: what the paper's and PyTupli's users write."""

from enum import StrEnum

from tupli_schemas.accounts import User
from tupli_schemas.errors import TupliError
from tupli_schemas.permissions import BUILT_IN_ROLES, Permission

TupliStorageError = TupliError
UserOut = User
RIGHT = Permission
DEFAULT_ROLE = StrEnum("DEFAULT_ROLE", {role.upper(): role for role in BUILT_IN_ROLES})  # type: ignore[misc]  # names from the table
