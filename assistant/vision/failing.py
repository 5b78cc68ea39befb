"""What a video service answers instead of an answer: a sentence, and whether it is worth to ask again."""

from __future__ import annotations

import re

from assistant.errors import NOT_SIGNED_IN, VisionError
from assistant.vision.looks import UNREADABLE

ATTEMPTS = 3
RETRY_SECONDS = (1.0, 3.0)
PATIENCE_SECONDS = 10.0
"""A service that asks to wait for longer is not asked again now."""
BUSY = (408, 429, 500, 502, 503, 504)
GONE = (403, 404)
LOST = re.compile(r"\bfiles?\b.*\b(?:not exist|not found)\b", re.DOTALL)

QUOTA = "Gemini's quota is used up for now."
OVERLOADED = "Gemini is overloaded right now."
KEY = "Gemini refuses the API key"
LOST_CLIP = "Gemini has lost the clip that was sent to it"
NOT_ALLOWED = "Gemini refuses to describe that clip."


class Busy(VisionError):
    """The service has no time or no quota; another model might."""


class Retired(VisionError):
    """There is no such model any more."""


class Refusing(VisionError):
    """The service does not want to describe this."""


class Unreachable(VisionError):
    """There is no way to the service."""


class Lost(VisionError):
    """The service has not got, or does not have any more, what was sent to it."""


def wait(error: BaseException, attempt: int) -> float | None:
    """How long until the next attempt; None when there is none."""
    if getattr(error, "code", None) not in BUSY or attempt + 1 >= ATTEMPTS:
        return None
    wished = _wished(error)
    if wished is not None and wished > PATIENCE_SECONDS:
        return None
    return max(RETRY_SECONDS[attempt], wished or 0.0)


def _wished(error: BaseException) -> float | None:
    """How long the service asks to wait."""
    details = getattr(error, "details", None)
    inner = details.get("error", details) if isinstance(details, dict) else {}
    for each in inner.get("details", ()) if isinstance(inner, dict) else ():
        delay = str(each.get("retryDelay", "")) if isinstance(each, dict) else ""
        if delay.endswith("s") and delay[:-1].replace(".", "", 1).isdigit():
            return float(delay[:-1])
    return None


def understood(error: BaseException, broken: str = "There is no way to Gemini right now.") -> VisionError:
    """A raw exception of the SDK as a sentence."""
    code = getattr(error, "code", None)
    text = f"{getattr(error, 'message', '')} {error}".casefold()
    if _unknown(error):
        return VisionError(NOT_SIGNED_IN)
    if "api key" in text or code == 401:
        return VisionError(f"{KEY}; check the key or make a new one.")
    if code in GONE and LOST.search(text):
        return Lost(f"{LOST_CLIP}.")
    if code == 404 or "is not found" in text:
        return Retired("The configured video model is not there any more.")
    if code == 429:
        return Busy(QUOTA)
    if code in BUSY:
        return Busy(OVERLOADED)
    if code == 403:
        return VisionError("This API key may not use the configured video model.")
    if code == 413:
        return VisionError("The clip is too large to be sent at once.")
    if isinstance(code, int):
        return VisionError("Gemini does not take this clip.")
    return VisionError(UNREADABLE) if isinstance(error, RecursionError) else Unreachable(broken)


def _unknown(error: BaseException) -> bool:
    """Whether Google Cloud does not know who asks; that it cannot be reached is another matter."""
    from google.auth import exceptions as login

    unreachable = isinstance(error, (login.TransportError, login.TimeoutError))
    return isinstance(error, login.GoogleAuthError) and not unreachable


def elsewhere(error: BaseException) -> VisionError:
    """The same, for a film that the service is to fetch, or to have, itself."""
    why = understood(error)
    if isinstance(why, Lost):
        return VisionError("Gemini has no such film any more; send it again.")
    if getattr(error, "code", None) == 403 and KEY not in str(why):
        return VisionError("Gemini may not watch that film: it is private, or not to be seen where you are.")
    return why
