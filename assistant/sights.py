"""Errands for the cameras: a clip and what is to be seen in it, and how the cameras are."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from assistant.app import House
from assistant.control import Tell
from assistant.errors import UsageError, VisionError
from assistant.store import write_atomically
from assistant.vision.addresses import fetchable, mime_of, obstacle
from assistant.vision.asking import Input
from assistant.vision.clips import wish
from assistant.vision.looks import KINDS, RESOLUTIONS, Look, Wanted
from assistant.vision.moments import span

USUAL_QUESTION = "What happens here?"
LONGEST_MADE = 45 * 60.0
MOST_OF_A_FILM = 86_400.0
"""Seconds, or pictures a second; a clip is cut to what there is."""


async def tell_cameras(house: House, tell: Tell) -> bool:
    """How every camera is, one after the other; whether all can be seen.

    Raises:
        VisionError: there is none.
    """
    if not house.vision.cameras.configured:
        raise VisionError("No camera is configured; an entry under cameras in config.yaml makes one")
    states = await house.vision.cameras.settled_states()
    for state in states:
        tell({"event": "camera_state", **state})
    return all(state["state"] in ("live", "private", "waiting") for state in states)


async def tell_clip(house: House, request: dict[str, Any], tell: Tell) -> bool:
    """Answer a question about a camera's clip or about a film; a clip may be kept as a file.

    Raises:
        VisionError: nothing can be seen; the text says why.
        UsageError: the request makes no sense.
    """
    house.vision.wanted()
    wanted = _wanted(request)
    target, seconds = str(request.get("of", "")), _number(request, "seconds")
    if request.get("film") is True:
        look = await _film(house, target, request, wanted, tell)
    else:
        camera = house.vision.cameras.named(target.replace("_", " "))
        when = str(request.get("at") or "now")
        if request.get("save"):
            await _saved(house, request, tell)
        tell({"event": "step", "text": f"Let me look at the {camera.name}."})
        look = await house.vision.describer.look(camera, wanted, when, seconds)
    tell({"event": "clip", **look.shown()})
    return True


def _wanted(request: dict[str, Any]) -> Wanted:
    kind, resolution = str(request.get("as") or "answer"), str(request.get("resolution") or "")
    if kind not in KINDS:
        raise UsageError(f"an answer is one of {', '.join(KINDS)}, not {kind!r}")
    if resolution not in RESOLUTIONS:
        raise UsageError(f"a resolution is one of low, medium, high or 'ultra high', not {resolution!r}")
    return Wanted(
        str(request.get("question") or USUAL_QUESTION),
        kind,
        str(request.get("model") or ""),
        _number(request, "fps"),
        resolution,
    )


def _number(request: dict[str, Any], key: str) -> float:
    """A number of the request; 0 when it bears none.

    Raises:
        UsageError: it is none, or none that a film could have.
    """
    value = request.get(key) or 0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST_OF_A_FILM:
        raise UsageError(f"{key} is a number from 0 to {MOST_OF_A_FILM:g}, not {str(value)[:20]!r}")
    return float(value)


async def _saved(house: House, request: dict[str, Any], tell: Tell) -> None:
    """The clip as the camera encoded it, in a file that only its owner can read."""
    vision, path = house.vision, Path(str(request["save"]))
    camera = vision.cameras.named(str(request["of"]).replace("_", " "))
    seconds = _number(request, "seconds") or vision.config.clips.seconds
    asked_for = span(str(request.get("at") or "now"), seconds, vision.clock)
    clip = await vision.cameras.clip(camera, asked_for, wish(seconds), raw=True)
    try:
        await asyncio.to_thread(write_atomically, path, clip.data)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
    tell({"event": "step", "text": f"{path}: {len(clip.data)} bytes"})


async def _film(house: House, target: str, request: dict[str, Any], wanted: Wanted, tell: Tell) -> Look:
    """A file, or a film in the web."""
    begin, end = _offset(request.get("from")), _offset(request.get("to"))
    if begin is not None and end is not None and end <= begin:
        raise UsageError("--to comes after --from")
    fps = wanted.fps or None
    if "://" in target:
        one = Input(uri=fetchable(target), fps=fps, begin=begin, end=end, mime=mime_of(target))
    else:
        one = await _input(house, Path(target), request, wanted)

    def progress(sent: int, whole: int) -> None:
        tell({"event": "step", "text": f"{sent} of {whole} bytes sent"})

    about = Wanted(wanted.question, wanted.kind, wanted.model, wanted.fps, wanted.resolution, about="A film.")
    return await house.vision.describer.films([one], about, progress)


async def _input(house: House, path: Path, request: dict[str, Any], wanted: Wanted) -> Input:
    """A file as it can be sent: as it is, or made an MP4 of the part that is asked about."""
    if missing := await asyncio.to_thread(obstacle, path):
        raise VisionError(f"{path}: {missing}.")
    begin, end = _offset(request.get("from")), _offset(request.get("to"))
    eyes = house.vision.cameras.eyes
    what, _ = await eyes.ask({"do": "prepare", "known": True, "path": str(path)})
    fps, lasts = wanted.fps or None, float(what["seconds"])
    if begin and 0 < lasts <= begin:
        raise UsageError(f"the film lasts only {lasts:.3g} seconds; --from is before its end")
    if what["mime"] and not request.get("prepare"):
        return Input(path=path, mime=str(what["mime"]), fps=fps, begin=begin, end=end, seconds=lasts)
    how = {**wish(60.0, wanted.question, wanted.fps), "begin": begin or 0.0, "end": end or LONGEST_MADE}
    told, data = await eyes.ask({"do": "prepare", "path": str(path), "wish": how}, seconds=600)
    seconds = float(told["seconds"])
    return Input(data=data, fps=float(told["fps"]), end=seconds, cut_at=float(told["begin_s"]))


def _offset(value: object) -> float | None:
    """Seconds, given as such or as MM:SS."""
    if value in (None, ""):
        return None
    try:
        minutes, _, seconds = str(value).rpartition(":")
        found = float(seconds) + 60 * float(minutes or 0)
    except ValueError:
        found = -1.0
    if not 0 <= found < 1e6:
        raise UsageError(f"{str(value)[:20]!r} is no place in a film; write seconds or MM:SS")
    return found
