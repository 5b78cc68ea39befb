"""What journald gets: a line, its parts as fields, nothing that passes for a field, and nothing twice."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.cli.output import Output, logging_to_stderr
from assistant.ops import journal
from assistant.ops.journal import LONGEST_VALUE, Journal


class Journald:
    """A socket that takes entries as journald does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(str(path))

    def entry(self) -> dict[str, str]:
        """The next entry, read as the protocol says."""
        data, told = self._socket.recv(2**20), {}
        while data:
            name, _, data = data.partition(b"\n")
            key, equals, value = name.partition(b"=")
            if not equals:
                size = int.from_bytes(data[:8], "little")
                value, data = data[8 : 8 + size], data[8 + size + 1 :]
            told[key.decode()] = value.decode()
        return told

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def journald(tmp_path: Path) -> Iterator[Journald]:
    there = Journald(tmp_path / "socket")
    yield there
    there.close()


@contextlib.contextmanager
def behind(journald: Journald) -> Iterator[Path]:
    """This process as a service: stdout and stderr end in the journal; the file is what they get besides."""
    file = journald.path.with_name("stream")
    with file.open("w") as stream, pytest.MonkeyPatch.context() as patch:
        status = os.fstat(stream.fileno())
        patch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        patch.setattr("sys.stdout", stream)
        patch.setattr("sys.stderr", stream)
        patch.setattr(journal, "SOCKET", journald.path)
        yield file


@contextlib.contextmanager
def no_handlers() -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers[:] = []
    yield
    for handler in root.handlers:
        handler.close()
    root.handlers[:] = before
    root.setLevel(level)


def test_an_event_is_a_line_with_its_parts_as_fields(journald: Journald) -> None:
    with behind(journald) as file:
        output = Output(as_json=False)
        output.tell(
            {"event": "offline", "reason": "no route\nMESSAGE=all is well", "tries": 3, "more": ["x"]}
        )
        told = journald.entry()
        assert "offline: no route" in told["MESSAGE"]
        assert told["ASSISTANT_EVENT"] == "offline"
        assert told["ASSISTANT_REASON"] == "no route\nMESSAGE=all is well"
        assert (told["PRIORITY"], told["SYSLOG_IDENTIFIER"], told["ASSISTANT_TRIES"]) == (
            "6",
            "assistant",
            "3",
        )
        output.tell({"event": "error", "text": "mqtt://me:hunter2@broker is away"})
        told = journald.entry()
        assert (told["PRIORITY"], "hunter2" in str(told)) == ("3", False)
        output.close()
    assert file.read_text() == "", "nothing is told twice"


def test_what_journald_does_not_take_is_a_line_as_before(journald: Journald) -> None:
    with behind(journald) as file:
        output = Output(as_json=False)
        journald.path.unlink()
        output.tell({"event": "error", "text": "the disk is full"})
        output.close()
    assert file.read_text().endswith("the disk is full\n")


def test_a_log_record_says_who_and_where_and_no_secret(journald: Journald) -> None:
    with behind(journald) as file, no_handlers():
        logging_to_stderr(quiet=False)
        logging.getLogger("assistant.home").warning("mqtt://me:%s@broker is away", "hunter2")
        told = journald.entry()
        assert (told["LOGGER"], told["PRIORITY"]) == ("assistant.home", "4")
        assert told["CODE_FUNC"] == "test_a_log_record_says_who_and_where_and_no_secret"
        assert "hunter2" not in str(told)
        journald.path.unlink()
        logging.getLogger("assistant.home").warning("mqtt://me:%s@broker is away", "hunter2")
    assert file.read_text() == "assistant: mqtt://…@broker is away\n"


def test_nobody_else_gets_entries(journald: Journald, tmp_path: Path) -> None:
    with (tmp_path / "file").open("w") as file:
        own = os.fstat(file.fileno())
        here = {"JOURNAL_STREAM": f"{own.st_dev}:{own.st_ino}"}
        assert Journal.behind(file, {}, journald.path) is None
        assert Journal.behind(file, {"JOURNAL_STREAM": "nonsense"}, journald.path) is None
        assert Journal.behind(file, here, tmp_path / "nowhere") is None
        assert Journal.behind(io.StringIO(), here, journald.path) is None


def test_an_entry_is_bounded(journald: Journald) -> None:
    told = Journal(journald.path)
    assert told.event({"event": "x", "odd key!": "a" * 100_000} | {f"k{n}": n for n in range(100)}, "line")
    entry = journald.entry()
    assert len(entry["ASSISTANT_ODD_KEY"]) == LONGEST_VALUE
    assert len(entry) < 50
    told.close()
