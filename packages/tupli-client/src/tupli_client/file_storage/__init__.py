"""A folder as a storage."""

from tupli_client.file_storage.storage import FileStorage

__all__ = ["FileStorage"]
