"""Pictures are decoded, fitted and drawn in a process of their own: what is hostile ends there."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.errors import ToolError
from assistant.redaction import without_secrets
from assistant.showing import Panel
from assistant.vision.headers import BadPicture, header

SECONDS = 30.0
AT_ONCE = 2
AS_IT_IS = ("image/png", "image/jpeg", "image/webp")
"""What every browser shows."""


@dataclass(frozen=True)
class Done:
    """What came out of the workshop."""

    data: bytes
    mime: str
    width: int
    height: int


class Workshop:
    """Starts a child for each job; the daemon itself never decodes a picture."""

    def __init__(self) -> None:
        self._benches = asyncio.Semaphore(AT_ONCE)

    async def fitted(self, data: bytes, panel: Panel) -> Done:
        """A picture as this panel takes it; a browser fits for itself.

        Raises:
            BadPicture: it cannot be read.
        """
        head = header(data)
        if panel.form == "as it is" and head.mime in AS_IT_IS and not panel.rotate:
            return Done(data, head.mime, head.width, head.height)
        return await self._job({"do": "fit", **_told(panel)}, data)

    async def cleaned(self, data: bytes, longest: int = 0) -> Done:
        """Somebody's file as we keep it: turned as its EXIF says, and without that and all else it told; its
        longer side has at most ``longest`` pixels (0: any).

        Raises:
            BadPicture: it is no picture, or a bomb.
        """
        header(data)
        return await self._job({"do": "clean", "longest": longest}, data)

    async def card(self, content: Mapping[str, Any], panel: Panel) -> Done:
        """Draw a card (see `cards`) in the shape of a panel."""
        return await self._job({"do": "card", "content": dict(content), **_told(panel)}, b"")

    async def sheet(self, pictures: list[bytes], titles: list[str], panel: Panel) -> Done:
        """Many pictures on one."""
        lengths = [len(each) for each in pictures]
        job = {"do": "sheet", "lengths": lengths, "titles": titles, **_told(panel)}
        return await self._job(job, b"".join(pictures))

    async def pasted(self, before: bytes, after: bytes, mask: bytes) -> Done:
        """``before`` with that of ``after`` which is white in ``mask``."""
        lengths = [len(before), len(after), len(mask)]
        return await self._job({"do": "paste", "lengths": lengths}, before + after + mask)

    async def _job(self, job: Mapping[str, Any], data: bytes) -> Done:
        async with self._benches:
            try:
                async with asyncio.timeout(SECONDS):
                    told, made = await _worked(job, data)
            except TimeoutError as error:
                raise BadPicture("The picture takes too long to be read.") from error
        if "error" in told:
            raise BadPicture(str(told["error"]))
        return Done(made, str(told["mime"]), int(told["width"]), int(told["height"]))


async def _worked(job: Mapping[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "assistant.vision.bench"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=without_secrets(),
    )
    try:
        out, _ = await process.communicate(json.dumps(job).encode() + b"\n" + data)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    line, _, made = out.partition(b"\n")
    if process.returncode or not line:
        raise ToolError("The picture is too much for this machine.")
    told: dict[str, Any] = json.loads(line)
    return told, made


def _told(panel: Panel) -> dict[str, Any]:
    return {
        "size": [panel.width or 1280, panel.height or 720],
        "colours": list(panel.colours),
        "rotate": panel.rotate,
        "form": panel.form,
        "largest": panel.largest,
    }
