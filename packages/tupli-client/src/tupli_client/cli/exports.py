"""Episodes as one file of arrays or rows, in the format that its name asks for."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO

from tupli_client.cli.usage import UsageError
from tupli_client.selections.episode import SelectedEpisode
from tupli_schemas.errors import TupliError

Writer = Callable[[Iterable[SelectedEpisode], BinaryIO], None]


def writer_for(file: Path) -> Writer:
    """What writes episodes as this kind of file.

    Raises:
        UsageError: There is no such format.
    """
    writers: dict[str, Writer] = {".npz": _write_npz, ".parquet": _write_parquet, ".csv": _write_csv}
    if file.suffix not in writers:
        raise UsageError(f"{file.name!r} names no format that there is", hint=f"end it with {', '.join(writers)}")
    return writers[file.suffix]


def _write_npz(episodes: Iterable[SelectedEpisode], stream: BinaryIO) -> None:
    """An array for each column; those of Dict and Tuple spaces are named by path, as in ``observations/camera``."""
    import numpy as np

    from tupli_client.convert import to_numpy
    from tupli_schemas.text_column import TextColumn
    from tupli_schemas.trees import column_name, leaves

    arrays = {
        column_name(name, path): np.array(list(leaf)) if isinstance(leaf, TextColumn) else leaf
        for name, tree in to_numpy(episodes)._asdict().items()
        for path, leaf in leaves(tree)
    }
    np.savez(stream, **arrays)  # type: ignore[arg-type]  # a name could be that of an option of savez; ours are not


def _write_parquet(episodes: Iterable[SelectedEpisode], stream: BinaryIO) -> None:
    frame = _frame(episodes)
    try:
        frame.to_parquet(stream, index=False)
    except ImportError as error:
        raise TupliError("parquet files need pyarrow", hint="pip install pyarrow, or write .npz or .csv") from error


def _write_csv(episodes: Iterable[SelectedEpisode], stream: BinaryIO) -> None:
    _frame(episodes).to_csv(stream, index=False)


def _frame(episodes: Iterable[SelectedEpisode]) -> Any:
    from tupli_client.convert import to_dataframe

    try:
        return to_dataframe(episodes)
    except ImportError as error:
        raise TupliError(str(error)) from error
