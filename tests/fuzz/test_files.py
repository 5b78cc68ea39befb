"""Whatever stands in a file: pictures and what is written into them, settings of plugins, and our own state after a bad night."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import random
import sqlite3
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from assistant import store
from assistant.config import PluginEntry
from assistant.errors import AssistantError, ConfigError
from assistant.home.broker.retained import Retained
from assistant.home.lately import Lately
from assistant.home.pins import Pins
from assistant.household.diary import Diary
from assistant.household.left import Left
from assistant.household.room import Room
from assistant.live.handles import Handles
from assistant.loader import Loader, LoadState
from assistant.money import Ledger
from assistant.storage import Storage
from assistant.tools.policy.pin import Pin
from assistant.vision.bench import _done
from assistant.vision.gallery import Gallery
from assistant.vision.headers import BadPicture, header
from assistant.vision.memory import Memory, Seen
from assistant.wallclock import WallClock
from tests.fuzz.parts import JSON, QUICK, TEXTS, near, torn

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")
"""Pillow warns of pictures that are broken; in the process that fits them nobody listens."""

NOBODY = 65534
FIT = {"do": "fit", "size": [8, 8], "rotate": 90, "colours": [], "form": "jpeg", "largest": 0}


def drawn(kind: str, **more: Any) -> bytes:
    """A small picture of a kind."""
    file = io.BytesIO()
    Image.new("RGB", (12, 9), "red").save(file, kind, **more)
    return file.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def within(data: bytes, name: bytes, body: bytes) -> bytes:
    """A PNG with one more chunk after its head, or a JPEG with one more segment."""
    if data[:4] == b"\x89PNG":
        return data[:33] + chunk(name, body) + data[33:]
    return (
        data[:2]
        + b"\xff"
        + bytes([0xE0 + name[0] % 16])
        + struct.pack(">H", min(len(body) + 2, 65535))
        + body[:65000]
        + data[2:]
    )


def about(data: bytes) -> None:
    """A picture is read, or refused in a sentence; what is made of it tells nothing of where it was taken."""
    try:
        header(data)
    except BadPicture as refused:
        assert str(refused).endswith(".")
        return
    for job in ({"do": "clean", "longest": 0}, FIT):
        told, made = _done(dict(job), data)
        assert ("error" in told) is (made == b"")
        if made:
            seen = Image.open(io.BytesIO(made))
            assert not dict(seen.getexif())
            assert not {"icc_profile", "xmp", "comment", "exif"} & set(seen.info)


EXIF = st.binary(max_size=120) | st.binary(max_size=80).map(lambda body: b"Exif\0\0II*\0\x08\0\0\0" + body)
NAMES = st.sampled_from(
    [
        b"eXIf",
        b"iCCP",
        b"tEXt",
        b"zTXt",
        b"iTXt",
        b"gAMA",
        b"tRNS",
        b"acTL",
        b"PLTE",
        b"pHYs",
        b"\x01xyz",
        b"\x02icc",
    ]
)


@QUICK
@given(st.sampled_from(["PNG", "JPEG"]), NAMES, EXIF | st.binary(max_size=200))
def test_whatever_is_written_into_a_picture_is_left_out_or_refused(
    kind: str, name: bytes, body: bytes
) -> None:
    about(within(drawn(kind), name, body))


@QUICK
@given(st.sampled_from(["JPEG", "PNG", "WEBP"]), EXIF, TEXTS)
def test_whatever_exif_says_is_left_out_or_refused(kind: str, exif: bytes, text: str) -> None:
    more: dict[str, Any] = {"exif": exif}
    if kind == "PNG":
        more["pnginfo"] = PngImagePlugin.PngInfo()
        more["pnginfo"].add_itxt("Where", text.encode("utf-8", "replace").decode().replace("\0", ""))
    try:
        data = drawn(kind, **more)
    except (ValueError, OSError, struct.error, SyntaxError):
        return  # Pillow itself does not write such a thing
    about(data)


@QUICK
@given(st.sampled_from(["PNG", "JPEG", "WEBP", "GIF"]).map(drawn).flatmap(torn))
def test_a_picture_that_is_torn_is_refused(data: bytes) -> None:
    about(data)


def fields(name: str) -> list[str]:
    """The settings that a plugin has, as far as its class says."""
    loaded = Loader().load(PluginEntry(name=name))
    return (
        [word for word in loaded.reason.replace(",", " ").split() if word.isidentifier()]
        if loaded.reason
        else []
    )


USUAL = (
    "name",
    "area",
    "topic",
    "url",
    "aliases",
    "enabled",
    "seen",
    "allowed",
    "latitude",
    "pin",
    "file",
    "command",
    "host",
)


@pytest.mark.parametrize("name", sorted({*Loader().names()} - {"mqtt"}))
def test_whatever_is_set_a_plugin_loads_or_says_why_in_a_sentence(name: str) -> None:
    true = {
        "name": "thing",
        "area": "hall",
        "topic": "x/y",
        "url": "http://127.0.0.1:1",
        "latitude": 1.0,
        "longitude": 2.0,
        "file": "/x/y.png",
    }
    keys = st.sampled_from([*USUAL, *fields(name)]) | TEXTS
    settings = st.dictionaries(keys, JSON, max_size=5) | near(true).filter(
        lambda value: isinstance(value, dict)
    )
    loader = Loader()

    @QUICK
    @given(settings)
    def fuzz(told: dict[str, Any]) -> None:
        try:
            loaded = loader.load(PluginEntry(name=name, settings=told))
        except ConfigError as wrong:
            assert "\n" not in str(wrong)
            return
        assert loaded.state is LoadState.ENABLED or loaded.reason
        assert "\n" not in loaded.reason, loaded.reason

    fuzz()


async def _stored(path: Path) -> None:
    storage = Storage(path, logging.getLogger("told").warning)
    await storage.all()
    await storage.set("a", 1)
    assert await storage.get("a") == 1


def _remembered(path: Path) -> None:
    memory = Memory(path, WallClock(), 30)
    memory.since(0.0)
    memory.note(Seen(WallClock().read(), "yard", "a cat", 1, ("cat",), {}))
    assert [seen.text for seen in memory.since(0.0)][-1:] == ["a cat"], "what comes after is remembered"


async def _hung(path: Path) -> None:
    gallery = Gallery(path.parent)
    await gallery.entries()
    await gallery.add(drawn("PNG"), mime="image/png", width=12, height=9, prompt="x", alt="y")
    assert len(await gallery.entries()) >= 1


def _paid(path: Path) -> None:
    ledger = Ledger(path.parent)
    list(ledger.rows(path.stem[-7:]))


def _proven(path: Path) -> None:
    pin = Pin(path.parent, lambda: 1_000_000.0)
    assert pin.locked_seconds <= 86_400
    assert not pin.check("999999")


def _written(path: Path) -> None:
    diary = Diary(path.parent.parent, 3)
    diary.tidy()


def _sqlite() -> str:
    """The first page of a database of somebody else."""
    with tempfile.NamedTemporaryFile() as file:
        base = sqlite3.connect(file.name)
        base.execute("create table seen (a)")
        base.commit()
        base.close()
        return Path(file.name).read_bytes().decode("latin-1")


SQLITE = _sqlite()
STATE: dict[str, tuple[Any, Callable[[Path], Any]]] = {
    "room.json": ({"muted": False, "volume": 50, "sensitivity": 50}, Room),
    "pins.json": ({"a/b": ["x/set"]}, Pins),
    "conversations.json": ({"gemini": {"value": "h", "model": "m", "account": "a", "at": 1.0}}, Handles),
    "lately.json": (["kitchen light"], Lately),
    "left.json": ({"2026-01-02": {"push": 100}}, Left),
    "pin.json": ({"salt": "00" * 16, "hash": "11" * 64, "wrong": 1, "locks": 0, "until": 5.0}, _proven),
    "retained.json": ({"a/b": "eA=="}, Retained),
    "ledger-2026-01.jsonl": ({"at": "2026-01-02T03:04:05", "brain": "gemini", "model": "m", "usd": 0.1, "prompt": 5}, _paid),
    "identity": ("feed1234", lambda path: store.identity(path.parent)),
    "mqtt-client-id": ("assistant-1", lambda path: next(store.client_ids(path.parent))),
    "daemon.json": ({"pid": 1, "address": "/x"}, lambda path: store.holder(path.parent)),
    "lists.sqlite": (SQLITE, _stored),
    "pictures/gallery.sqlite": (SQLITE, _hung),
    "seen.sqlite": (SQLITE, _remembered),
    "transcripts/2026-01-02.jsonl": ({"at": "2026-01-02T03:04:05", "who": "user", "text": "x"}, _written),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(STATE))
def test_whatever_a_bad_night_leaves_in_our_state_the_house_goes_on(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    true, opened = STATE[name]
    whole = true.encode("latin-1") if isinstance(true, str) else json.dumps(true).encode()
    contents = torn(whole) | near(true).map(_text) | st.binary(max_size=200) | JSON.map(_text)
    folders = numbered(tmp_path)

    @QUICK
    @given(contents)
    def fuzz(content: bytes) -> None:
        file = next(folders) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        try:
            result = opened(file)
            if asyncio.iscoroutine(result):
                asyncio.run(result)
        except AssistantError as told:
            assert "\n" not in str(told)
        assert not [each for each in caplog.records if each.exc_info], "one line, and no traceback"

    fuzz()


BY_LINES = {"ledger-2026-01.jsonl", "transcripts/2026-01-02.jsonl"}
"""What is read line by line; the ledger rather stops what costs money (see tests/money)."""
FLEETING = {"daemon.json"}
DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda file: file.write_bytes(b""),
    "zeros": lambda file: file.write_bytes(bytes(8192)),
    "torn": lambda file: file.write_bytes(file.read_bytes()[: len(file.read_bytes()) // 2] + b"\xff"),
    "noise": lambda file: file.write_bytes(random.Random(1).randbytes(5000)),
    "newer": lambda file: _of_a_newer_version(file),
    "folder": lambda file: _a_folder(file),
    "locked": lambda file: os.chown(file, 0, 0),
}


def _a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _of_a_newer_version(file: Path) -> None:
    if file.suffix != ".sqlite":
        file.write_text(json.dumps({"version": 99, "content": {"a": [1]}}))
        return
    file.unlink()
    with closing(sqlite3.connect(file)) as base:
        for table in ("kept", "seen", "pictures"):
            base.execute(f"create table {table} (version integer, content text)")
        base.commit()


def _inside(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b"a folder"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
@pytest.mark.parametrize("damage", sorted(DAMAGES))
@pytest.mark.parametrize("name", sorted(STATE.keys() - BY_LINES - FLEETING))
def test_what_cannot_be_read_is_set_aside_as_it_is_and_told_once(
    name: str, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    true, opened = STATE[name]
    asyncio.run(_all_is_imported())
    with tempfile.TemporaryDirectory() as folder, _as_nobody(Path(folder)):
        file = Path(folder) / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(true.encode("latin-1") if isinstance(true, str) else json.dumps(true).encode())
        file.chmod(0o600)
        with _as_root():
            DAMAGES[damage](file)
            left = _inside(file)
            if damage != "locked":
                os.chown(file, NOBODY, NOBODY)
        for _ in range(2):
            with suppress(AssistantError):  # there is no PIN any more
                result = opened(file)
                if asyncio.iscoroutine(result):
                    asyncio.run(result)
        with _as_root():
            assert _inside(file.with_name(f"{file.name}.broken")) == left
        told = [each.getMessage() for each in caplog.records if "set aside" in each.getMessage()]
        assert len(told) == 1, told


async def _all_is_imported() -> None:
    """Who is nobody may not read our libraries."""
    await asyncio.to_thread(about, drawn("PNG"))


@contextmanager
def _as_nobody(folder: Path) -> Iterator[None]:
    os.chown(folder, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def _as_root() -> Iterator[None]:
    os.seteuid(0)
    try:
        yield
    finally:
        os.seteuid(NOBODY)


def _text(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "replace")


def numbered(folder: Path) -> Iterator[Path]:
    number = 0
    while True:
        number += 1
        yield folder / str(number)
