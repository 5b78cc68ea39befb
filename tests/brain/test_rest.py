"""REST as the SDK calls it, and as nobody should."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest
from google.genai import errors, types

from tests.brain.stand_ins import brain, client, trust

TOOLS: list[Any] = [types.Tool(function_declarations=[types.FunctionDeclaration(name="turn_on")])]
NO_TOOL = b'{"contents":[{}],"tools":[{"functionDeclarations":[1]}]}'


async def test_generate_text(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, client(address) as made:
        answer = await made.aio.models.generate_content(model="gemini-3.8-flash", contents="hello")
        assert answer.text == "You said: hello"
        assert answer.usage_metadata is not None
        assert answer.usage_metadata.prompt_token_count == 2


async def test_generate_a_function_call_and_answer_it(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, client(address) as made:
        config = types.GenerateContentConfig(tools=TOOLS)
        answer = await made.aio.models.generate_content(model="m", contents="turn on lamp", config=config)
        (call,) = answer.function_calls or []
        assert (call.name, call.args) == ("turn_on", {"device": "lamp"})
        part = types.Part.from_function_response(name="turn_on", response={"text": "The lamp is on."})
        answer = await made.aio.models.generate_content(model="m", contents=part, config=config)
        assert answer.text == "The lamp is on."


async def test_generate_is_honest_about_pictures(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, client(address) as made:
        clip = types.Part.from_bytes(data=b"\xff\xfe", mime_type="video/mp4")
        answer = await made.aio.models.generate_content(model="m", contents=clip)
        assert "cannot see" in (answer.text or "")
        config = types.GenerateContentConfig(response_modalities=["TEXT", "IMAGE"])
        answer = await made.aio.models.generate_content(model="m", contents="a cat", config=config)
        assert "cannot make pictures" in (answer.text or "")
        assert answer.candidates is not None
        assert answer.candidates[0].finish_reason == types.FinishReason.NO_IMAGE


async def test_a_text_is_read_aloud(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, client(address) as made:
        config = types.GenerateContentConfig(response_modalities=["AUDIO"])
        answer = await made.aio.models.generate_content(model="m", contents="turn on lamp", config=config)
        assert answer.parts is not None
        (part,) = answer.parts
        assert part.inline_data is not None
        assert part.inline_data.mime_type == "audio/L16;codec=pcm;rate=24000"
        assert len(part.inline_data.data or b"") == len("turn on lamp") * 480
        assert answer.usage_metadata is not None
        assert answer.usage_metadata.candidates_token_count == 3
        with pytest.raises(errors.ClientError, match="At most 2000 characters"):
            await made.aio.models.generate_content(model="m", contents="a" * 2001, config=config)


async def test_stream(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, client(address) as made:
        stream = await made.aio.models.generate_content_stream(model="m", contents="one. two. three")
        assert [piece.text async for piece in stream] == ["You said: one.", " two.", " three"]


async def test_count_and_models(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, client(address) as made:
        assert (await made.aio.models.count_tokens(model="m", contents="12345678")).total_tokens == 2
        names = [model.name async for model in await made.aio.models.list()]
        assert "models/gemini-3.8-live" in names
        assert (await made.aio.models.get(model="anything")).name == "models/anything"
    async with brain(tmp_path, models=frozenset({"models/one"})) as address, client(address) as made:
        assert [model.name async for model in await made.aio.models.list()] == ["models/one"]
        with pytest.raises(errors.ClientError, match="404"):
            await made.aio.models.get(model="two")


async def test_files(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(bytes(range(256)) * 40_000)  # more than one 8 MiB chunk
    async with brain(tmp_path, processing_seconds=0.1) as address, client(address) as made:
        file = await made.aio.files.upload(file=clip, config={"display_name": "door", "name": "files/door-1"})
        assert (file.name, file.display_name, file.size_bytes) == ("files/door-1", "door", 10_240_000)
        assert file.state == types.FileState.PROCESSING
        await asyncio.sleep(0.11)
        assert (await made.aio.files.get(name="files/door-1")).state == types.FileState.ACTIVE
        assert [listed.name async for listed in await made.aio.files.list()] == ["files/door-1"]
        assert file.uri
        part = types.Part.from_uri(file_uri=file.uri, mime_type="video/mp4")
        answer = await made.aio.models.generate_content(model="m", contents=part)
        assert "cannot see" in (answer.text or "")
        with pytest.raises(errors.ClientError, match="409"):
            await made.aio.files.upload(file=clip, config={"name": "files/door-1"})
        await made.aio.files.delete(name="files/door-1")
        with pytest.raises(errors.ClientError) as caught:
            await made.aio.files.get(name="files/door-1")
        assert caught.value.status == "PERMISSION_DENIED"


async def test_sync_client(tmp_path: Path) -> None:
    async with brain(tmp_path) as address, client(address) as made:
        answer = await asyncio.to_thread(made.models.generate_content, model="m", contents="hi")
        assert answer.text == "You said: hi"


async def test_a_bad_key(tmp_path: Path) -> None:
    async with brain(tmp_path, keys=frozenset({"good"})) as address, client(address, key="bad") as made:
        with pytest.raises(errors.ClientError) as caught:
            await made.aio.models.generate_content(model="m", contents="hi")
        assert (caught.value.code, caught.value.status) == (400, "INVALID_ARGUMENT")


UPLOAD = {"x-goog-upload-command": "start"}


@pytest.mark.parametrize(
    ("request_line", "body", "headers", "status"),
    [
        ("GET /", None, {}, 404),
        ("GET /v1/files/..%2F..%2Fetc%2Fpasswd", None, {}, 404),
        ("GET /v1/files/%2e%2e:download", None, {}, 403),
        ("POST /v1/files/x", b"{}", {}, 404),
        ("GET /v1/files?pageSize=x", None, {}, 400),
        ("GET /v1/files?pageToken=-1", None, {}, 400),
        ("POST /v1/models/m:generateContent", b"", {}, 400),
        ("POST /v1/models/m:generateContent", b"\xff\xfe", {}, 400),
        ("POST /v1/models/m:generateContent", b"[]", {}, 400),
        ("POST /v1/models/m:generateContent", b'{"contents":"x"}', {}, 400),
        ("POST /v1/models/m:generateContent", b'{"contents":[1]}', {}, 400),
        ("POST /v1/models/m:generateContent", b'{"contents":[{"parts":7}]}', {}, 400),
        (
            "POST /v1/models/m:generateContent",
            NO_TOOL,
            {},
            400,
        ),
        ("POST /v1/models/m:generateContent", b"[" * 100_000, {}, 400),
        ("POST /v1/models/m:generateContent", b'{"contents":[{}],"generationConfig":7}', {}, 200),
        ("POST /v1/models/m:countTokens", b'{"contents":[{"parts":[{"text":1}]}]}', {}, 400),
        ("POST /v1/models/a b:countTokens", b"{}", {}, 404),
        ("POST /v1/auth_tokens", b'{"uses":-1}', {}, 400),
        ("POST /v1/auth_tokens", b'{"expireTime":"soon"}', {}, 400),
        ("POST /v1/auth_tokens", b'{"expireTime":"2026-01-01"}', {}, 400),
        ("POST /upload/v1/files", b"{}", {}, 400),
        ("POST /upload/v1/files", b'{"file":7}', UPLOAD, 400),
        ("POST /upload/v1/files", b'{"file":{"name":"files/../x"}}', UPLOAD, 400),
        ("POST /upload/v1/files", b'{"file":{"mimeType":"a/b\\r\\nx: y"}}', UPLOAD, 400),
        ("POST /upload/v1/files", b"{}", {**UPLOAD, "host": "["}, 400),
        ("POST /upload/v1/files", b"{}", {**UPLOAD, "x-goog-upload-header-content-length": "9" * 15}, 400),
        ("POST /upload/v1/files", b"{}", {**UPLOAD, "x-goog-upload-header-content-length": "1e3"}, 400),
        ("POST /upload/v1/files?upload_id=guess", b"x", {"x-goog-upload-command": "upload"}, 404),
        ("GET /v1/models?upload_id=x", None, {"x-goog-api-key": ""}, 400),
    ],
)
async def test_hostile_requests(
    tmp_path: Path, request_line: str, body: bytes | None, headers: dict[str, str], status: int
) -> None:
    async with (
        brain(tmp_path) as address,
        httpx2.AsyncClient(verify=trust(address), trust_env=False) as http,
    ):
        sent: dict[str, Any] = {"x-goog-api-key": "k", **headers}
        method, path = request_line.split(" ", 1)
        answer = await http.request(method, address.url + path, content=body, headers=sent)
        assert answer.status_code == status, answer.text
        if status != 200:
            assert answer.json()["error"]["code"] == status


async def test_uploads_are_bounded_and_in_order(tmp_path: Path) -> None:
    async with (
        brain(tmp_path) as address,
        httpx2.AsyncClient(verify=trust(address), trust_env=False) as http,
    ):
        start = {"x-goog-api-key": "k", **UPLOAD, "x-goog-upload-header-content-length": "4"}
        begun = await http.post(f"{address.url}//upload/v1beta/files?key=k", headers=start, content=b"{}")
        url = begun.headers["x-goog-upload-url"]
        assert "key=k" not in url
        step = {"x-goog-upload-command": "upload", "x-goog-upload-offset": "2"}
        assert (await http.post(url, headers=step, content=b"ab")).status_code == 400
        step = {"x-goog-upload-command": "upload", "x-goog-upload-offset": "0"}
        middle = await http.post(url, headers=step, content=b"ab")
        assert middle.headers["x-goog-upload-status"] == "active"
        step = {"x-goog-upload-command": "finalize"}
        assert (await http.post(url, headers=step)).status_code == 400
        step = {"x-goog-upload-command": "upload, finalize", "x-goog-upload-offset": "2"}
        last = await http.post(url, headers=step, content=b"cd")
        assert last.headers["x-goog-upload-status"] == "final"
        name = last.json()["file"]["name"]
        got = await http.get(f"{address.url}/v1/{name}:download?alt=media", headers={"x-goog-api-key": "k"})
        assert got.content == b"abcd"


async def test_a_body_that_is_too_large(tmp_path: Path) -> None:
    async with (
        brain(tmp_path) as address,
        httpx2.AsyncClient(verify=trust(address), trust_env=False) as http,
    ):
        answer = await http.post(
            f"{address.url}/v1/models/m:generateContent",
            headers={"x-goog-api-key": "k"},
            content=bytes(21 * 2**20),
        )
        assert answer.status_code == 413
