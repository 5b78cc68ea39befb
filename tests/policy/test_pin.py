"""The PIN: only its hash is kept, wrong ones lock it for longer and longer, and no restart helps."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from assistant.tools.policy.pin import FILE, Pin, PinError


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def read(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(folder: Path, clock: Clock) -> Pin:
    """As after a restart: nothing is remembered but what is on disk."""
    return Pin(folder, clock.read, tries=3, minutes=15)


def test_only_the_right_digits_count_and_nothing_of_them_is_on_disk(tmp_path: Path, clock: Clock) -> None:
    pin = opened(tmp_path, clock)
    pin.set("48151")
    assert opened(tmp_path, clock).check("48151")
    assert not opened(tmp_path, clock).check("48152")
    kept = (tmp_path / FILE).read_text()
    assert "48151" not in kept
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("digits", ["", "123", "1" * 13, "12a4", "１２３５", "1234", "0000", "9876", "-123"])
def test_what_is_no_pin_or_the_first_guess_is_not_taken(tmp_path: Path, clock: Clock, digits: str) -> None:
    with pytest.raises(PinError):
        opened(tmp_path, clock).set(digits)
    assert not opened(tmp_path, clock).is_set


def test_wrong_ones_lock_it_for_twice_as_long_each_time_over_restarts(tmp_path: Path, clock: Clock) -> None:
    opened(tmp_path, clock).set("48151")
    for minutes in (15, 30, 60):
        for _ in range(3):
            assert not opened(tmp_path, clock).check("48152")
        with pytest.raises(PinError, match=f"locked for {minutes} minutes"):
            opened(tmp_path, clock).check("48151")
        clock.now += minutes * 60 - 1
        with pytest.raises(PinError, match="locked for 1 minute "):
            opened(tmp_path, clock).check("48151")
        clock.now += 2
    assert opened(tmp_path, clock).check("48151")
    assert not opened(tmp_path, clock).check("1111")
    assert opened(tmp_path, clock).locked_seconds == 0, "a right one has made good the wrong ones before"


def test_a_try_is_counted_before_it_is_compared(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever pulls the plug while it compares has tried, too."""
    opened(tmp_path, clock).set("48151")

    def pulled(*_: object, **__: object) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("hashlib.scrypt", pulled)
    with pytest.raises(KeyboardInterrupt):
        opened(tmp_path, clock).check("48152")
    assert json.loads((tmp_path / FILE).read_text())["wrong"] == 1


def test_a_clock_that_went_back_locks_for_a_day_at_most(tmp_path: Path, clock: Clock) -> None:
    opened(tmp_path, clock).set("48151")
    for _ in range(3):
        opened(tmp_path, clock).check("48152")
    clock.now -= 10**9
    assert opened(tmp_path, clock).locked_seconds <= 86_400


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"salt": "zz", "hash": "zz"}', b"\xff", b'{"pin": "1"}']
)
def test_a_broken_file_is_no_pin_and_no_way_in(tmp_path: Path, clock: Clock, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(PinError, match="no PIN is set"):
        opened(tmp_path, clock).check("")


def test_what_cannot_be_counted_does_not_count(tmp_path: Path, clock: Clock) -> None:
    opened(tmp_path, clock).set("48151")
    if os.geteuid() == 0:
        pytest.skip("root writes everywhere")
    tmp_path.chmod(0o500)
    with pytest.raises(PinError, match="no PIN counts"):
        opened(tmp_path, clock).check("48151")
    tmp_path.chmod(0o700)
