"""Which columns are worth compressing, and their zstd frames, made and opened in bounded memory."""

import sys
from collections.abc import Iterator

import numpy as np

from tupli_schemas.arrays import Array
from tupli_schemas.errors import InvalidDataError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MIN_BYTES = 4096
"""Smaller columns are not worth a try: there is little to gain, and many of them."""

_LEVEL = 1
_PROBE_BYTES = 16 << 10
_PROMISING = 0.65  # images and repeated values shrink far below it, dense floats stay near 1
_WORTH_IT = 0.9
_PIECE_BYTES = 1 << 20
_MAX_WINDOW_LOG = 23  # 8 MiB: a stranger's frame may not ask for more working memory; level 1 needs 512 KiB


def compress(data: Array) -> bytes | None:
    """Flat uint8 as one zstd frame, or None if that does not pay: by two probes it must shrink to 0.65, in the end to 0.9.

    A compressor is made for every call: shared between threads it would crash the interpreter.
    """
    if _shrunk(_probe(data)) > _PROMISING:
        return None
    compressor = zstd.ZstdCompressor(level=_LEVEL)
    compressor.set_pledged_input_size(data.nbytes)
    pieces = [compressor.compress(piece) for piece in _pieces(data.data)]
    pieces.append(compressor.flush())
    frame = b"".join(pieces)
    return frame if len(frame) <= _WORTH_IT * data.nbytes else None


def decompress(frame: memoryview, n_bytes: int, name: str) -> Array:
    """The ``n_bytes`` that a frame holds, as flat uint8. Memory is filled only as far as the frame really reaches.

    Raises:
        InvalidDataError: The frame is damaged, or holds more or fewer bytes.
    """
    try:
        claimed = zstd.get_frame_info(frame[:32]).decompressed_size
        if claimed is None:
            raise InvalidDataError(f"the compressed column {name} does not say how many bytes it holds")
        if claimed != n_bytes:
            raise InvalidDataError(f"the compressed column {name} holds {claimed} bytes where there must be {n_bytes}")
        return _opened(frame, np.empty(n_bytes, np.uint8), name)
    except MemoryError:
        raise InvalidDataError(f"there is no memory for the {n_bytes} bytes of the compressed column {name}") from None
    except zstd.ZstdError as error:
        raise InvalidDataError(f"the compressed column {name} is damaged: {error}") from None


def _probe(data: Array) -> Array:
    if data.nbytes <= 2 * _PROBE_BYTES:
        return data
    quarter = data.nbytes // 4
    return np.concatenate([data[quarter : quarter + _PROBE_BYTES], data[-quarter - _PROBE_BYTES : -quarter]])


def _shrunk(data: Array) -> float:
    return len(zstd.compress(data.data, level=_LEVEL)) / data.nbytes


def _opened(frame: memoryview, out: Array, name: str) -> Array:
    decompressor = zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _MAX_WINDOW_LOG})
    target, filled = out.data, 0
    for piece in _pieces(frame):
        for opened in _outputs(decompressor, piece, name):
            if filled + len(opened) > len(out):
                raise InvalidDataError(f"the compressed column {name} holds more than {len(out)} bytes")
            target[filled : filled + len(opened)] = opened
            filled += len(opened)
    if filled != len(out) or not decompressor.eof:
        raise InvalidDataError(f"the compressed column {name} ends after {filled} of {len(out)} bytes")
    return out


def _outputs(decompressor: zstd.ZstdDecompressor, piece: memoryview, name: str) -> Iterator[bytes]:
    """What a piece of a frame expands to, a bounded piece at a time."""
    if decompressor.eof:
        raise InvalidDataError(f"the compressed column {name} goes on after its end")
    yield decompressor.decompress(piece, max_length=_PIECE_BYTES)
    while not (decompressor.needs_input or decompressor.eof):
        yield decompressor.decompress(b"", max_length=_PIECE_BYTES)
    if decompressor.unused_data:
        raise InvalidDataError(f"the compressed column {name} goes on after its end")


def _pieces(data: memoryview) -> Iterator[memoryview]:
    return (data[start : start + _PIECE_BYTES] for start in range(0, len(data), _PIECE_BYTES))
