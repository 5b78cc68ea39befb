"""The pages for authors, and the blocks in them."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.parts.installed import ROOT
from tests.test_architecture import code_lines

PAGES = ROOT / "docs" / "plugins"
WALKTHROUGHS = ("lamp.md", "service.md", "door.md")
PEERS = ROOT / "tests" / "data" / "peers"
SHOWN = {
    "home_assistant": "Home Assistant",
    "home_assistant_yaml": "The same without Python",
    "ovos": "Open Voice OS",
    "livekit": "LiveKit",
    "pipecat": "pipecat",
}
KINDS = {".py": "Python", ".yaml": "YAML", ".json": "JSON", ".toml": "TOML"}
BLOCK = re.compile(r"(?:`([\w.]+\.(?:py|yaml))`[^`]*?:\n\n)?```(\w+)\n(.*?)```", re.DOTALL)


def blocks(page: Path) -> Iterator[tuple[str, str, str]]:
    """Each block of a page: the file named before it ("" when there is none), its language, its text."""
    for match in BLOCK.finditer(page.read_text()):
        yield match[1] or "", match[2], match[3]


def lines_elsewhere(peer: str, task: str) -> str:
    """How much a task is for somebody else, such as ``36 Python, 2 YAML``; "–" when it is not written."""
    lines: Counter[str] = Counter()
    for file in sorted((PEERS / peer / task).rglob("*.*")):
        if file.is_file():
            lines[KINDS.get(file.suffix, "sentences")] += _lines(file.suffix, file.read_text())
    kinds = [*KINDS.values(), "sentences"]
    return ", ".join(f"{lines[kind]} {kind}" for kind in kinds if lines[kind]) or "–"


def lines_here(page: Path) -> str:
    """How much the plugin of a walkthrough is, and its entry in config.yaml; stories are counted for nobody."""
    (plugin,) = [text for _, language, text in blocks(page) if language == "python"]
    return f"{_lines('.py', plugin)} Python, 1 YAML"


def _lines(suffix: str, text: str) -> int:
    if suffix == ".py":
        return code_lines(text)
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in text.split("\n"))


def table_of_lines() -> str:
    """All that was counted, as it stands in peers.md."""
    rows = [["here", *(lines_here(PAGES / page) for page in WALKTHROUGHS)]]
    for peer, shown in SHOWN.items():
        rows.append([shown, *(lines_elsewhere(peer, Path(page).stem) for page in WALKTHROUGHS)])
    head = "| | the lamp | the web service | the door |\n|---|---|---|---|\n"
    return head + "".join(f"| {' | '.join(row)} |\n" for row in rows)


if __name__ == "__main__":
    sys.stdout.write(table_of_lines())
