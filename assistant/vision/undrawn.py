"""Why there is no picture: every way in which a service refuses or stumbles, as the right sentence."""

from __future__ import annotations

import logging
import re
from typing import Any

from assistant.errors import NOT_SIGNED_IN, ToolError
from assistant.plain import one_line

log = logging.getLogger(__name__)

SAYINGS = {
    "blocked prompt": "I'm not allowed to draw that.",
    "blocked result": "The picture came out in a way that the service won't show. Another try may work.",
    "forbidden result": "The service gives out no such picture, however often I try. Ask for something else.",
    "too alike": "The picture came out too close to one that exists already. Try other words.",
    "no image": "The drawing service answered without a picture.",
    "garbled": "The drawing service sent something that is no answer.",
    "unpaid": "Pictures need a key that is paid for: the free ones have none.",
    "elsewhere": "The drawing service does not serve the country where we are.",
    "quota": "The drawing service has no quota left for us just now.",
    "busy": "The drawing service is busy. Try again in a minute.",
    "timeout": "The drawing service took too long, I stopped waiting.",
    "offline": "I can't reach the drawing service; is there an internet connection?",
    "key": "The drawing service refuses our key.",
    "sign-in": NOT_SIGNED_IN,
    "unknown model": "The drawing service does not know the configured model (pictures.model).",
    "refused": "The drawing service refuses the request.",
    "no people": "The service draws no people with our settings (pictures.people).",
    "no children": "The service draws no children with our settings (pictures.people).",
    "no known people": "The service draws nobody who is known. Try it without the name.",
    "personal": "The service held it back because of personal data in it.",
    "cannot draw": "I can't draw without Gemini. I can show the gallery, or the weather or a list as a card.",
}
QUESTIONS = {"blocked prompt": "Shall I try it differently?"}
"""What is asked besides, where somebody can answer."""
FINISHES = {
    "IMAGE_SAFETY": "blocked result",
    "SPII": "personal",
    **dict.fromkeys(("IMAGE_PROHIBITED_CONTENT", "MODEL_ARMOR"), "forbidden result"),
    **dict.fromkeys(("SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST"), "blocked prompt"),
    **dict.fromkeys(("IMAGE_RECITATION", "RECITATION"), "too alike"),
}
"""Finish reason → what it means; all others without a picture mean that there is none."""
STATUS = {401: "key", 403: "key", 404: "unknown model", 429: "quota", 503: "busy", 504: "timeout"}

CODE = re.compile(r"\b\d{8}\b")
RAI = {
    **dict.fromkeys(("58061214", "17301594"), "no children"),
    **dict.fromkeys(("29310472", "15236754"), "no known people"),
    "39322892": "no people",
    "92201652": "personal",
}
FILTERS = {
    "62263041": "dangerous",
    **dict.fromkeys(("57734940", "22137204"), "hateful"),
    **dict.fromkeys(("90789179", "63429089", "43188360"), "sexual"),
    **dict.fromkeys(("61493863", "56562880"), "violent"),
    "78610348": "toxic",
    "32635315": "vulgar",
    **dict.fromkeys(("89371032", "49114662", "72817394"), "forbidden"),
}
"""Support codes of Imagen's filters, as Google Cloud documents them (for prompts and for pictures)."""


class NotDrawn(ToolError):
    """There is no picture; ``cause`` is a key of ``SAYINGS``, the text may be spoken."""

    def __init__(self, cause: str, text: str = "", *, foreign: bool = False) -> None:
        super().__init__(text or SAYINGS[cause], foreign=foreign)
        self.cause = cause

    def asking(self) -> NotDrawn:
        """The same with the question that goes with it, for somebody who can answer."""
        question = QUESTIONS.get(self.cause, "")
        return NotDrawn(self.cause, f"{self} {question}".strip(), foreign=self.foreign)


def held_back(reason: str) -> NotDrawn:
    """What Imagen's reason for keeping a picture to itself means: its codes say more than its words."""
    log.warning("a picture was held back: %s", one_line(reason, 300))
    for code in CODE.findall(reason):
        if cause := RAI.get(code):
            return NotDrawn(cause)
        if kind := FILTERS.get(code):
            return NotDrawn(
                "blocked result", f"The service held the picture back as {kind}; that may be a mistake."
            )
    return NotDrawn("blocked result")


def refusal(error: Any) -> NotDrawn:
    """What an error of the service means."""
    log.warning("the drawing service: %s %s", error.code, error.status)
    text = f"{error.message} {error.status}".casefold()
    if "api key" in text or "api_key" in text:
        return NotDrawn("key")
    if "free_tier" in text or "billing not enabled" in text or "limit: 0" in text:
        return NotDrawn("unpaid")
    if error.code == 400 and "location is not supported" in text:
        return NotDrawn("elsewhere")
    if error.code == 400 and re.search(r"safety|prohibited|blocked", text):
        return NotDrawn("blocked prompt")
    return NotDrawn(STATUS.get(error.code or 0, "busy" if (error.code or 0) >= 500 else "refused"))
