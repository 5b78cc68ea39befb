"""The catalogue of faults: what is expected of each, and where that is shown.

``python -m assistant.cli.bench.trials.catalogue`` prints the table of docs/faults.md.
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass

from assistant.cli.bench.trials.world import DATA

HEAD = "| | what befalls it | expected | shown by | not here |\n|---|---|---|---|---|"


@dataclass(frozen=True)
class Row:
    """One fault; ``shown`` names rows of benches (``link: …``, ``house: …``) and tests (``tests/…::…``)."""

    id: str
    fault: str
    expect: str
    shown: tuple[str, ...] = ()
    not_here: str = ""

    def line(self) -> str:
        """The row of the table in the documents."""
        shown = "; ".join(f"`{each}`" if "::" in each else each for each in self.shown)
        return f"| {self.id} | {self.fault} | {self.expect} | {shown or '–'} | {self.not_here or '–'} |"


def rows() -> list[Row]:
    """Every row there is."""
    found = tomllib.loads((DATA / "catalogue.toml").read_text(encoding="utf-8"))["row"]
    return [Row(**{**row, "shown": tuple(row.get("shown", ()))}) for row in found]


def table() -> str:
    """The whole of it, in Markdown."""
    return "\n".join([HEAD, *(row.line() for row in rows())])


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
