"""Captioner: a plugin that describes pictures on a machine of this house, for when nothing may leave it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

from assistant import faults
from assistant.errors import ToolError, VisionError
from assistant.plugin import Plugin

log = logging.getLogger(__name__)

CAPTION_SECONDS = 120.0
"""A small model on a small machine takes its time."""
LONGEST_CAPTION = 2000


@dataclass(frozen=True)
class Scene:
    """What is to be described: JPEG ``pictures`` in order, with the ``seconds`` of the clip at which each was
    taken, what was asked, and by which camera they were taken ("" for a film from elsewhere)."""

    question: str
    pictures: tuple[bytes, ...] = field(repr=False)
    seconds: tuple[float, ...] = ()
    camera: str = ""


class Captioner(Plugin):
    """Answers questions about clips when no cloud does: the key, the money or the internet is missing, or the
    house is to be left to itself. It gets at most ``most_pictures`` pictures of ``pixels`` points."""

    most_pictures: int = 4
    pixels: int = 768

    async def caption(self, scene: Scene) -> str:
        """The answer, in a sentence or two.

        Raises:
            ToolError: there is none; the text is logged, and the embedded brain says what it can.
        """
        raise NotImplementedError(f"{type(self).__name__} needs `async def caption(self, scene)`")

    async def captioned(self, scene: Scene) -> str:
        """The same, bounded, and whatever the author's code raises as a sentence.

        Raises:
            VisionError: there is no answer.
        """
        try:
            async with asyncio.timeout(CAPTION_SECONDS):
                text = await self.caption(scene)
        except ToolError as error:
            raise VisionError(str(error)) from error
        except TimeoutError as error:
            raise VisionError(f"{self.title} takes too long to look at it.") from error
        except BaseException as error:
            if faults.passes(error):
                raise
            faults.log_fault(log, f"the captioner {self.title} failed", error, type(self).__module__)
            raise VisionError(f"{self.title} could not look at it.") from error
        if not isinstance(text, str) or not text.strip():
            raise VisionError(f"{self.title} says nothing about it.")
        return text.strip()[:LONGEST_CAPTION]
