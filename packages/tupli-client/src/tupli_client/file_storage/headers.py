"""Headers as they stand in the index."""

from typing import TypeVar

from pydantic import ValidationError

from tupli_schemas.base import Header
from tupli_schemas.errors import StorageError

H = TypeVar("H", bound=Header)


def read_header(schema: type[H], text: str) -> H:
    """The header that its JSON says; ``StorageError`` if this version cannot read it."""
    try:
        return schema.model_validate_json(text)
    except ValidationError as error:
        raise StorageError(
            f"a header in this folder says what this version of Tupli does not know: {error.errors()[0]['loc']}",
            hint="a later version wrote it; upgrade with: pip install --upgrade tupli-client",
        ) from error
