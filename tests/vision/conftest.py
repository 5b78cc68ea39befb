"""Footage with a known story, drawn once for all tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.cli.bench.footage import Story, drawn

SMALL = Story(seconds=12, enters=4, width=320, height=180)
STORIES = {
    "door.mp4": SMALL,
    "hevc.mp4": Story(seconds=12, enters=4, width=320, height=180, codec="libx265", sound="aac"),
    "alaw.mov": Story(seconds=12, enters=4, width=320, height=180, sound="pcm_alaw"),
    "mute.mp4": Story(seconds=12, enters=4, width=320, height=180, sound=""),
    "long.mp4": Story(seconds=12, enters=4, width=320, height=180, gop=50, sound=""),
    "rare.mp4": Story(seconds=10, enters=4, width=320, height=180, gop=100, sound=""),
    "whole.mkv": Story(seconds=12, enters=4, width=320, height=180, codec="mjpeg", sound=""),
    "other.mp4": Story(seconds=12, enters=4, width=480, height=270),
}


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A film of the table by its name; drawn when it is first wanted."""
    folder = tmp_path_factory.mktemp("footage")

    def film(name: str) -> Path:
        path = folder / name
        if not path.exists():
            drawn(path, STORIES[name])
        return path

    return film
