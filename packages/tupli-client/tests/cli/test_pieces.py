"""The pieces that commands are made of, where a command shows too little of them."""

from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tupli_client.cli import cells, spaces
from tupli_client.cli.nouns import Noun
from tupli_client.cli.option_groups import OptionGroup
from tupli_client.cli.tables import GAP, Column, fitting, table
from tupli_schemas.spaces import (
    BoxSpec,
    DictSpec,
    DiscreteSpec,
    MultiBinarySpec,
    MultiDiscreteSpec,
    SpaceSpec,
    TextSpec,
    TupleSpec,
)

TEXT = st.text(
    st.characters(min_codepoint=32, max_codepoint=0xFFFF, categories=["L", "N", "P", "S", "Zs"]), max_size=40
)


@given(
    st.lists(TEXT, min_size=1, max_size=6),
    st.lists(st.lists(TEXT, min_size=6, max_size=6), max_size=4),
    st.integers(40, 120),
)
def test_a_table_fits_and_keeps_whole_columns_whole(headings: list[str], rows: list[list[str]], width: int) -> None:
    columns = [
        Column(heading, [row[index] for row in rows], whole=index == 0) for index, heading in enumerate(headings)
    ]

    shown = fitting(columns, width)
    lines = [line.plain for line in table(shown, width, "…")]

    assert len(lines) == len(rows) + 1
    assert all(cell_len(line) <= max(width, shown[0].natural) for line in lines)
    assert all(line.startswith(cell.rstrip()) for line, cell in zip(lines[1:], columns[0].cells, strict=True))
    assert len(shown) == len(columns) or sum(column.least + GAP for column in columns[: len(shown) + 1]) - GAP > width


@given(st.text())
def test_a_cell_is_one_line_and_nothing_that_a_terminal_obeys(text: str) -> None:
    assert cells.exact(text).isprintable()
    assert cells.exact([text, text]).isprintable()
    assert cells.short({text: text}).isprintable()


@pytest.mark.parametrize(
    ("value", "short", "exact"),
    [
        (None, "-", ""),
        ("", "-", ""),
        (True, "yes", "true"),
        (0.1 + 0.2, "0.3", "0.30000000000000004"),
        (1_000_000, "1000000", "1000000"),
        (["global", "ems"], "global,ems", "global,ems"),
        ([1, None], "[1,null]", "[1,null]"),
        ({"month": "June", "hot": True}, "month=June, hot=yes", '{"month":"June","hot":true}'),
        ([{"group": "ems"}, {"group": "x"}], "group=ems; group=x", '[{"group":"ems"},{"group":"x"}]'),
        ("2026-01-31T12:00:00.123000Z", "2026-01-31 12:00", "2026-01-31T12:00:00.123000Z"),
    ],
)
def test_values_are_short_for_people_and_exact_for_programs(value: object, short: str, exact: str) -> None:
    assert (cells.short(value), cells.exact(value)) == (short, exact)


@pytest.mark.parametrize(
    ("space", "words"),
    [
        (BoxSpec(low=-1, high="inf", shape=(4,), dtype="float32"), "Box(4) of float32 in -1 to inf"),
        (BoxSpec(low=0, high=255, shape=(84, 84, 3), dtype="uint8"), "Box(84 x 84 x 3) of uint8 in 0 to 255"),
        (BoxSpec(low=(0, -1), high=(1, 1), shape=(2,), dtype="float64"), "Box(2) of float64"),
        (DiscreteSpec(n=3), "Discrete(3)"),
        (DiscreteSpec(n=3, start=-1), "Discrete(3, start=-1)"),
        (MultiBinarySpec(shape=(2, 2)), "MultiBinary(2 x 2)"),
        (MultiDiscreteSpec(nvec=(2, 3), start=(0, 0), shape=(2,)), "MultiDiscrete(2, 3)"),
        (TextSpec(min_length=1, max_length=5, characters="ab"), "Text of 1 to 5 characters"),
        (
            DictSpec(spaces={"a": DiscreteSpec(n=2), "b": TupleSpec(spaces=(DiscreteSpec(n=2), DiscreteSpec(n=3)))}),
            "Dict(a: Discrete(2), b: Tuple(Discrete(2), Discrete(3)))",
        ),
    ],
)
def test_every_space_has_words(space: SpaceSpec, words: str) -> None:
    assert spaces.in_words(space) == words


@dataclass(frozen=True)
class Point(OptionGroup):
    x: Annotated[int, typer.Option(help="To the right.")] = 0
    y: Annotated[int, typer.Option(help="Up.")] = 0


@dataclass(frozen=True)
class Named(Point):
    label: Annotated[str, typer.Option(help="What to call it.")] = "P"


def test_an_option_group_becomes_options_and_a_value_again() -> None:
    app, seen = Noun("Points."), []

    @app.command("draw")
    def draw(color: str, point: Named, twice: bool = False) -> None:
        """Draw a point."""
        seen.append((color, point, twice))

    app.command("other")(draw)
    typer.main.get_group(app).main(["draw", "--y", "3", "red", "--label", "Q"], standalone_mode=False)

    assert seen == [("red", Named(x=0, y=3, label="Q"), False)]
