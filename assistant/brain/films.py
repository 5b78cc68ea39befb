"""Films in a request: what can be told of them without understanding pictures."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from assistant.brain.refusal import Refusal
from assistant.brain.wire import Hangup, Json, unbase64

LOOK_SECONDS = 60.0
FRAME_TOKENS, FINE_TOKENS, SOUND_TOKENS = 70, 280, 32
"""Of a picture, of one at high resolution, of a second of sound: as the models since Gemini 3 count."""
UPLOADED = re.compile(r"/files/([a-z0-9-]{1,40})$")
FINE = frozenset({"MEDIA_RESOLUTION_HIGH", "MEDIA_RESOLUTION_ULTRA_HIGH"})
OFFLINE = "I can't describe pictures offline."

FindFile = Callable[[str], Path]
"""The bytes of an uploaded file by its id; raises Refusal."""


async def looked_at(turn: Json, find: FindFile) -> list[Json]:
    """What each film of a turn is; those that cannot be read are left out."""
    found: list[Json] = []
    for part in turn.get("parts", []):
        if (film := await _looked(part, find)) is not None:
            found.append(film)
    return found


async def _looked(part: Json, find: FindFile) -> Json | None:
    inline, file = part.get("inlineData"), part.get("fileData")
    wanted = _wanted(part.get("videoMetadata"))
    if isinstance(inline, dict) and str(inline.get("mimeType", "")).startswith("video/"):
        try:
            data = unbase64(inline.get("data"), "inlineData.data")
        except Hangup as error:
            raise Refusal(400, error.reason) from error
        with NamedTemporaryFile(prefix="brain-film-") as kept:
            await asyncio.to_thread(kept.write, data)
            kept.flush()
            told = await _child(Path(kept.name), wanted)
            size = len(data)
    elif isinstance(file, dict) and (
        id_ := re.search(r"/files/([a-z0-9-]{1,40})$", str(file.get("fileUri")))
    ):
        path = find(id_[1])
        told, size = await _child(path, wanted), path.stat().st_size
    else:
        return None
    if told is None:
        return None
    resolution = part.get("mediaResolution")
    fine = isinstance(resolution, dict) and resolution.get("level") in FINE
    tokens = told["frames"] * (FINE_TOKENS if fine else FRAME_TOKENS)
    tokens += round(told["seconds"] * SOUND_TOKENS) if told["sound"] else 0
    return {**told, "bytes": size, "fine": fine, "fps": wanted[2], "tokens": tokens}


def _wanted(metadata: object) -> tuple[float, float, float]:
    """Begin, end and pictures a second."""
    told = metadata if isinstance(metadata, dict) else {}
    fps = told.get("fps", 1.0)
    if not isinstance(fps, int | float) or isinstance(fps, bool) or not 0 < fps <= 24:
        raise Refusal(400, "'fps' is more than 0 and at most 24.")
    return _offset(told.get("startOffset"), 0.0), _offset(told.get("endOffset"), 1e9), float(fps)


def _offset(text: object, usual: float) -> float:
    if text is None:
        return usual
    if not re.fullmatch(r"\d{1,6}(\.\d{1,9})?s", str(text), re.ASCII):
        raise Refusal(400, "An offset looks like 3.5s.")
    return float(str(text)[:-1])


async def _child(path: Path, wanted: tuple[float, float, float]) -> Json | None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", "assistant.brain.film_child", str(path), *(str(number) for number in wanted)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            out, _ = await process.communicate()
        told: Any = json.loads(out) if process.returncode == 0 else None
    except (TimeoutError, ValueError):
        return None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return told if isinstance(told, dict) else None


def summary(films: list[Json]) -> str:
    """The honest answer about films: that they are not understood, and what moves in them."""
    (film, *_) = films
    seconds = round(film["seconds"])
    these = f"these {seconds} seconds" if seconds > 1 else "this second"
    moved = [span for span in film["movement"] if span["kind"] == "movement"]
    light = [span for span in film["movement"] if span["kind"] == "light"]
    if not moved:
        what = f"Nothing moves in {these}"
        what += f", but the light changes at {_place(light[0]['begin_s'])}" if light else ""
        return f"{OFFLINE} {what}."
    spans = " and ".join(_span(span) for span in moved[:3])
    return f"{OFFLINE} But in {these} something moves {spans}."


def facts(films: list[Json]) -> Json:
    """The same as JSON, with what was found out about each film."""
    moved = [span for film in films for span in film["movement"]]
    events = [{"at": _place(span["begin_s"])[1:-1], "what": span["kind"]} for span in moved]
    return {"summary": summary(films), "importance": int(bool(moved)), "events": events, "films": films}


def _span(span: Json) -> str:
    """Where and when."""
    begin, end = _place(span["begin_s"]), _place(span["end_s"])
    side = f"in the {span['sides'][0]}" if span["sides"][0] == "middle" else f"at the {span['sides'][0]}"
    return f"{side} {f'at {begin}' if begin == end else f'from {begin} to {end}'}"


def _place(seconds: float) -> str:
    return f"[{int(seconds) // 60:02d}:{int(seconds) % 60:02d}]"
