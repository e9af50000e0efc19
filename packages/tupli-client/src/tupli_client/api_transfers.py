"""Many episodes to a server and back: each request carries a stream of frames (``tupli_schemas.frames``)."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Protocol

import requests
import urllib3
from pydantic import TypeAdapter, ValidationError

from tupli_client.batches import in_batches
from tupli_client.storage import Progress, Selection
from tupli_client.transport import unreachable
from tupli_schemas import codec, frames
from tupli_schemas.base import new_id
from tupli_schemas.episodes import Episode, EpisodeDescription, EpisodeHeader, EpisodeUpload
from tupli_schemas.errors import (
    ChecksumError,
    InvalidDataError,
    Problem,
    TupliError,
    UnreachableError,
    from_problem,
    invalid_data,
)
from tupli_schemas.filters import BaseFilter
from tupli_schemas.payload import Buffer, Payload, checksum_of

MEDIA_TYPE = "application/vnd.tupli.frames"
ATTEMPTS = 5
"""How often a download is taken up again after an interruption, without a single episode arriving in between."""

_HEADERS: TypeAdapter[list[EpisodeHeader]] = TypeAdapter(list[EpisodeHeader])


class Send(Protocol):
    """``TupliAPIClient._send``."""

    def __call__(self, method: str, path: str, **request: Any) -> requests.Response: ...


class _Frame(NamedTuple):
    """An episode, ready to be sent."""

    header: bytes
    payload: Payload


class _Body:
    """The frames of some episodes, with a length and as often as a retry asks for them."""

    def __init__(self, episodes: list[_Frame]) -> None:
        self._buffers: list[Buffer] = []
        self._n_bytes = 0
        for header, payload in episodes:
            written = frames.write(header, payload.buffers, position=self._n_bytes)
            self._buffers += written
            self._n_bytes += sum(map(len, written))

    def __len__(self) -> int:
        return self._n_bytes

    def __iter__(self) -> Iterator[Buffer]:
        return iter(self._buffers)


def upload(send: Send, episodes: Iterable[Episode], progress: Progress | None) -> list[EpisodeHeader]:
    """Send episodes, as many in one request as fit, and return their headers in order."""
    headers: list[EpisodeHeader] = []
    n_bytes = 0
    for batch in in_batches(map(_frame, episodes), lambda frame: frame.payload.n_bytes):
        request = {"data": _Body(batch), "headers": {"Content-Type": MEDIA_TYPE}}
        answer = send("POST", "/episodes/upload", **request, repeatable=True)
        headers += _HEADERS.validate_json(answer.content, extra="ignore")
        n_bytes += sum(frame.payload.n_bytes for frame in batch)
        if progress is not None:
            progress(len(headers), n_bytes)
    return headers


def _frame(episode: Episode) -> _Frame:
    payload = codec.encode(episode.data)
    try:
        upload = EpisodeUpload(
            id=episode.id or new_id(),
            checksum=payload.checksum,
            **{name: getattr(episode, name) for name in EpisodeDescription.model_fields},
        )
    except ValidationError as error:  # the dicts of an episode can be changed after it was checked
        raise invalid_data(error, "the episode") from None
    return _Frame(upload.model_dump_json().encode(), payload)


def download(send: Send, selection: Selection) -> Iterator[Episode]:
    """The episodes of a selection, in its order."""
    if isinstance(selection, BaseFilter):
        return Download(send, {"filter": selection.model_dump(mode="json")})
    ids = [item if isinstance(item, str) else item.id for item in selection]
    return Download(send, {"ids": ids}) if ids else iter(())


class Download(Iterator[Episode]):
    """Episodes from a server, read as they are asked for, and taken up again where an interruption left off.

    A damaged or missing episode raises its error; the iterator may be asked on for those that follow.
    """

    def __init__(self, send: Send, selection: dict[str, Any]) -> None:
        self._send = send
        self._selection = selection
        self._received = 0
        self._last_id: str | None = None
        self._attempts_left = ATTEMPTS
        self._frames: Iterator[frames.Frame] | None = None

    def __next__(self) -> Episode:
        while True:
            try:
                frame = next(self._open())
            except (
                UnreachableError,
                requests.RequestException,
                urllib3.exceptions.HTTPError,
                InvalidDataError,
                OSError,
            ) as error:
                self._interrupted(error)
            else:
                self._attempts_left = ATTEMPTS
                self._received += 1
                return self._read(frame)

    def _open(self) -> Iterator[frames.Frame]:
        if self._frames is None:
            answer = self._send("POST", "/episodes/download", json=self._rest(), stream=True, repeatable=True)
            self._frames = frames.read(answer.raw)
            next(self._frames)  # the manifest
        return self._frames

    def _rest(self) -> dict[str, Any]:
        """What has not arrived yet: of ids those that follow, of a filter those behind the last id."""
        if "ids" in self._selection:
            return {**self._selection, "ids": self._selection["ids"][self._received :]}
        return {**self._selection, "after": self._last_id}

    def _interrupted(self, error: Exception) -> None:
        self._frames = None
        self._attempts_left -= 1
        if self._attempts_left <= 0:
            raise error if isinstance(error, TupliError) else unreachable("the server", error) from error

    def _read(self, frame: frames.Frame) -> Episode:
        said = _FrameHeader.validate_json(frame.header, extra="ignore")
        if isinstance(said, Problem):
            raise from_problem(said)
        self._last_id = said.id
        if said.checksum and checksum_of([frame.payload]) != said.checksum:
            raise ChecksumError(
                f"the bytes of episode {said.id} are not those that were stored", hint="load it once more"
            )
        return episode_of(said, frame.payload)


_FrameHeader: TypeAdapter[EpisodeHeader | Problem] = TypeAdapter(EpisodeHeader | Problem)


def episode_of(header: EpisodeHeader, payload: Buffer) -> Episode:
    """The episode that a header and its payload stand for."""
    described = {name: getattr(header, name) for name in EpisodeDescription.model_fields}
    return Episode(id=header.id, **described, data=codec.decode(payload))
