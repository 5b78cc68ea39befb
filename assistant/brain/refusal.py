"""REST refusals in the shape Google gives them."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class Refusal(Exception):
    """The request is answered with this status and message."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status, self.message = status, message


def refused(refusal: Refusal) -> Response:
    """The error body that the SDK reads."""
    status = STATUSES.get(refusal.status, "UNKNOWN")
    message = refusal.message or status.replace("_", " ").capitalize() + "."
    error: dict[str, Any] = {"code": refusal.status, "message": message, "status": status}
    return JSONResponse({"error": error}, refusal.status)


def scripted(wish: dict[str, Any] | int) -> Response:
    """The answer that a script's ``http`` step asks for; a ``body`` replaces the usual shape."""
    if isinstance(wish, int):
        return refused(Refusal(wish))
    headers = {str(name): str(value) for name, value in wish.get("headers", {}).items()}
    if "body" in wish:
        return Response(str(wish["body"]), wish["status"], headers, media_type="text/html")
    response = refused(Refusal(wish["status"], str(wish.get("message", ""))))
    response.headers.update(headers)
    return response
