"""The gallery keeps what it should, forgets the rest, and survives what happens to disks."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.vision.catalogue import GalleryError
from assistant.vision.gallery import Entry, Gallery
from tests.parts.disks import full_disk


class Days:
    """A calendar that is put forward by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 29, 12)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


async def added(gallery: Gallery, prompt: str, size: int = 10, **more: Any) -> Entry:
    return await gallery.add(
        prompt.encode().ljust(size, b"."),
        **{"prompt": prompt, "alt": prompt, "mime": "image/png", "width": 4, "height": 3, **more},
    )


async def test_what_was_made_is_found_again_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path / "pictures", now=Days())
    turn = ({"text": "Here.", "signature": ""}, {"picture": True, "signature": "abc="})
    first = await added(gallery, "a Cat", model="m", usd=0.03, turn=turn)
    second = await added(gallery, "a dog", parent=first.id, kind="edited")
    await gallery.note_shown("kitchen", first.id)
    await gallery.note_shown("hall", first.id)
    again = Gallery(tmp_path / "pictures")
    found = await again.entries()
    assert [entry.id for entry in found] == [second.id, first.id]
    assert found[1] == first
    assert set(found[1].shown) == {"kitchen", "hall"}
    assert [entry.prompt for entry in await again.entries(words="CAT")] == ["a Cat"]
    assert await again.entries(words="cat dog") == []
    assert await again.entries(words="%' or 1=1 --") == []
    assert (await again.data(first)).startswith(b"a Cat")
    assert again.path(first).stat().st_mode & 0o077 == 0


async def test_a_prompt_steers_no_terminal_and_turns_no_letters(tmp_path: Path) -> None:
    """A file's name may be anything, undecodable bytes as well."""
    gallery = Gallery(tmp_path)
    named = {
        "prompt": "\u202egnp.exe\x1b[31m \x00 a\nb \udcff",
        "alt": "👨\u200d👩\u200d👧",
        "mime": "image/png",
    }
    await gallery.add(b"x", **named, width=1, height=1)
    (entry,) = await gallery.entries()
    assert (entry.prompt, entry.alt) == ("gnp.exe [31m a b", "👨\u200d👩\u200d👧")


async def test_too_much_and_too_old_go_but_not_what_is_kept(tmp_path: Path) -> None:
    days = Days()
    gallery = Gallery(tmp_path, most_mb=1, most_days=10, now=days)
    kept = await added(gallery, "kept", 500_000)
    await gallery.keep(kept.id)
    old = await added(gallery, "old", 400_000)
    days.now += timedelta(days=1)
    newer = await added(gallery, "newer", 400_000)
    newest = await added(gallery, "newest", 900_000)
    assert {entry.prompt for entry in await gallery.entries()} == {"kept", "newest"}
    assert not gallery.path(old).exists()
    assert not gallery.path(newer).exists()
    days.now += timedelta(days=30)
    assert await gallery.tidy() == 0  # the newest stays, however old
    await added(gallery, "today")
    assert {entry.prompt for entry in await gallery.entries()} == {"kept", "today"}
    await gallery.remove(kept.id)
    with pytest.raises(GalleryError, match="not in the gallery"):
        await gallery.entry(kept.id)
    assert not gallery.path(newest).exists()


async def test_screens_remember_what_they_showed(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path, now=Days())
    one, two = await added(gallery, "one"), await added(gallery, "two")
    for ident in (one.id, two.id, ""):
        await gallery.note_shown("kitchen", ident)
    assert await gallery.on("kitchen") == ""
    assert await gallery.history("kitchen") == ["", two.id, one.id]
    assert await gallery.on("hall") == ""


async def test_what_was_before(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path, now=lambda: datetime(2026, 11, 29, 12))  # all in one second
    one, two = await added(gallery, "one"), await added(gallery, "two")
    assert await gallery.before("kitchen") == []
    for entry in (one, two):
        await gallery.note_shown("kitchen", entry.id)
    assert await gallery.before("kitchen") == [one]
    await gallery.note_shown("kitchen", one.id)
    assert await gallery.before("kitchen") == []  # going back twice is no swinging to and fro
    changed = await added(gallery, "three", parent=one.id)
    await gallery.note_shown("kitchen", changed.id)
    assert await gallery.before("kitchen") == [one]
    await gallery.note_shown("kitchen", "")
    assert await gallery.before("kitchen", 2) == [changed, one]
    assert await gallery.ancestors(changed) == [one]


async def test_a_broken_catalogue_or_file_is_told_and_hurts_nobody(tmp_path: Path) -> None:
    gallery = Gallery(tmp_path, now=Days())
    entry = await added(gallery, "one")
    gallery.path(entry).write_bytes(b"something else")
    with pytest.raises(GalleryError, match="file is damaged"):
        await gallery.data(entry)
    gallery.path(entry).unlink()
    with pytest.raises(GalleryError, match="file is gone"):
        await gallery.data(entry)
    (tmp_path / "gallery.sqlite").write_bytes(b"no database at all, but long enough to be read" * 100)
    assert await Gallery(tmp_path).entries() == []
    assert (tmp_path / "gallery.sqlite.broken").exists()


async def test_what_was_changed_lately_is_known_after_a_restart(tmp_path: Path) -> None:
    days = Days()
    gallery = Gallery(tmp_path, now=days)
    first = await added(gallery, "a cat")
    changed = await added(gallery, "at night", parent=first.id)
    await gallery.note_shown("kitchen", changed.id)
    again = Gallery(tmp_path, now=days)
    assert await again.changed_lately("kitchen", 300)
    assert not await again.changed_lately("hall", 300)
    await again.note_shown("kitchen", first.id)
    assert not await again.changed_lately("kitchen", 300), "nothing was changed there"
    await again.note_shown("kitchen", changed.id)
    days.now += timedelta(seconds=300)
    assert not await again.changed_lately("kitchen", 300), "nobody means it any more"


async def test_a_full_disk_is_told_before_a_picture_is_paid_for(tmp_path: Path) -> None:
    await Gallery(tmp_path / "pictures").room()
    with pytest.raises(GalleryError, match="no room: the disk is full"):
        await Gallery(tmp_path / "pictures", picture_bytes=2**62).room()


async def test_a_full_disk_can_be_looked_at(tmp_path: Path) -> None:
    gallery, empty = Gallery(tmp_path / "pictures", now=Days()), Gallery(tmp_path / "none")
    one = await added(gallery, "one")
    await gallery.note_shown("kitchen", one.id)
    with full_disk():
        assert await gallery.entries() == [one]
        assert (await gallery.data(one)).startswith(b"one")
        assert await gallery.on("kitchen") == one.id
        assert await empty.entries() == []
        assert not (tmp_path / "none").exists(), "who only looks begins none"
        with pytest.raises(GalleryError, match="cannot be used: the disk refuses"):
            await added(gallery, "two")
        with pytest.raises(GalleryError, match="cannot be used: the disk refuses"):
            await gallery.keep(one.id)
    await gallery.keep(one.id)
    assert [entry.kept for entry in await gallery.entries()] == [True], "nothing was lost"
