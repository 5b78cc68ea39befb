"""The REST neighbours of the Live wire: generate, count, models, files, tokens."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from assistant.brain import drawing, generate
from assistant.brain.files import Files
from assistant.brain.parts import Parts
from assistant.brain.refusal import Refusal, refused, scripted
from assistant.brain.tokens import Tokens
from assistant.brain.wire import Hangup, Json, camel, load
from assistant.errors import BrainError

log = logging.getLogger(__name__)

LARGEST_BODY = 20 * 2**20
MODELS = (
    "models/gemini-3.8-live",
    "models/gemini-3.8-live-extended-thinking",
    "models/gemini-3.1-flash-live-preview",
    "models/gemini-2.5-flash-native-audio-preview-12-2025",
    "models/embedded",
    "models/gemini-3.8-flash",
    "models/gemini-3.5-flash-lite",
    "models/gemini-nano-banana-2.1",
    "models/gemini-3.1-flash-lite-image",
)
"""Listed when the options name none; any other name is served as well."""
PUBLISHED = r"(?:(?:projects/[^/]+/locations/[^/]+/)?publishers/google/)?"
"""As Google Cloud calls the models."""
METHODS = ["generateContent", "streamGenerateContent", "countTokens", "bidiGenerateContent"]

Answer = Callable[[Request, str], Awaitable[Response]]


class Rest:
    """Routes a request and answers it, or refuses in Google's words."""

    def __init__(self, parts: Parts, folder: Path, now: Callable[[], datetime]) -> None:
        self.tokens = Tokens(now)
        self._parts = parts
        self._files = Files(folder, now, timedelta(seconds=parts.options.processing_seconds))
        self._routes: list[tuple[str, re.Pattern[str], Answer]] = [
            (method, re.compile(rf"(?:.*/)?{path}"), answer)
            for method, path, answer in (
                ("POST", r"upload/v1\w*/files()", self._upload),
                ("GET", r"v1\w*/files()", self._list_files),
                ("GET", r"v1\w*/files/([^/:]+)", self._get_file),
                ("DELETE", r"v1\w*/files/([^/:]+)", self._delete_file),
                ("GET", r"v1\w*/files/([^/:]+):download", self._download),
                ("POST", rf"v1\w*/{PUBLISHED}models/([^/:]+):generateContent", self._generate),
                ("POST", r"v1\w*/models/([^/:]+):streamGenerateContent", self._stream),
                ("POST", r"v1\w*/models/([^/:]+):countTokens", self._count),
                ("POST", rf"v1\w*/{PUBLISHED}models/([^/:]+):predict", self._predict),
                ("GET", r"v1\w*/models()", self._list_models),
                ("GET", r"v1\w*/models/([^/:]+)", self._get_model),
                ("POST", r"v1\w*/auth_tokens()", self._token),
            )
        ]

    @classmethod
    @contextmanager
    def open(cls, parts: Parts, now: Callable[[], datetime]) -> Iterator[Rest]:
        """With a folder for uploads while the block lasts."""
        with TemporaryDirectory(prefix="brain-files-") as folder:
            yield cls(parts, Path(folder), now)

    async def serve(self, scope: Scope, receive: Receive, send: Send, *, admitted: bool) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            response = await self._respond(request, admitted)
        except Refusal as refusal:
            response = refused(refusal)
        except Hangup as hangup:
            response = refused(Refusal(400, hangup.reason))
        except BrainError as error:
            log.error("%s", error)
            response = refused(Refusal(500, "An internal error has occurred."))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _respond(self, request: Request, admitted: bool) -> Response:
        path = re.sub(r"/+", "/", request.scope["path"]).strip("/")
        if (response := await self._scripted(path)) is not None:
            return response
        for method, pattern, answer in self._routes:
            if method == request.method and (found := pattern.fullmatch(path)):
                # the chunks of an upload carry no key: their address is the secret
                chunk = answer == self._upload and "upload_id" in request.query_params
                if not (admitted or chunk):
                    raise Refusal(400, "API key not valid. Please pass a valid API key.")
                return await answer(request, found[1])
        raise Refusal(404, f"There is no {request.method} /{path[:200]} here.")

    async def _scripted(self, path: str) -> Response | None:
        script = self._parts.script
        for step in (script and script.steps("rest", path, 0)) or ():
            if step.name == "wait":
                await asyncio.sleep(step.value)
            elif step.name == "http":
                return scripted(step.value)
            elif step.name == "reply":
                return JSONResponse(step.value)
        return None

    async def _generate(self, request: Request, model: str) -> Response:
        self._must_serve(model)
        return JSONResponse(await self._answered(model, request))

    async def _answered(self, model: str, request: Request) -> Json:
        return await generate.generate(model, await _json(request), self._parts, self._ready)

    def _ready(self, id_: str) -> Path:
        """Where an uploaded file lies."""
        file = self._files.get(id_)
        if self._files.described(file)["state"] != "ACTIVE":
            raise Refusal(400, f"The File {id_} is not in an ACTIVE state and usage is not allowed.")
        return file.path

    async def _stream(self, request: Request, model: str) -> Response:
        self._must_serve(model)
        answer = generate.streamed(await self._answered(model, request))
        if request.query_params.get("alt") != "sse":
            return JSONResponse(answer)

        async def events() -> AsyncIterator[str]:
            for piece in answer:
                yield f"data: {json.dumps(piece)}\r\n\r\n"

        return StreamingResponse(events(), media_type="text/event-stream")

    async def _predict(self, request: Request, model: str) -> Response:
        """Imagen's own way, which only Google Cloud has."""
        return JSONResponse(await drawing.predicted(model, await _json(request), self._parts.script))

    async def _count(self, request: Request, model: str) -> Response:
        self._must_serve(model)
        body = await _json(request)
        inner = body.get("generateContentRequest")
        said = generate.contents(inner if isinstance(inner, dict) else body)
        return JSONResponse({"totalTokens": generate.count(said)})

    async def _list_models(self, request: Request, _: str) -> Response:
        return JSONResponse({"models": [_model(name) for name in self._served()]})

    async def _get_model(self, request: Request, model: str) -> Response:
        self._must_serve(model)
        return JSONResponse(_model(f"models/{model}"))

    def _served(self) -> list[str]:
        return sorted(self._parts.options.models) or list(MODELS)

    def _must_serve(self, model: str) -> None:
        served = self._parts.options.models
        if not re.fullmatch(r"[\w.@-]{1,200}", model) or (served and f"models/{model}" not in served):
            raise Refusal(404, f"models/{model[:100]} is not found, or is not supported here.")

    async def _token(self, request: Request, _: str) -> Response:
        return JSONResponse(self.tokens.make(await _json(request)))

    async def _upload(self, request: Request, _: str) -> Response:
        commands = request.headers.get("x-goog-upload-command", "").replace(" ", "").split(",")
        upload = request.query_params.get("upload_id")
        if upload is None:
            return await self._start(request, commands)
        if "upload" in commands:
            offset = _number(request.headers.get("x-goog-upload-offset", "0"))
            async for chunk in request.stream():
                self._files.append(upload, offset, chunk)
                offset += len(chunk)
        if "finalize" in commands:
            file = self._files.finish(upload)
            return JSONResponse({"file": file}, headers={"x-goog-upload-status": "final"})
        received = str(self._files.size(upload))
        headers = {"x-goog-upload-status": "active", "x-goog-upload-size-received": received}
        return JSONResponse({}, headers=headers)

    async def _start(self, request: Request, commands: list[str]) -> Response:
        if "start" not in commands:
            raise Refusal(400, "Only resumable uploads are understood here.")
        file = (await _json(request)).get("file", {})
        if not isinstance(file, dict):
            raise Refusal(400, "'file' is an object.")
        headers = request.headers
        size = headers.get("x-goog-upload-header-content-length")
        upload = self._files.start(
            file,
            headers.get("x-goog-upload-header-content-type", ""),
            None if size is None else _number(size),
        )
        host = headers.get("host", "")
        if not re.fullmatch(r"[\w.-]+(:\d+)?|\[[\da-fA-F:]+\](:\d+)?", host, re.ASCII):
            raise Refusal(400, "A Host header with a name or an address is expected.")
        path = request.scope["raw_path"].decode("latin-1")
        url = f"{request.scope['scheme']}://{host}{path}?upload_id={upload}"
        return JSONResponse({}, headers={"x-goog-upload-url": url, "x-goog-upload-status": "active"})

    async def _list_files(self, request: Request, _: str) -> Response:
        size = max(1, min(100, _number(request.query_params.get("pageSize", "10"))))
        start = _number(request.query_params.get("pageToken") or "0")
        files = self._files.all()
        page = [self._files.described(file) for file in files[start : start + size]]
        token = str(start + size) if start + size < len(files) else ""
        return JSONResponse({"files": page, "nextPageToken": token})

    async def _get_file(self, request: Request, id_: str) -> Response:
        return JSONResponse(self._files.described(self._files.get(id_)))

    async def _delete_file(self, request: Request, id_: str) -> Response:
        self._files.delete(id_)
        return JSONResponse({})

    async def _download(self, request: Request, id_: str) -> Response:
        file = self._files.get(id_)
        return StreamingResponse(_read(file.path), media_type=file.mime)


async def _json(request: Request) -> Json:
    """A request's body, within bounds."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Refusal(413, f"Request payload size exceeds the limit: {LARGEST_BODY} bytes.")
    message: Json = camel(load(bytes(body) or b"{}"))
    return message


async def _read(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, 2**16):
            yield chunk


def _number(text: str) -> int:
    if re.fullmatch(r"\d{1,15}", text, re.ASCII):
        return int(text)
    raise Refusal(400, f"A number is expected, not {text[:40]!r}.")


def _model(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "version": "embedded",
        "displayName": name.removeprefix("models/"),
        "description": "Served by the embedded brain, whatever the name.",
        "inputTokenLimit": 131_072,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": METHODS,
    }
