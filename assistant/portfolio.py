"""What the command line asks of the studio: pictures made, changed, listed, kept and shown."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.app import House
from assistant.control import Tell
from assistant.errors import UsageError
from assistant.tools.telling import told_to
from assistant.vision.gallery import Entry, Gallery
from assistant.vision.headers import LARGEST_BYTES, BadPicture
from assistant.vision.imagen import MODES, PARTS
from assistant.vision.painting import short
from assistant.vision.studio import Studio
from assistant.vision.wishing import MOST_AT_ONCE, Order

LAST = "last"
CAMERA = "camera:"
MOST_LISTED = 50
MOST_REFERENCES = 14
LONGEST_NUMBER = 3
"""A shorter word of digits is no id, but the number of a picture on a sheet."""


async def asked(house: House, request: dict[str, Any], tell: Tell) -> bool:
    """Do what a request ``picture``, ``gallery`` or ``screens`` says.

    Raises:
        UsageError: it asks for something impossible.
        ToolError: there is no picture; the text says why.
    """

    async def step(text: str) -> None:
        tell({"event": "step", "text": text})

    told_to(step)
    if request["do"] == "screens":
        _tell_screens(house.studio, tell)
        return True
    if request["do"] == "gallery":
        return await _gallery(house.studio, request, tell)
    order = await _order(house, request)
    batch, said, shown = await house.studio.make(order, _text(request, "screen"))
    for number, entry in enumerate(batch.entries, 1):
        last = {"text": said} if shown and number == len(batch.entries) else {}
        now = await house.studio.store.entry(entry.id)  # by now it hangs somewhere
        tell({**_item(house.studio.store, now), **last})
    if not shown:
        tell({"event": "error", "text": said})
    return shown


def _tell_screens(studio: Studio, tell: Tell) -> None:
    """Every screen that there is now, whether or not somebody would see a picture there."""
    for screen in studio.wall.screens:
        panel = screen.panel
        size = [panel.width, panel.height] if panel.width else None
        open_ = not screen.absence
        tell({"event": "screen", "name": screen.name, "area": screen.area, "open": open_, "size": size})


async def _order(house: House, request: dict[str, Any]) -> Order:
    studio = house.studio
    cameras, references = await _references(house, request)
    mask, part, mode = _text(request, "mask"), _text(request, "part"), _text(request, "mode")
    if part and part not in PARTS:
        raise UsageError(f"--part is one of {', '.join(PARTS)}")
    if mode not in MODES:
        raise UsageError(f"--mode is one of {', '.join(filter(None, MODES))}")
    edit = _text(request, "edit")
    if (mask or part or mode) and not edit:
        raise UsageError("--mask, --part and --mode say what of a picture changes: name it with --edit")
    return Order(
        _text(request, "prompt"),
        _text(request, "aspect"),
        _text(request, "size"),
        [(data, "") for data in references],
        await _parent(studio, edit, _text(request, "screen")) if edit else None,
        (await studio.painter.workshop.cleaned(await _file(mask))).data if mask else b"",
        part,
        mode,
        request.get("yes") is True,
        _count(request),
        cameras,
        mute=True,
    )


async def _references(house: House, request: dict[str, Any]) -> tuple[list[str], list[bytes]]:
    """The pictures to go by, those of cameras first, and the names of these cameras."""
    paths = request.get("references") or []
    if not isinstance(paths, list) or len(paths) > MOST_REFERENCES:
        raise UsageError(f"at most {MOST_REFERENCES} pictures can be given with --ref")
    cameras, seen, files = house.vision.cameras, {}, []
    for path in map(str, paths):
        if path.startswith(CAMERA):
            camera = cameras.named(path.removeprefix(CAMERA))
            seen[camera.name], _ = await cameras.still(camera)
        else:
            files.append(await _file(path))
    return list(seen), [*seen.values(), *files]


def _count(request: dict[str, Any]) -> int:
    value = request.get("count")
    if value is None:
        return 0
    if type(value) is not int or not 1 <= value <= MOST_AT_ONCE:
        raise UsageError(f"--count is 1 to {MOST_AT_ONCE}")
    return value


async def _parent(studio: Studio, edit: str, screen: str) -> Entry:
    """A picture of the gallery, or a file, which then is in the gallery, too."""
    if edit.startswith("/"):
        return await studio.take(await _file(edit), Path(edit).stem, longest=0)
    return await _named(studio, edit, screen)


async def _named(studio: Studio, ident: str, screen: str) -> Entry:
    """The picture with this id; ``last`` is what hangs on the one screen named, else the newest."""
    if ident == LAST:
        shown = studio.wall.targets(screen) if screen else []
        if len(shown) == 1 and (hung := await studio.store.on(shown[0].name)):
            return await studio.store.entry(hung)
        newest: Sequence[Entry] = await studio.store.entries(1)
        if not newest:
            raise UsageError("there is no picture yet")
        return newest[0]
    return await studio.store.entry(ident)


async def _file(path: str) -> bytes:
    """A file of the user's, as far as it can be a picture."""

    def read() -> bytes:
        with Path(path).open("rb") as file:
            return file.read(LARGEST_BYTES + 1)

    try:
        return await asyncio.to_thread(read)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error


async def _gallery(studio: Studio, request: dict[str, Any], tell: Tell) -> bool:
    match request:
        case {"keep": str(ident)}:
            await studio.store.keep((await _named(studio, ident, "")).id)
        case {"remove": str(ident)}:
            gone = (await _named(studio, ident, "")).id
            await studio.wall.take_down(gone)
            await studio.store.remove(gone)
        case {"show": str(ident)} if ident.isdecimal() and len(ident) <= LONGEST_NUMBER:
            text = await studio.pick(max(1, int(ident)), screen=_text(request, "screen"))
            tell({"event": "step", "text": text})
        case {"show": str(ident)}:
            text = await studio.hang(await _named(studio, ident, ""), _text(request, "screen"))
            tell({"event": "step", "text": text})
        case {"add": str(path)}:
            try:
                tell(_item(studio.store, await _parent(studio, path, "")))
            except BadPicture as error:
                raise UsageError(f"{path}: {error}") from error
        case _:
            for item in await listed(studio.store, _text(request, "words")):
                tell(item)
    return True


async def listed(gallery: Gallery, words: str) -> list[dict[str, Any]]:
    """The newest pictures, or those of which these words were said; and that there is none, in words."""
    found = [_item(gallery, entry) for entry in await gallery.entries(MOST_LISTED, words)]
    none = f"There is no picture of {short(words)} in the gallery." if words else "The gallery is empty."
    return found or [{"event": "step", "text": none}]


def _item(gallery: Gallery, entry: Entry) -> dict[str, Any]:
    return {
        "event": "picture",
        "id": entry.id,
        "at": entry.at,
        "kind": entry.kind,
        "prompt": entry.prompt,
        "parent": entry.parent,
        "model": entry.model,
        "usd": entry.usd,
        "width": entry.width,
        "height": entry.height,
        "kept": entry.kept,
        "shown": list(entry.shown),
        "file": str(gallery.path(entry)),
    }


def _text(request: dict[str, Any], key: str) -> str:
    value = request.get(key, "")
    if not isinstance(value, str):
        raise UsageError(f"{key!r} must be a text")
    return value
