"""Questions through the real SDK, against the embedded brain's REST side: the way there, and all that can go wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import av
import pytest

from assistant.brain.server import Address
from assistant.captioning import Captioner, Scene
from assistant.config import ClipsConfig
from assistant.errors import VisionError
from assistant.events import ClipSent, Event
from assistant.live.endpoint import Endpoint
from assistant.live.purse import Purse
from assistant.money import Ledger, Limits, Price
from assistant.vision import addresses, asking, failing, serving, uploads
from assistant.vision.asking import Asking, Input, Question
from assistant.vision.cameras import Cameras
from assistant.vision.describing import Describer
from assistant.vision.failing import Busy, Refusing, Retired, Unreachable
from assistant.vision.looks import FACTS, Wanted
from assistant.vision.tally import Tally
from assistant.vision.uploads import Uploads
from assistant.wallclock import WallClock
from tests.brain.stand_ins import brain

MODEL = "gemini-3.8-flash"
PRICES = [Price("gemini-", 1.0, 1.0, 1.0, 5.0, 5.0)]


def endpoint(address: Address, name: str = "gemini") -> Endpoint:
    return Endpoint(name, MODEL, key="any", base_url=address.url, certificate=address.certificate)


def question(*inputs: Input, schema: dict[str, Any] | None = None) -> Question:
    return Question("You look.", "What happens?", inputs, schema)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failing, "RETRY_SECONDS", (0.01, 0.02))
    monkeypatch.setattr(asking, "POLL_SECONDS", 0.05)


@asynccontextmanager
async def asked_of(folder: Path, script: str | None = None, **options: Any) -> AsyncIterator[Address]:
    async with brain(folder, script=script, processing_seconds=0.1, **options) as address:
        yield address


async def test_inline_and_uploaded_films_are_understood_alike_and_nothing_is_left_there(
    tmp_path: Path, footage: Callable[[str], Path]
) -> None:
    film = footage("door.mp4")
    sent: list[tuple[int, int]] = []
    async with asked_of(tmp_path) as address:
        inline = Asking(endpoint(address), 10_000_000)
        one = Input(data=film.read_bytes(), fps=2.0, resolution="high")
        told = await inline.ask(question(one, schema=FACTS), MODEL)
        (seen,) = json.loads(told.text)["films"]
        assert (seen["codec"], seen["width"], seen["height"], seen["starts_on_key"]) == (
            "h264",
            320,
            180,
            True,
        )
        assert seen["seconds"] == pytest.approx(12, abs=0.2)
        assert (seen["frames"], seen["fine"]) == (24, True)
        assert seen["movement"][0]["begin_s"] == pytest.approx(4, abs=0.6)
        uploading = Asking(endpoint(address), 0, progress=lambda done, whole: sent.append((done, whole)))
        part = Input(path=film, begin=3, end=7)
        told = await uploading.ask(question(part, schema=FACTS), MODEL)
        (seen,) = json.loads(told.text)["films"]
        assert seen["seconds"] == pytest.approx(4, abs=0.3)
        assert sent[-1] == (film.stat().st_size, film.stat().st_size)
        half = Input(data=_half(film, tmp_path / "whole.mp4"))
        (seen,) = json.loads((await inline.ask(question(half, schema=FACTS), MODEL)).text)["films"]
        assert 4 < seen["seconds"] < 11, "what was copied of it is seen"
        client = serving.client(endpoint(address))
        assert [file async for file in await client.aio.files.list()] == []
        await client.aio.aclose()
        client.close()


def _half(film: Path, whole: Path) -> bytes:
    """A film of which the copying broke off; what tells of its pictures stands in front of them."""
    source: Any
    with (
        av.open(str(film)) as source,
        av.open(str(whole), "w", container_options={"movflags": "faststart"}) as copy,
    ):
        stream = copy.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.size:
                packet.stream = stream
                copy.mux(packet)
    data = whole.read_bytes()
    return data[: len(data) * 2 // 3]


async def test_a_large_clip_is_sent_once_for_all_questions_and_deleted_soon(
    tmp_path: Path, footage: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SWEEP_SECONDS", 0.05)
    film, sent, now = footage("door.mp4").read_bytes(), [], [0.0]
    one = question(Input(data=film, fps=2.0))
    async with asked_of(tmp_path) as address:
        client = serving.client(endpoint(address))

        async def there() -> list[str]:
            return [file.name or "" async for file in await client.aio.files.list()]

        kept = Uploads(clock=lambda: now[0])
        sending = Asking(endpoint(address), 0, lambda done, whole: sent.append(done), kept)
        keeping = asyncio.get_running_loop().create_task(kept.run())
        for _ in range(2):
            assert "something moves" in (await sending.ask(one, MODEL)).text
        (name,) = await there()
        assert sent.count(len(film)) == 1
        await client.aio.files.delete(name=name)
        assert "something moves" in (await sending.ask(one, MODEL)).text, "the service had lost it"
        assert sent.count(len(film)) == 2
        now[0] = uploads.KEPT_SECONDS + 1
        async with asyncio.timeout(5):
            for _ in range(100):
                if not await there():
                    break
                await asyncio.sleep(0.05)
        await sending.ask(one, MODEL)
        assert len(await there()) == 1
        keeping.cancel()
        await asyncio.wait([keeping])
        assert await there() == [], "the house has closed"
        await client.aio.aclose()
        client.close()


BUSY = """
- {on: rest, match: "gemini-3.8-flash:generate", times: 2, do: [http: 429]}
"""
OVER = """
- {on: rest, match: "gemini-3.8-flash:generate", do: [http: 503]}
"""
OVER_ALL = """
- {on: rest, match: "gemini-3.8-flash:generate", times: 6, do: [http: 503]}
- {on: rest, match: "gemini-3.5-flash-lite:generate", times: 6, do: [http: 503]}
"""
LONG_WAIT = """
- {on: rest, match: generate, do: [http: {status: 429, body: '{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED",
   "message": "quota", "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"}]}}'}]}
"""
BLOCKED = """
- {on: rest, match: generate, do: [reply: {promptFeedback: {blockReason: SAFETY}}]}
"""
STOPPED = """
- {on: rest, match: generate, do: [reply: {candidates: [{finishReason: PROHIBITED_CONTENT}]}]}
"""
BROKEN_OFF = """
- {on: rest, match: generate, do: [reply: {candidates: [{content: {parts: [{text: "A man comes and"}]}, finishReason: SAFETY}]}]}
"""
EMPTY = """
- {on: rest, match: generate, do: [reply: {candidates: [{finishReason: STOP}]}]}
"""
GONE = """
- {on: rest, match: generate, do: [http: {status: 404, message: models/x is not found for API version v1beta}]}
"""
KEY = """
- {on: rest, do: [http: {status: 400, message: API key not valid. Please pass a valid API key.}]}
"""


@pytest.mark.parametrize(
    ("script", "kind", "sentence"),
    [
        (OVER, Busy, "overloaded"),
        (LONG_WAIT, Busy, "quota"),
        (BLOCKED, Refusing, "refuses to describe"),
        (STOPPED, Refusing, "refuses to describe"),
        (BROKEN_OFF, Refusing, "refuses to describe"),
        (EMPTY, VisionError, "no answer"),
        (GONE, Retired, "not there any more"),
        (KEY, VisionError, "API key"),
    ],
)
async def test_every_failure_is_a_sentence(
    tmp_path: Path, script: str, kind: type[VisionError], sentence: str
) -> None:
    async with asked_of(tmp_path, script) as address:
        with pytest.raises(kind, match=sentence):
            await Asking(endpoint(address), 10**7).ask(question(Input(data=b"film")), MODEL)


async def test_two_refusals_for_lack_of_time_are_borne_and_no_more(tmp_path: Path) -> None:
    async with asked_of(tmp_path, BUSY) as address:
        told = await Asking(endpoint(address), 10**7).ask(question(Input(data=b"film")), MODEL)
        assert "cannot see" in told.text


FAILED = """
- {on: rest, match: "files/", do: [reply: {name: files/a, state: FAILED, error: {message: unsupported codec}}]}
"""
CUT = """
- {on: rest, match: "upload/", times: 1, do: [normal]}
- {on: rest, match: "upload/", do: [http: 500]}
"""


async def test_a_film_that_the_service_cannot_read_is_told(tmp_path: Path) -> None:
    async with asked_of(tmp_path, FAILED) as address:
        with pytest.raises(VisionError, match="could not read the clip: unsupported codec"):
            await Asking(endpoint(address), 0).ask(question(Input(data=b"film")), MODEL)


async def test_an_upload_that_is_cut_off_is_told(tmp_path: Path) -> None:
    async with asked_of(tmp_path, CUT) as address:
        with pytest.raises(VisionError):
            await Asking(endpoint(address), 0).ask(question(Input(data=bytes(100_000))), MODEL)


NO_FILE = "{status: 403, message: You do not have permission to access the File a1 or it may not exist.}"
LOST = f"""
- {{on: rest, match: "generate", times: 1, do: [http: {NO_FILE}]}}
"""
LOST_AT_ONCE = """
- {on: rest, match: "files/", times: 1, do: [http: 404]}
"""
LOST_ALWAYS = f"""
- {{on: rest, match: "generate", do: [http: {NO_FILE}]}}
"""
PRIVATE = """
- {on: rest, match: "generate", do: [http: {status: 403, message: The caller does not have permission}]}
"""


@pytest.mark.parametrize("script", [LOST, LOST_AT_ONCE])
async def test_a_clip_that_the_service_has_lost_is_sent_once_more(
    tmp_path: Path, footage: Callable[[str], Path], script: str
) -> None:
    film, sent = footage("door.mp4").read_bytes(), []
    async with asked_of(tmp_path, script) as address:
        kept = Uploads()
        sending = Asking(endpoint(address), 0, lambda done, whole: sent.append(done), kept)
        assert "something moves" in (await sending.ask(question(Input(data=film)), MODEL)).text
        assert sent.count(len(film)) == 2
        assert "something moves" in (await sending.ask(question(Input(data=film)), MODEL)).text
        assert sent.count(len(film)) == 2, "it is there now"


@pytest.mark.parametrize(
    ("script", "uri", "told"),
    [
        (LOST_ALWAYS, "", "Gemini has lost the clip"),
        (LOST_ALWAYS, "https://generativelanguage.googleapis.com/v1/files/a1", "has no such film any more"),
        (PRIVATE, "https://youtu.be/dQw4w9WgXcQ", "may not watch that film"),
        (PRIVATE, "", "key may not use"),
    ],
)
async def test_of_a_film_that_is_not_there_it_is_not_said_that_the_key_is_bad(
    tmp_path: Path, script: str, uri: str, told: str
) -> None:
    async with asked_of(tmp_path, script) as address:
        one = Input(uri=uri) if uri else Input(data=b"film")
        with pytest.raises(VisionError, match=told):
            await Asking(endpoint(address), 0).ask(question(one), MODEL)


async def test_nobody_there_is_told() -> None:
    nobody = Endpoint("gemini", MODEL, key="any", base_url="http://127.0.0.1:9")
    with pytest.raises(VisionError, match="no way to Gemini"):
        await Asking(nobody, 10**7).ask(question(Input(data=b"film")), MODEL)


class Desk:
    """A describer with a purse, its services, and what it told."""

    def __init__(self, folder: Path, services: list[Endpoint], **limits: float) -> None:
        self.events: list[Event] = []
        self.ledger = Ledger(folder)
        self.limits = Limits(self.ledger, hard_usd=limits.get("usd", 5.0))
        clock = WallClock()

        async def all_of_them() -> list[Endpoint]:
            return services

        self.describer = Describer(
            Cameras([], clock),
            all_of_them,
            Purse(self.limits, PRICES),
            ClipsConfig(daily=int(limits.get("daily", 200))),
            clock,
            self.events.append,
            Tally(folder / "looks.json", clock),
        )

    async def ask(self, film: bytes, kind: str = "answer") -> Any:
        one = Input(data=film, fps=2.0, begin=0, end=12)
        return await self.describer.films([one], Wanted("What moves?", kind, about="A film."))


async def test_a_clip_is_paid_once_and_told_when_it_leaves(
    tmp_path: Path, footage: Callable[[str], Path]
) -> None:
    async with asked_of(tmp_path) as address:
        desk = Desk(tmp_path, [endpoint(address)])
        look = await desk.ask(footage("door.mp4").read_bytes())
    assert "something moves" in look.text
    assert look.model == MODEL
    assert look.usd > 0
    (row,) = desk.ledger.rows(WallClock().now().strftime("%Y-%m"))
    assert (row.kind, row.model) == ("clip", MODEL)
    assert row.usd == pytest.approx(look.usd)
    assert 24 * 70 <= look.tokens_in <= 24 * 70 + 12 * 32 + 500
    (sent,) = [event for event in desk.events if isinstance(event, ClipSent)]
    assert (sent.brain, sent.bytes) == ("gemini", footage("door.mp4").stat().st_size)


async def test_places_in_a_piece_of_a_film_are_told_as_they_are_in_the_film(
    tmp_path: Path, footage: Callable[[str], Path]
) -> None:
    piece = Input(data=footage("door.mp4").read_bytes(), fps=2.0, end=12, cut_at=3598.0)
    async with asked_of(tmp_path) as address:
        desk = Desk(tmp_path, [endpoint(address)])
        told = await desk.describer.films([piece], Wanted("What moves?", about="A film."))
        facts = await desk.describer.films([piece], Wanted("What moves?", "facts", about="A film."))
    assert "from [1:00:02] to [1:00:0" in told.text, "the red box enters after four seconds of the piece"
    assert facts.facts is not None
    assert facts.facts["events"][0]["at"] == "1:00:02"
    assert "[1:00:02]" in facts.text


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://", "no address of a film"),
        ("https://[::1", "no address of a film"),
        ("https://anna:secret@example.com/film.mp4", "with a password is not given away"),
        ("http://192.168.1.20/film.mp4", "cannot fetch a film from 192.168.1.20"),
        ("http://nas/film.mp4", "cannot fetch a film from nas"),
    ],
)
def test_an_address_that_the_service_must_not_or_cannot_have_is_not_given_to_it(url: str, why: str) -> None:
    with pytest.raises(VisionError, match=why) as refused:
        addresses.fetchable(url)
    assert "secret" not in str(refused.value)


def test_what_leaves_with_a_film_is_its_size_wherever_it_lies(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(bytes(1000))
    assert [one.size for one in (Input(data=b"film"), Input(path=film), Input(uri="https://youtu.be/x"))] == [
        4,
        1000,
        0,
    ]
    assert Input(path=tmp_path / "gone.mp4").size == 0


async def test_a_cheaper_model_is_asked_when_the_first_has_no_time_and_failures_cost_nothing(
    tmp_path: Path,
) -> None:
    async with asked_of(tmp_path, OVER) as address:
        desk = Desk(tmp_path, [endpoint(address)])
        look = await desk.ask(b"film")
    assert look.model == "gemini-3.5-flash-lite"
    assert len(list(desk.ledger.rows(WallClock().now().strftime("%Y-%m")))) == 1


ANSWERS = {
    "nested": ("[" * 5000, "STOP"),
    "half": ('{"summary": "A ca', "MAX_TOKENS"),
    "long": ("Said [00:01]. " * 600, "STOP"),
    "broken off": ("Said [00:01]. " * 600, "MAX_TOKENS"),
}


@pytest.mark.parametrize(
    ("said", "kind", "told"),
    [
        ("nested", "facts", "could not be read"),
        ("half", "facts", "was too long: ask about a part of it"),
        ("long", "transcript", "Said [00:01]."),
        ("long", "answer", "That was not all: ask about a part of it."),
        ("broken off", "transcript", "That was not all: ask about a part of it."),
    ],
)
async def test_long_and_broken_answers(tmp_path: Path, said: str, kind: str, told: str) -> None:
    text, reason = ANSWERS[said]
    reply = {"candidates": [{"content": {"parts": [{"text": text}]}, "finishReason": reason}]}
    async with asked_of(
        tmp_path, f"- {{on: rest, match: generate, do: [reply: {json.dumps(reply)}]}}"
    ) as address:
        desk = Desk(tmp_path, [endpoint(address)])
        if kind == "facts":
            with pytest.raises(VisionError, match=told):
                await desk.ask(b"film", kind)
            return
        look = await desk.ask(b"film", kind)
    assert look.text.endswith(told)
    assert kind == "answer" or len(look.text) >= len(text) - 1, "a transcript is told as far as it goes"


async def test_without_money_the_embedded_brain_says_what_it_can_and_why(
    tmp_path: Path, footage: Callable[[str], Path]
) -> None:
    async with asked_of(tmp_path) as address:
        desk = Desk(tmp_path, [endpoint(address), endpoint(address, "embedded")], usd=0.003)
        look = await desk.ask(footage("door.mp4").read_bytes())
    assert look.text.startswith(
        "Today's limit of 0.003 dollars is reached. I can't describe pictures offline."
    )
    assert (look.brain, look.usd, desk.events) == ("embedded", 0.0, [])


async def test_what_is_kept_tells_what_was_seen_and_not_why_nobody_was_paid(
    tmp_path: Path, footage: Callable[[str], Path]
) -> None:
    film = Input(data=footage("door.mp4").read_bytes(), fps=2.0, end=12)
    async with asked_of(tmp_path) as address:
        desk = Desk(tmp_path, [endpoint(address), endpoint(address, "embedded")], usd=0.003)
        look = await desk.describer.films([film], Wanted("What happens?", "facts", kept=True))
    assert look.text.startswith("I can't describe pictures offline. But in these 12 seconds something moves")


async def test_a_service_that_takes_the_call_and_says_nothing_is_not_waited_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "BEGIN_SECONDS", 0.3)
    calls: list[Any] = []
    server = await asyncio.start_server(lambda *ends: calls.append(ends), "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    deaf = Endpoint("gemini", MODEL, key="any", base_url=url)
    with pytest.raises(Unreachable, match="does not answer"):
        await Asking(deaf, 0).ask(question(Input(data=b"film")), MODEL)
    for _, writer in calls:
        writer.close()
    server.close()


class Looker(Captioner):
    """Says how many pictures it got; once it breaks."""

    async def caption(self, scene: Scene) -> str:
        """The answer."""
        assert all(picture[:2] == b"\xff\xd8" for picture in scene.pictures)
        if "broken" in scene.question:
            raise RuntimeError("no such model")
        return f"{len(scene.pictures)} pictures at {scene.seconds}: {scene.question}\n"


async def test_without_the_cloud_a_plugin_may_describe_what_is_seen(
    tmp_path: Path, footage: Callable[[str], Path]
) -> None:
    async with asked_of(tmp_path, OVER_ALL) as address:
        desk = Desk(tmp_path, [endpoint(address), endpoint(address, "embedded")])
        desk.describer.captioner = Looker
        seeing = asyncio.get_running_loop().create_task(desk.describer.cameras.run())
        one = Input(path=footage("door.mp4"))
        look = await desk.describer.films([one], Wanted("Is it red?"))
        assert look.text == "Gemini is overloaded right now. 4 pictures at (0.0, 3.0, 6.0, 9.0): Is it red?"
        assert (look.brain, look.model, look.usd) == ("local", "Looker", 0.0)
        broken = await desk.describer.films([one], Wanted("broken?"))
        assert broken.text.startswith("Gemini is overloaded right now. I can't describe pictures offline.")
        seeing.cancel()
        await asyncio.wait([seeing])


async def test_no_more_clips_than_the_day_has(tmp_path: Path) -> None:
    async with asked_of(tmp_path) as address:
        desk = Desk(tmp_path, [endpoint(address)], daily=2)
        await desk.ask(b"one")
        await desk.ask(b"two")
        desk = Desk(tmp_path, [endpoint(address)], daily=2)  # as after a restart
        with pytest.raises(VisionError, match="Today's 2 clips"):
            await desk.ask(b"three")


async def test_what_one_asks_for_is_set_aside_before_another_may(tmp_path: Path) -> None:
    limits = Limits(Ledger(tmp_path), hard_usd=1.0)
    with limits.held(0.9):
        assert limits.obstacle(0.2)
    assert limits.obstacle(0.2) == ""
