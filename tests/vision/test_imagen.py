"""Imagen of Google Cloud: the SDK's predict calls, with masks, reasons and refusals."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from google import genai
from google.genai import types

from assistant.brain.server import Address
from assistant.config import PicturesConfig
from assistant.errors import ToolError
from assistant.vision.gallery import Gallery
from assistant.vision.painting import Painter, Service
from assistant.vision.undrawn import NotDrawn
from assistant.vision.wishing import Order
from tests.brain.stand_ins import brain, trust
from tests.vision.parts import purse
from tests.vision.test_fitting import picture

EDITOR = "imagen-3.0-capability-001"
SCRIPT = """
- {on: picture, match: "cats [imagen-4.0-generate-001 16:9 1K predict  n=4 people=ALLOW_ADULT safety=BLOCK_ONLY_HIGH]", do: [draw, draw: {ground: "#111111"}, block: "FILTERED. SUPPORT CODES: 39322892"]}
- {on: picture, match: a child, do: [block: "ALL WERE FILTERED OUT. SUPPORT CODES: 58061214"]}
- {on: picture, match: a star, do: [block: "SUPPORT CODES: 15236754, 62263041"]}
- {on: picture, match: a fight, do: [block: "SUPPORT CODES: 61493863"]}
- {on: picture, match: a letter, do: [block: "SUPPORT CODES: 92201652"]}
- {on: picture, match: unheard of, do: [block: "SUPPORT CODES: 12345678"]}
- {on: picture, match: held back, do: [block: BLOCKED BY FILTER]}
- {on: picture, match: "predict raw mask MASK_MODE_USER_PROVIDED EDIT_MODE_INPAINT_REMOVAL", do: [draw: {ground: "#111111"}]}
- {on: picture, match: "predict raw mask MASK_MODE_FOREGROUND EDIT_MODE_DEFAULT", do: [draw: {ground: "#222222"}]}
- {on: picture, match: "people=ALLOW_NONE safety=OFF]", do: [finish: IMAGE_OTHER]}
- {on: picture, match: "9:16 1K predict", do: [draw]}
"""


@asynccontextmanager
async def cloud(address: Address) -> AsyncIterator[genai.Client]:
    """Google Cloud with a key of its own kind, at the address of the scripted brain."""
    options = types.HttpOptions(base_url=address.url, async_client_args={"verify": trust(address)})
    made = genai.Client(vertexai=True, api_key="any", http_options=options)
    try:
        yield made
    finally:
        await made.aio.aclose()
        made.close()


def painter(address: Address, folder: Path, **config: Any) -> Painter:
    async def service() -> Service:
        return Service("gemini", lambda: cloud(address), vertex=True)

    return Painter(PicturesConfig(**config), Gallery(folder / "gallery"), service, purse(folder / "money"))


async def test_imagen_draws_and_says_why_it_does_not(tmp_path: Path) -> None:
    async with brain(tmp_path / "brain", script=SCRIPT) as address:
        artist = painter(
            address,
            tmp_path,
            model="imagen-4.0-fast-generate-001",
            people="ALLOW_ADULT",
            safety="BLOCK_ONLY_HIGH",
        )
        entry = await artist.paint(Order("a cat", "portrait"), [])
        assert (entry.width < entry.height, entry.usd, entry.turn) == (True, 0.02, ())
        with pytest.raises(NotDrawn) as told:
            await artist.paint(Order("held back"), [])
        assert told.value.cause == "blocked result"
        with pytest.raises(ToolError, match="takes no pictures to go by"):
            await artist.paint(Order("more", parent=entry), [])
        with pytest.raises(NotDrawn) as told:
            await artist.paint(Order("a dog", "square"), [])  # the script has nothing for it: 501
        assert told.value.cause == "busy"


async def test_imagen_edits_within_a_mask_or_a_named_part(tmp_path: Path) -> None:
    async with brain(tmp_path / "brain", script=SCRIPT) as address:
        artist = painter(address, tmp_path, model=EDITOR)
        first = await artist.paint(Order("a cat", "portrait"), [])
        part = await artist.paint(Order("a dog", parent=first, part="foreground"), [])
        assert part.parent == first.id
        mask = await artist.paint(Order("gone", parent=first, mask=picture(), mode="remove"), [])
        assert (mask.width, mask.height) == (first.width, first.height)
        wordless = await artist.paint(Order("", parent=first, mask=picture(), mode="remove"), [])
        assert wordless.prompt == "remove"
        with pytest.raises(ToolError, match="What should I draw?"):
            await artist.paint(Order("", parent=first, mask=picture(), mode="insert"), [])


async def test_several_come_in_one_request_and_what_is_held_back_is_told(tmp_path: Path) -> None:
    async with brain(tmp_path / "brain", script=SCRIPT) as address:
        allowed = {"people": "ALLOW_ADULT", "safety": "BLOCK_ONLY_HIGH"}
        artist = painter(address, tmp_path, model="imagen-4.0-generate-001", **allowed)
        batch = await artist.several(Order("cats", count=4, agreed=True), [])
        assert [entry.usd for entry in batch.entries] == [0.04, 0.04]
        assert batch.missing == (
            "2 of 4 did not come. The service draws no people with our settings (pictures.people)."
        )
        assert len({entry.sha for entry in batch.entries}) == 2
        with pytest.raises(ToolError, match="I draw one to 4 pictures at once, not 5"):
            await artist.several(Order("cats", count=5), [])


async def test_the_filters_codes_become_sentences(tmp_path: Path) -> None:
    async with brain(tmp_path / "brain", script=SCRIPT) as address:
        artist = painter(address, tmp_path, model="imagen-4.0-fast-generate-001")
        for prompt, sentence in (
            ("a child", "The service draws no children with our settings (pictures.people)."),
            ("a star", "The service draws nobody who is known. Try it without the name."),
            ("a fight", "The service held the picture back as violent; that may be a mistake."),
            ("a letter", "The service held it back because of personal data in it."),
            (
                "unheard of",
                "The picture came out in a way that the service won't show. Another try may work.",
            ),
        ):
            with pytest.raises(NotDrawn) as told:
                await artist.paint(Order(prompt), [])
            assert str(told.value) == sentence


async def test_what_a_model_does_not_take_is_told_with_what_it_takes(tmp_path: Path) -> None:
    async with brain(tmp_path / "brain", script=SCRIPT) as address:
        artist = painter(address, tmp_path, model="imagen-4.0-fast-generate-001", safety="OFF")
        with pytest.raises(ToolError, match="takes for pictures.safety BLOCK_LOW_AND_ABOVE or .*, not OFF"):
            await artist.paint(Order("a cat"), [])
        for name, sentence in (
            ("gemini-nano-banana-2.1", "takes for pictures.thinking minimal or high, not low"),
            ("gemini-3-pro-image", "takes no pictures.thinking; leave it empty"),
            ("imagen-4.0-fast-generate-001", "takes no pictures.thinking"),
        ):
            with pytest.raises(ToolError, match=sentence):
                await painter(address, tmp_path, model=name, thinking="low").paint(Order("a cat"), [])
        with pytest.raises(
            ToolError, match=r"no pictures.google_search; .* gemini-nano-banana-2.1 or gemini-3"
        ):
            await painter(address, tmp_path, model="gemini-3.1-flash-lite-image", google_search=True).paint(
                Order("a cat"), []
            )
        native = painter(address, tmp_path, people="DONT_ALLOW", safety="OFF")
        with pytest.raises(NotDrawn, match="without a picture"):
            await native.paint(Order("nobody here"), [])
