"""What every storage promises of artifacts."""

import hashlib
import io
from pathlib import Path

import pytest

from tupli_client.storage import TupliStorage
from tupli_client.testing.benchmarks import HOSTILE_IDS
from tupli_client.testing.factories import an_artifact
from tupli_schemas.artifacts import ArtifactMetadata
from tupli_schemas.base import new_id
from tupli_schemas.errors import AmbiguousReferenceError, InvalidDataError, NotFoundError
from tupli_schemas.filters import FilterEQ, FilterGT


class _Pattern(io.RawIOBase):
    """So many bytes of a pattern, of which none exist before they are read, and which cannot be read again."""

    def __init__(self, n_bytes: int) -> None:
        self._left = n_bytes
        self._block = hashlib.sha256(new_id().encode()).digest() * 1_021  # a length that meets no boundary

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed wants any buffer
        count = min(len(buffer), self._left, len(self._block))
        buffer[:count] = self._block[:count]
        self._left -= count
        return count


class ArtifactContract:
    """Store, find, read and delete artifacts."""

    def test_an_artifact_comes_back_as_it_was_stored(self, storage: TupliStorage) -> None:
        content = bytes(range(256)) * 5
        benchmark_id = new_id()
        metadata = ArtifactMetadata(
            name="Prices ☃", description="d", benchmark_id=benchmark_id, content_type="text/csv", extra={"year": 2024}
        )

        header = storage.store_artifact(content, metadata)

        assert storage.load_artifact(header.id) == content
        assert header.hash == hashlib.sha256(content).hexdigest()
        assert header.n_bytes == len(content)
        assert ArtifactMetadata(**{name: getattr(header, name) for name in ArtifactMetadata.model_fields}) == metadata
        assert storage.list_artifacts() == [header]

    def test_bytes_files_and_streams_are_stored_alike(self, storage: TupliStorage, tmp_path: Path) -> None:
        file = tmp_path / "prices.csv"
        file.write_bytes(b"hour,price")
        part = io.BytesIO(b"skipped,of a file")
        part.seek(8)

        contents = [
            storage.load_artifact(storage.store_artifact(source, an_artifact()).id)
            for source in (b"a", bytearray(b"b"), memoryview(b"c"), file, part, b"")
        ]

        assert contents == [b"a", b"b", b"c", b"hour,price", b"of a file", b""]

    def test_the_same_content_stored_twice_is_one_artifact(self, storage: TupliStorage) -> None:
        first = storage.store_artifact(b"content", an_artifact("first"))

        again = storage.store_artifact(io.BytesIO(b"content"), an_artifact("second"))

        assert again == first
        assert storage.list_artifacts() == [first]

    def test_a_large_stream_goes_in_and_out_in_pieces(self, storage: TupliStorage) -> None:
        n_bytes = 50_000_000
        header = storage.store_artifact(io.BufferedReader(_Pattern(n_bytes)), an_artifact())

        digest, longest = hashlib.sha256(), 0
        with storage.open_artifact(header.id) as stream:
            while piece := stream.read(300_000):
                digest.update(piece)
                longest = max(longest, len(piece))

        assert (header.n_bytes, header.hash) == (n_bytes, digest.hexdigest())
        assert longest <= 300_000

    @pytest.mark.parametrize("source", ["text", Path("/no/such/file"), io.StringIO("text"), 5, None])
    def test_what_has_no_bytes_is_refused(self, storage: TupliStorage, source: object) -> None:
        with pytest.raises(InvalidDataError):
            storage.store_artifact(source, an_artifact())  # type: ignore[arg-type]

        assert storage.list_artifacts() == []

    def test_artifacts_are_found_by_what_is_said_of_them(self, storage: TupliStorage) -> None:
        wanted = storage.store_artifact(b"12345", an_artifact("prices", extra={"year": 2024}, content_type="text/csv"))
        storage.store_artifact(b"1", an_artifact("policy"))

        for key, value in (
            ("name", "prices"),
            ("extra.year", 2024),
            ("content_type", "text/csv"),
            ("hash", wanted.hash),
        ):
            assert storage.list_artifacts(FilterEQ(key=key, value=value)) == [wanted]
        assert storage.list_artifacts(FilterGT(key="n_bytes", value=4)) == [wanted]

    def test_a_name_stands_for_the_artifact_if_only_one_has_it(self, storage: TupliStorage) -> None:
        storage.store_artifact(b"1", an_artifact("prices"))
        for content in (b"2", b"3"):
            storage.store_artifact(content, an_artifact("policy"))

        assert storage.load_artifact("prices") == b"1"
        with pytest.raises(AmbiguousReferenceError):
            storage.load_artifact("policy")
        with pytest.raises(NotFoundError) as refusal:
            storage.load_artifact("pricess")
        assert "prices" in str(refusal.value.hint)

    @pytest.mark.parametrize("uri", HOSTILE_IDS)
    def test_no_id_of_an_artifact_leads_out_of_the_storage(self, storage: TupliStorage, uri: str) -> None:
        storage.store_artifact(b"1", an_artifact())

        for call in (storage.load_artifact, storage.open_artifact, storage.delete_artifact, storage.publish_artifact):
            with pytest.raises(NotFoundError):
                call(uri)

    def test_a_deleted_artifact_is_gone_and_its_content_can_be_stored_again(self, storage: TupliStorage) -> None:
        header = storage.store_artifact(b"content", an_artifact())
        other = storage.store_artifact(b"other", an_artifact())

        storage.delete_artifact(header.id)

        assert storage.list_artifacts() == [other]
        assert storage.load_artifact(other.id) == b"other"
        for call in (storage.load_artifact, storage.open_artifact, storage.delete_artifact):
            with pytest.raises(NotFoundError):
                call(header.id)
        assert storage.load_artifact(storage.store_artifact(b"content", an_artifact()).id) == b"content"
