"""What raw exceptions and close reasons mean for the session."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable

import pytest
from google.auth import exceptions as login
from google.genai import errors
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.frames import Close
from websockets.http11 import Response

from assistant.live.failures import Cause, Failure, LinkLost, classify


def closed(code: int, reason: str) -> errors.APIError:
    """What the SDK raises when the server closes with a code."""
    with pytest.raises(errors.APIError) as caught:
        errors.APIError.raise_error(code, reason, None)
    return caught.value


def _login(kind: Callable[[str], BaseException], text: str) -> BaseException:
    return kind(text)


def status(code: int) -> InvalidStatus:
    return InvalidStatus(Response(code, "", Headers()))


CLOSES = [
    (1007, "API key not valid. Please pass a valid API key.", Cause.CONFIGURATION),
    (1008, "API Key not found. Please pass a valid API key.", Cause.CONFIGURATION),
    (1011, "You exceeded your current quota, please check your plan and billing details.", Cause.QUOTA),
    (1008, "models/x is not found for API version v1beta, or is not supported", Cause.CONFIGURATION),
    (1008, "models/x is not supported for bidiGenerateContent.", Cause.CONFIGURATION),
    (1008, "The caller does not have permission", Cause.CONFIGURATION),
    (1008, "Requested entity was not found.", Cause.FRESH),
    (1007, "Request contains an invalid argument.", Cause.FRESH),
    (1007, "something new", Cause.FRESH),
    (1008, "Operation is not implemented, or supported, or enabled.", Cause.FRESH),
    (1000, "", Cause.RETRY),
    (1001, "going away", Cause.RETRY),
    (1006, "Abnormal closure.", Cause.RETRY),
    (1011, "Deadline expired before operation could complete.", Cause.RETRY),
    (1011, "Internal error encountered.", Cause.RETRY),
    (1011, "The service is currently unavailable.", Cause.RETRY),
]


@pytest.mark.parametrize(("code", "reason", "cause"), CLOSES)
def test_close_codes_and_reasons(code: int, reason: str, cause: Cause) -> None:
    failure = classify(closed(code, reason))
    assert failure.cause is cause
    assert failure.sentence.endswith(".")
    assert reason not in failure.sentence or not reason


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (status(400), Cause.CONFIGURATION),
        (status(401), Cause.CONFIGURATION),
        (status(403), Cause.CONFIGURATION),
        (status(404), Cause.CONFIGURATION),
        (status(429), Cause.QUOTA),
        (status(500), Cause.RETRY),
        (status(503), Cause.RETRY),
        (socket.gaierror(-2, "Name or service not known"), Cause.NETWORK),
        (ssl.SSLCertVerificationError(1, "self-signed certificate"), Cause.NETWORK),
        (ConnectionRefusedError(111, "refused"), Cause.NETWORK),
        (TimeoutError(), Cause.NETWORK),
        (_login(login.DefaultCredentialsError, "not found"), Cause.CONFIGURATION),
        (_login(login.RefreshError, "Reauthentication is needed."), Cause.CONFIGURATION),
        (_login(login.TransportError, "no route"), Cause.NETWORK),
        (TypeError("unexpected key"), Cause.RETRY),
        (ValueError("Failed to parse response"), Cause.RETRY),
        (LinkLost(Failure(Cause.QUOTA, "Known.")), Cause.QUOTA),
    ],
)
def test_exceptions(error: BaseException, cause: Cause) -> None:
    assert classify(error).cause is cause


def test_what_websockets_raises_itself_is_understood_too() -> None:
    assert classify(ConnectionClosedError(Close(1008, "expired"), None)).cause is Cause.FRESH
    assert classify(ConnectionClosedError(None, None)).cause is Cause.RETRY
