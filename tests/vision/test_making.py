"""Every way in which the service refuses, stumbles or obeys, over its wire and through the SDK."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assistant.brain.server import Address
from assistant.errors import Refused, ToolError
from assistant.showing import Panel
from assistant.speaking import speak_through
from assistant.testing.home import Loudspeaker
from assistant.tools.telling import told_to
from assistant.vision import table
from assistant.vision.gallery import Gallery
from assistant.vision.undrawn import SAYINGS, NotDrawn
from assistant.vision.wishing import Order
from tests.brain.stand_ins import brain
from tests.vision.parts import painter, purse
from tests.vision.test_fitting import picture


def encoded(size: tuple[int, int]) -> str:
    return base64.b64encode(picture(size)).decode()


SCRIPT = """
- {on: picture, match: "Generate an image of shy", do: [draw]}
- {on: picture, match: shy, do: [finish: NO_IMAGE]}
- {on: picture, match: chatty, do: [say: A poem instead.]}
- {on: picture, match: blocked, do: [block: PROHIBITED_CONTENT]}
- {on: picture, match: unsafe, do: [finish: IMAGE_SAFETY]}
- {on: picture, match: forbidden, do: [finish: IMAGE_PROHIBITED_CONTENT]}
- {on: picture, match: alike, do: [finish: IMAGE_RECITATION]}
- {on: picture, match: other, do: [finish: IMAGE_OTHER]}
- {on: picture, match: stopped, do: [finish: STOP]}
- {on: picture, match: quota, do: [http: 429]}
- {on: picture, match: broken, do: [http: 400]}
- {on: picture, match: nobody, do: [http: {status: 404, message: models/x is not found}]}
- {on: picture, match: wrong key, do: [http: {status: 400, message: API key not valid.}]}
- {on: picture, match: unpaid, do: [http: {status: 429, message: "Quota exceeded for metric: generate_content_free_tier_requests, limit: 0"}]}
- {on: picture, match: abroad, do: [http: {status: 400, message: User location is not supported for the API use.}]}
- {on: picture, match: garbled, do: [send: {candidates: [{content: {parts: [{inlineData: {mimeType: image/png, data: "%%%%"}}]}}]}]}
- {on: picture, match: unheard of, do: [send: {promptFeedback: {blockReason: OF_LATER}}]}
- {on: picture, match: slow, do: [wait: 3, draw]}
- {on: picture, match: fake, do: [send: {candidates: [{content: {parts: [{inlineData: {mimeType: image/png, data: SGVsbG8=}}]}}]}]}
- {on: picture, match: muddle, do: [send: {candidates: [{content: {parts: [{text: Two of them.}, {inlineData: {mimeType: image/png, data: TINY}}, {inlineData: {mimeType: "x/y; DROP", data: LAST}}, {inlineData: {mimeType: video/mp4, data: SGVsbG8=}}]}, finishReason: STOP}]}]}
- {on: picture, match: thought, do: [send: {candidates: [{content: {parts: [{thought: true, inlineData: {mimeType: image/png, data: SGVsbG8=}}]}, finishReason: STOP}]}]}
- {on: picture, match: unlucky, times: 1, do: [finish: IMAGE_SAFETY]}
- {on: picture, match: counted, do: [draw: {tokens: 1290}]}
- {on: picture, match: "calm [gemini-nano-banana-2.1 16:9 1K turns=1 pictures=0 signed=0 safety=BLOCK_NONE]", do: [draw]}
- {on: picture, match: calm, do: [say: Not as it was asked for.]}
- {on: picture, match: search, do: [draw: {words: searched}]}
- {on: picture, do: [draw]}
""".replace("TINY", encoded((8, 8))).replace("LAST", encoded((64, 32)))


@pytest.fixture
async def cloud(tmp_path: Path) -> AsyncIterator[Address]:
    async with brain(tmp_path / "brain", script=SCRIPT) as address:
        yield address


@pytest.mark.filterwarnings("ignore:OF_LATER is not a valid BlockedReason")  # the SDK's
async def test_every_refusal_is_one_sentence_and_costs_nothing(cloud: Address, tmp_path: Path) -> None:
    till = purse(tmp_path / "money")
    artist = painter(cloud, Gallery(tmp_path / "gallery"), till, seconds=1.5)
    for word, cause in (
        ("blocked", "blocked prompt"),
        ("unsafe", "blocked result"),
        ("forbidden", "forbidden result"),
        ("alike", "too alike"),
        ("other", "no image"),
        ("stopped", "no image"),
        ("chatty", "no image"),
        ("quota", "quota"),
        ("broken", "refused"),
        ("nobody", "unknown model"),
        ("wrong key", "key"),
        ("slow", "timeout"),
        ("thought", "no image"),
        ("unpaid", "unpaid"),
        ("abroad", "elsewhere"),
        ("garbled", "garbled"),
        ("fake", "garbled"),
        ("unheard of", "blocked prompt"),
    ):
        with pytest.raises(NotDrawn) as told:
            await artist.paint(Order(f"something {word}"), [])
        assert told.value.cause == cause, word
        assert str(told.value).startswith(SAYINGS[cause]), word
    assert till.spent_today() == 0
    for mute, told_too in ((False, " Shall I try it differently?"), (True, "")):
        with pytest.raises(NotDrawn) as refused:
            await artist.paint(Order("something blocked", mute=mute), [])
        assert str(refused.value) == f"I'm not allowed to draw that.{told_too}"
    with pytest.raises(NotDrawn, match="It said: A poem instead") as said:
        await artist.paint(Order("something chatty"), [])
    assert said.value.foreign  # the model may have read them on a photo


async def test_nobody_can_draw_just_a_picture(cloud: Address, tmp_path: Path) -> None:
    artist = painter(cloud, Gallery(tmp_path / "gallery"), purse(tmp_path / "money"))
    for prompt in ("picture", "an image", " "):
        with pytest.raises(ToolError, match="What should I draw"):
            await artist.paint(Order(prompt), [])


async def test_who_is_known_to_be_out_of_reach_is_told_before_a_drawing_is_promised(
    cloud: Address, tmp_path: Path
) -> None:
    said: list[str] = []

    async def hear(text: str) -> None:
        said.append(text)

    async def away() -> bool:
        return True

    artist = painter(cloud, Gallery(tmp_path / "gallery"), purse(tmp_path / "money"))
    told_to(hear)
    artist.away = away
    with pytest.raises(NotDrawn, match="I can't reach the drawing service"):
        await artist.paint(Order("a cat"), [])
    assert not said


async def test_of_several_pictures_the_last_that_is_one_counts(cloud: Address, tmp_path: Path) -> None:
    """Whatever their labels say, and what comes behind."""
    gallery = Gallery(tmp_path / "gallery")
    entry = await painter(cloud, gallery, purse(tmp_path / "money")).paint(Order("a muddle"), [])
    assert (entry.mime, entry.width, entry.height) == ("image/png", 64, 32)
    assert [sorted(part) for part in entry.turn] == [["signature", "text"], ["picture", "signature"]]


async def test_who_answers_in_words_is_asked_once_more(cloud: Address, tmp_path: Path) -> None:
    till = purse(tmp_path / "money")
    gallery = Gallery(tmp_path / "gallery")
    entry = await painter(cloud, gallery, till).paint(Order("shy cat"), [])
    assert (entry.width, entry.height, entry.mime) == (1376, 776, "image/png")
    assert (await gallery.data(entry))[:4] == b"\x89PNG"
    assert entry.usd == pytest.approx(0.0336, abs=0.0005)
    assert till.spent_today() == 0.03


@pytest.mark.parametrize(
    ("panel", "ratio", "size"),
    [
        (Panel(800, 480), "16:9", "1K"),
        (Panel(480, 800), "9:16", "1K"),
        (Panel(1080, 1080), "1:1", "1K"),
        (Panel(3440, 1440), "21:9", "2K"),
        (Panel(3840, 2160), "16:9", "2K"),
        (Panel(2960, 240), "8:1", "2K"),
        (Panel(800, 480, rotate=90), "9:16", "1K"),
        (Panel(), "16:9", "1K"),
    ],
)
def test_the_shape_and_size_of_a_screen(panel: Panel, ratio: str, size: str) -> None:
    model = table.model("gemini-nano-banana-2.1")
    assert model is not None
    wide, high = (panel.height, panel.width) if panel.rotate else (panel.width, panel.height)
    assert model.nearest(wide / high if wide else 16 / 9) == ratio
    assert model.covering(max(panel.width, panel.height) or 1376, "2K") == size


async def test_limits_hold_before_anything_is_asked(cloud: Address, tmp_path: Path) -> None:
    """P8: spending never passes the budget."""
    poor = painter(cloud, Gallery(tmp_path / "gallery"), purse(tmp_path / "money", hard_usd=0.05))
    await poor.paint(Order("cat"), [])
    with pytest.raises(Refused, match=r"limit of 0.05 dollars is reached"):
        await poor.paint(Order("dog"), [])
    thrifty = painter(cloud, Gallery(tmp_path / "gallery"), purse(tmp_path / "money", soft_usd=0.01))
    with pytest.raises(Refused, match=r"Today's money for pictures is spent \(money.daily_soft_usd\)"):
        await thrifty.paint(Order("dog"), [])


async def test_a_dear_picture_has_its_price_told_first(cloud: Address, tmp_path: Path) -> None:
    voice = Loudspeaker()
    voice.answers = ["No.", None, "Yes, please!"]
    speak_through(voice)
    artist = painter(cloud, Gallery(tmp_path / "gallery"), purse(tmp_path / "money"))
    with pytest.raises(ToolError, match="Okay, I don't draw it"):
        await artist.paint(Order("cat", size="4k"), [])
    with pytest.raises(ToolError, match="Nobody said yes"):
        await artist.paint(Order("cat", size="4k"), [])
    entry = await artist.paint(Order("cat", size="4k"), [])
    assert entry.width == 5504
    assert entry.usd == pytest.approx(0.1134, abs=0.001)
    assert voice.asked == ["A picture in 4K costs about 11 cents. Shall I draw it?"] * 3
    await artist.paint(Order("cat", size="2k", agreed=True), [])
    assert len(voice.asked) == 3


async def test_several_are_as_many_requests_and_their_price_is_that_of_all(
    cloud: Address, tmp_path: Path
) -> None:
    """P8: spending never passes the budget."""
    till, gallery = purse(tmp_path / "money", hard_usd=0.2), Gallery(tmp_path / "gallery")
    artist = painter(cloud, gallery, till, count=3)
    with pytest.raises(Refused, match="limit of 0.2 dollars is reached"):
        await artist.several(Order("cat", size="2K"), [])  # three at eleven cents are more than there is
    voice = Loudspeaker()
    voice.answers = ["Yes", "Yes"]
    speak_through(voice)
    batch = await artist.several(Order("cat"), [])
    assert (len(batch.entries), batch.missing, till.spent_today()) == (3, "", 0.1)
    assert voice.asked == ["Three pictures in 1K cost about 10 cents. Shall I draw them?"]
    assert len(await gallery.entries()) == 3
    with pytest.raises(Refused, match="limit of 0.2 dollars is reached"):
        await artist.several(Order("cat", count=4, agreed=True), [])
    few = await artist.several(Order("unlucky cat", count=2), [])
    assert few.missing == (
        "1 of 2 did not come. The picture came out in a way that the service won't show. Another try may work."
    )


async def test_a_price_that_nobody_knows_is_asked_about_once_and_the_most_set_aside(
    cloud: Address, tmp_path: Path
) -> None:
    voice = Loudspeaker()
    voice.answers = ["No", "Yes", "Yes"]
    speak_through(voice)
    artist = painter(cloud, Gallery(tmp_path / "gallery"), purse(tmp_path / "money"), ask_above_usd=1)
    with pytest.raises(ToolError, match="Okay, I don't draw it"):
        await artist.paint(Order("cat", size="2K"), [])
    for _ in range(2):
        entry = await artist.paint(Order("cat", size="2K"), [])
        assert entry.usd == pytest.approx(0.1134, abs=0.0005)
    question = "Nobody has told me what a picture in 2K by gemini-nano-banana-2.1 costs; "
    assert voice.asked == [f"{question}I would set aside 11 cents. Shall I draw it?"] * 2
    knows = painter(cloud, Gallery(tmp_path / "g"), purse(tmp_path / "m"), usd={"2K": 0.05, "4K": 0.2})
    assert (await knows.paint(Order("cat", size="2K"), [])).usd == pytest.approx(0.05, abs=0.0005)


async def test_a_picture_costs_what_the_service_counts(cloud: Address, tmp_path: Path) -> None:
    artist = painter(cloud, Gallery(tmp_path / "gallery"), purse(tmp_path / "money"))
    entry = await artist.paint(Order("counted cat"), [])
    assert entry.usd == pytest.approx(1290 * 30 / 1e6, abs=0.0002)


async def test_what_the_service_holds_back_is_asked_for_and_people_need_google_cloud(
    cloud: Address, tmp_path: Path
) -> None:
    artist = painter(cloud, Gallery(tmp_path / "gallery"), purse(tmp_path / "money"), safety="BLOCK_NONE")
    assert (await artist.paint(Order("calm"), [])).width == 1376
    with pytest.raises(ToolError, match="pictures.people with Google Cloud only .* leave it empty"):
        await painter(cloud, Gallery(tmp_path / "g"), purse(tmp_path / "m"), people="ALLOW_ALL").paint(
            Order("cat"), []
        )


async def test_a_change_repeats_the_last_turn_until_it_is_old(cloud: Address, tmp_path: Path) -> None:
    now = [datetime(2026, 11, 29, 12)]
    gallery = Gallery(tmp_path / "gallery", now=lambda: now[0])
    artist = painter(cloud, gallery, purse(tmp_path / "money"))
    first = await artist.paint(Order("cat"), [])
    assert [dict(part) for part in first.turn] == [
        {"text": "Here it is.", "signature": ""},
        {"picture": True, "signature": "ZHJhd24gaGVyZQ=="},
    ]
    wish = await artist._wish(Order("at night", parent=first), _default(), Panel(), await artist._service())
    assert wish.before is not None
    assert wish.before.turn == first.turn
    assert wish.ratio == "16:9"
    second = await artist.paint(Order("at night", parent=first), [])
    assert (second.parent, second.alt) == (first.id, "cat; at night")
    now[0] += timedelta(minutes=11)
    wish = await artist._wish(Order("in snow", parent=second), _default(), Panel(), await artist._service())
    assert wish.before is not None
    assert wish.before.turn == ()
    assert (await artist.paint(Order("in snow", parent=second), [])).parent == second.id


def _default() -> table.Model:
    found = table.model("gemini-nano-banana-2.1")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("config", "order", "problem"),
    [
        (
            {"model": "imagen-4.0-generate-001"},
            {},
            "drawn by Google Cloud only .* take gemini-nano-banana-2.1",
        ),
        ({"model": "dall-e"}, {}, "There is no picture model dall-e"),
        ({}, {"shape": "7:5"}, "no pictures of the shape '7:5'"),
        ({}, {"size": "8K"}, "draws in 1K, 2K, 4K, not in 8K"),
        ({}, {"prompt": "  "}, "What should I draw"),
        ({}, {"references": [(b"x", "")] * 15}, "at most 14 pictures"),
        ({}, {"references": [(b"", "")]}, "The picture is empty"),
    ],
)
async def test_what_cannot_be_is_told_before_it_costs(
    cloud: Address, tmp_path: Path, config: dict[str, Any], order: dict[str, Any], problem: str
) -> None:
    artist = painter(cloud, Gallery(tmp_path / "gallery"), purse(tmp_path / "money"), **config)
    with pytest.raises(ToolError, match=problem):
        await artist.paint(Order(**{"prompt": "cat", **order}), [])


async def test_a_retired_model_is_replaced_by_its_successor(cloud: Address, tmp_path: Path) -> None:
    old = painter(cloud, Gallery(tmp_path / "g"), purse(tmp_path / "m"), model="gemini-2.5-flash-image")
    assert (await old.paint(Order("cat"), [])).model == "gemini-nano-banana-2.1"


async def test_who_cannot_be_asked_is_told_the_price_and_nothing_is_drawn(
    cloud: Address, tmp_path: Path
) -> None:
    artist = painter(cloud, Gallery(tmp_path / "gallery"), purse(tmp_path / "money"))
    with pytest.raises(ToolError, match=r"costs about 11 cents. Shall I draw it\? Then say so with --yes"):
        await artist.paint(Order("cat", size="4k", mute=True), [])
    before = await artist.paint(Order("cat", mute=True), [])
    for wrong in (
        Order("sky", parent=before, part="foreground"),
        Order("tail", parent=before, mode="remove"),
    ):
        with pytest.raises(ToolError, match="imagen-3.0-capability-001"):
            await artist.paint(wrong, [])
