"""A plugin's memory: kept over a kill -9, bounded, set aside when it is broken."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from assistant import store
from assistant.amenities import _file_name
from assistant.api import Plugin, ToolError
from assistant.events import Problem
from assistant.storage import LARGEST_VALUE, Storage, StorageError
from assistant.testing.bare import BareHost

WRITER = """
import asyncio, sys
from pathlib import Path
from assistant.storage import Storage

async def main():
    storage = Storage(Path(sys.argv[1]), print)
    for number in range(10_000):
        await storage.set("number", number)
        print(number, flush=True)

asyncio.run(main())
"""


def storage(tmp_path: Path, told: list[str] | None = None) -> Storage:
    return Storage(tmp_path / "plugins" / "lists.sqlite", (told if told is not None else []).append)


async def test_values_are_kept_changed_and_forgotten(tmp_path: Path) -> None:
    kept = storage(tmp_path)
    assert await kept.get("milk") is None
    assert await kept.get("milk", 3) == 3
    await kept.set("milk", {"litres": [1, 2.5, None, "ü"]})
    await kept.set("bread", True)
    again = storage(tmp_path)
    assert await again.all() == {"bread": True, "milk": {"litres": [1, 2.5, None, "ü"]}}
    await again.delete("milk")
    await again.delete("milk")
    assert await kept.get("milk") is None


def killed_while_writing(path: Path) -> int:
    """The last number of which a writer said that it is kept, before it was killed."""
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = [int(writer.stdout.readline()) for _ in range(5)]
        writer.send_signal(signal.SIGKILL)
        return [*told, *(int(line) for line in writer.stdout.read().split())][-1]


async def test_p4_what_was_set_is_there_after_a_kill_9(tmp_path: Path) -> None:
    for _ in range(3):
        told = await asyncio.to_thread(killed_while_writing, tmp_path / "plugins" / "lists.sqlite")
        assert await storage(tmp_path).get("number") in (told, told + 1)


async def filled(kept: Storage) -> None:
    for number in range(100):
        await kept.set(str(number), "x" * (LARGEST_VALUE - 10))


async def test_what_is_too_much_is_refused_and_the_rest_is_kept(tmp_path: Path) -> None:
    kept = storage(tmp_path)
    await kept.set("first", "x")
    with pytest.raises(ToolError, match="at most 64 kB"):
        await kept.set("large", "x" * LARGEST_VALUE)
    with pytest.raises(StorageError, match="is full"):
        await filled(kept)
    assert await kept.get("first") == "x"
    assert (tmp_path / "plugins" / "lists.sqlite").stat().st_size <= 4 * 2**20
    with pytest.raises(TypeError):
        await kept.set("object", object())


@pytest.mark.parametrize("damage", [b"", b"this is no database at all" * 500, None])
async def test_a_broken_file_is_set_aside_and_told(tmp_path: Path, damage: bytes | None) -> None:
    told: list[str] = []
    path = tmp_path / "plugins" / "lists.sqlite"
    first = storage(tmp_path)
    for number in range(50):
        await first.set(str(number), "x" * 400)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\0" * 4096 + whole[8192:-3000] if damage is None else damage)
    kept = storage(tmp_path, told)
    assert await kept.get("1") is None
    await kept.set("1", "anew")
    assert await storage(tmp_path).all() == {"1": "anew"}
    assert ["set aside as lists.sqlite.broken" in text for text in told] == [True]
    assert path.with_name("lists.sqlite.broken").exists()


async def test_another_programs_file_is_not_written_to(tmp_path: Path) -> None:
    told: list[str] = []
    path = tmp_path / "plugins" / "lists.sqlite"
    path.parent.mkdir()
    with sqlite3.connect(path) as base:
        base.execute("create table kept (name text)")
    base.close()
    assert await storage(tmp_path, told).all() == {}
    assert len(told) == 1


async def test_many_at_once_wait_for_each_other(tmp_path: Path) -> None:
    kept = storage(tmp_path)
    async with asyncio.TaskGroup() as tasks:
        for number in range(20):
            tasks.create_task(kept.set(str(number), number))
    assert len(await kept.all()) == 20


class Lists(Plugin):
    pass


async def test_each_plugin_has_a_file_of_its_own(tmp_path: Path) -> None:
    lists, host = Lists(), BareHost(tmp_path)
    lists.attach(host)
    await lists.storage.set("a", 1)
    (file,) = [path for path in (tmp_path / "plugins").iterdir() if path.suffix == ".sqlite"]
    assert "lists" in file.name
    file.write_bytes(b"broken" * 1000)
    again = Lists()
    again.attach(host)
    assert await again.storage.all() == {}
    (problem,) = host.events
    assert isinstance(problem, Problem)
    assert problem.text.startswith("Lists: ")
    names = {
        _file_name("_assistant_plugin_x", title) for title in ("desk lamp", "desk/lamp", "../desk lamp", "Ä")
    }
    assert len(names) == 4
    assert not any("/" in name for name in names)


def test_what_was_written_is_on_the_disk_with_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First the bytes, then the name, then the folder: a power cut leaves the old or the new, never an empty file."""
    order: list[str] = []
    synced, replaced = os.fsync, Path.replace

    def fsync(handle: int) -> None:
        order.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "bytes")
        synced(handle)

    def replace(self: Path, target: Path) -> Path:
        order.append("name")
        return replaced(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    store.write_atomically(tmp_path / "room.json", b"{}")
    assert order == ["bytes", "name", "folder"]
    assert [path.name for path in tmp_path.iterdir()] == ["room.json"]


def test_a_device_or_a_folder_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(FileExistsError, match="it is no file"):
            store.write_atomically(tmp_path / name, b"film")
    assert (tmp_path / "pipe").is_fifo()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "pipe"]
