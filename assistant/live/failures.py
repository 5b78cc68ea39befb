"""Our own small taxonomy of what goes wrong on a Live link; raw exceptions end here."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from enum import Enum, auto

from assistant.errors import NOT_SIGNED_IN


class Cause(Enum):
    """What to do next depends on this, never on an exception's type."""

    RETRY = auto()
    FRESH = auto()
    QUOTA = auto()
    CONFIGURATION = auto()
    NETWORK = auto()
    MONEY = auto()
    GIVEN_UP = auto()


@dataclass(frozen=True)
class Failure:
    """A cause and one sentence for the user."""

    cause: Cause
    sentence: str


class LinkLost(Exception):
    """The link ended; carries its failure."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure


TEXTS: tuple[tuple[str, Cause, str], ...] = (
    ("api key", Cause.CONFIGURATION, "Gemini refuses the API key; check the key or make a new one."),
    ("quota", Cause.QUOTA, "Gemini's quota is used up for now."),
    ("resource_exhausted", Cause.QUOTA, "Gemini's quota is used up for now."),
    (
        "not found for api version",
        Cause.CONFIGURATION,
        "Gemini does not know the configured model (gemini.model).",
    ),
    (
        "is not supported for bidi",
        Cause.CONFIGURATION,
        "The configured model (gemini.model) cannot hold a talk.",
    ),
    ("permission", Cause.CONFIGURATION, "This API key may not use the configured model."),
    ("requested entity was not found", Cause.FRESH, "The old conversation is gone."),
    ("invalid argument", Cause.FRESH, "Gemini refused the request."),
)
STATUS: dict[int, tuple[Cause, str]] = {
    400: (Cause.CONFIGURATION, "Gemini refuses the request; check the gemini section of the configuration."),
    401: (Cause.CONFIGURATION, "Gemini refuses the API key; check the key or make a new one."),
    403: (Cause.CONFIGURATION, "This API key may not use Gemini Live."),
    404: (Cause.CONFIGURATION, "There is no Live service at the configured address or API version."),
    429: (Cause.QUOTA, "Gemini's quota is used up for now."),
}


def classify(error: BaseException) -> Failure:
    """What a raw exception of the SDK, of its sign-in, of websockets or of the system means."""
    from google.auth import exceptions as login

    if isinstance(error, LinkLost):
        return error.failure
    if isinstance(error, (login.TransportError, login.TimeoutError)):
        return Failure(Cause.NETWORK, "Google Cloud cannot be reached to sign in.")
    if isinstance(error, login.GoogleAuthError):
        return Failure(Cause.CONFIGURATION, NOT_SIGNED_IN)
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failure(Cause.NETWORK, "The other end's certificate is not trusted; is there a login page?")
    if isinstance(error, socket.gaierror):
        return Failure(Cause.NETWORK, "There is no internet connection.")
    if isinstance(error, TimeoutError):
        return Failure(Cause.NETWORK, "The brain does not answer.")
    if isinstance(error, OSError):
        return Failure(Cause.NETWORK, "The brain cannot be reached.")
    return _by_text(error) or _by_number(error)


def _by_text(error: BaseException) -> Failure | None:
    """What was said counts more than its number: a wrong key is a 400, too."""
    text = f"{getattr(error, 'details', '')} {getattr(error, 'message', '')} {error}".casefold()
    for part, cause, sentence in TEXTS:
        if part in text:
            return Failure(cause, sentence)
    return None


def _by_number(error: BaseException) -> Failure:
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(status, int):
        cause, sentence = STATUS.get(status, (Cause.RETRY, "The brain is not available right now."))
        return Failure(cause, sentence)
    if _code(error) in (1007, 1008):
        return Failure(Cause.FRESH, "The brain ended the conversation.")
    return Failure(Cause.RETRY, "The connection to the brain was lost.")


def _code(error: BaseException) -> int | None:
    """With which code the server closed, if it did: websockets keeps it elsewhere than the SDK."""
    code = getattr(getattr(error, "rcvd", error), "code", None)
    return code if isinstance(code, int) else None
