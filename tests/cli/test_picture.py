"""`assistant picture` and `assistant gallery`, on a house whose pictures a scripted brain draws."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from assistant import parts
from assistant.__main__ import main
from assistant.app import House
from assistant.cli.parser import parsed
from assistant.config import PluginEntry
from assistant.errands import Errands
from assistant.errors import AssistantError, UsageError
from assistant.live import pending
from assistant.live.endpoint import Endpoint
from assistant.vision.gallery import Gallery
from tests.brain.stand_ins import brain
from tests.parts.disks import full_disk
from tests.parts.homes import lived_in, shipped, told
from tests.vision.parts import painter
from tests.vision.test_fitting import picture

SCRIPT = """
- {on: picture, match: "pictures=2", do: [draw: {ground: "#105010"}]}
- {on: picture, match: "turns=3", do: [draw: {ground: "#101030"}]}
- {on: picture, do: [draw]}
"""


async def test_made_changed_listed_kept_and_shown(tmp_path: Path) -> None:
    hat = tmp_path / "hat.jpg"
    hat.write_bytes(picture(kind="JPEG"))
    mask = tmp_path / "mask.png"
    mask.write_bytes(picture())
    frame = tmp_path / "frame.jpg"
    config = shipped(tmp_path / "state")
    settings = {"name": "frame", "file": str(frame), "width": 320, "height": 200}
    frames = PluginEntry(name="picture_file", settings=settings)
    hall = PluginEntry(name="picture_mqtt", settings={"name": "hall"})
    config = config.model_copy(update={"plugins": [*config.plugins, frames, hall]})

    async with brain(tmp_path / "cloud", script=SCRIPT) as cloud:

        async def use(house: House, errands: Errands) -> None:
            house.studio.painter = painter(cloud, house.studio.store, house.purse)

            async def asked(**request: Any) -> dict[str, Any]:
                ok, items = await told(errands, {"do": "picture", **request})
                assert ok
                return next(item for item in items if item["event"] == "picture")

            made = await asked(prompt="a cat", aspect="square", references=[str(hat)], screen="frame")
            assert (made["width"], made["height"], made["text"]) == (
                1032,
                1032,
                "The picture is on the frame screen.",
            )
            assert frame.read_bytes()[:2] == b"\xff\xd8"
            changed = await asked(prompt="at night", edit="last")
            assert (changed["parent"], changed["kind"]) == (made["id"], "edited")
            masked = await asked(prompt="green", edit=str(hat), mask=str(mask))
            assert (masked["width"], masked["height"]) == (320, 180)

            _, listed = await told(errands, {"do": "gallery"})
            assert [item["prompt"] for item in listed] == ["green", "hat", "at night", "a cat"]
            assert listed[-1]["shown"] == ["frame"]
            await told(errands, {"do": "gallery", "keep": made["id"]})
            await told(errands, {"do": "gallery", "show": changed["id"], "screen": "frame"})
            _, cats = await told(errands, {"do": "gallery", "words": "cat"})
            assert [(item["prompt"], item["kept"]) for item in cats] == [("at night", False), ("a cat", True)]
            again = await asked(prompt="brighter", edit="last", screen="frame")
            assert again["parent"] == changed["id"], "the last one there, not the last one made"
            await _the_last_one(errands, again["id"])
            await _on_the_broker(house, errands, made["id"])
            await _three_to_choose_from(errands, frame)
            await told(errands, {"do": "gallery", "remove": changed["id"]})
            for wrong, problem in (
                ({"prompt": "x", "references": ["/nowhere.png"]}, "nowhere.png: cannot be read"),
                ({"prompt": "x", "mask": str(mask)}, "name it with --edit"),
                ({"prompt": "x", "part": "sky"}, "--part is one of"),
                ({"prompt": "x", "edit": changed["id"]}, "not in the gallery"),
                ({"prompt": "x", "screen": "moon"}, "There is no moon screen; there is frame and hall"),
                ({"prompt": 7}, "'prompt' must be a text"),
                ({"prompt": " "}, "What should I draw?"),
                ({"prompt": "x" * 4001}, "at most 4000 characters"),
                ({"prompt": "x" * 30_000, "edit": "last"}, "at most 4000 characters"),
                ({"prompt": "x", "count": 0}, "--count is 1 to 4"),
                ({"prompt": "x", "count": True}, "--count is 1 to 4"),
                ({"prompt": "x", "count": "three"}, "--count is 1 to 4"),
                ({"prompt": "x", "references": [str(hat)] * 15}, "at most 14 pictures"),
                ({"prompt": "x", "references": str(hat)}, "at most 14 pictures"),
                ({"prompt": "x", "mode": "melt"}, "--mode is one of"),
            ):
                with pytest.raises(AssistantError, match=problem):
                    await told(errands, {"do": "picture", **wrong})

            await _paid_for_and_not_seen(errands, frame)

        await lived_in(config, use)


async def _paid_for_and_not_seen(errands: Errands, frame: Path) -> None:
    """A screen that refuses: which picture is kept, and where, is told all the same."""
    frame.unlink()
    frame.mkdir()
    ok, items = await told(
        errands, {"do": "picture", "prompt": "a fox", "aspect": "portrait", "screen": "frame"}
    )
    made, problem = [item for item in items if item["event"] in ("picture", "error")]
    assert not ok
    assert made["prompt"] == "a fox"
    assert Path(made["file"]).is_file()
    assert "text" not in made
    assert problem["text"].endswith("It is kept in the gallery.")


SLOW = """
- {on: text, match: draw a broken, do: [tool_call: {name: show_image, args: {prompt: broken cat}, id: c2}]}
- {on: text, match: draw, do: [tool_call: {name: show_image, args: {prompt: cat}, id: c1}]}
- {on: picture, match: broken, do: [wait: 1.5, finish: IMAGE_SAFETY]}
- {on: picture, do: [wait: 1.5, draw]}
"""


@pytest.mark.parametrize("model", ["gemini-3.8-live", "gemini-3.1-flash-live-preview"])
async def test_a_house_of_its_own_ends_only_when_the_picture_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    """A model that waits for its tools is let go on after a while: then its turn is over before the picture."""
    monkeypatch.setattr(pending, "HELD_SECONDS", 0.2)
    frame = tmp_path / "frame.jpg"
    settings = {"name": "frame", "file": str(frame), "width": 320, "height": 200}
    config = shipped(tmp_path / "state", ASSISTANT_BRAIN="gemini", GEMINI_API_KEY="any")
    frames = PluginEntry(name="picture_file", settings=settings)
    config = config.model_copy(update={"plugins": [*config.plugins, frames]})
    async with brain(tmp_path / "cloud", script=SLOW) as cloud:
        endpoint = Endpoint("gemini", model, key="any", base_url=cloud.url, certificate=cloud.certificate)
        monkeypatch.setattr(parts, "gemini_endpoint", lambda _config: endpoint)

        async def use(house: House, _: Errands) -> None:
            errands = Errands(house, patient=True)
            ok, items = await told(errands, {"do": "say", "text": "draw a cat"})
            assert ok, items
            assert frame.read_bytes()[:2] == b"\xff\xd8"
            assert "The picture is on the frame screen." in str(items)
            ok, items = await told(errands, {"do": "say", "text": "draw a broken cat"})
            assert not ok
            assert "a way that the service won't show" in str(items)

        await lived_in(config, use)


async def _the_last_one(errands: Errands, ident: str) -> None:
    """It need not be written by its id; and words that no picture has are told."""
    await told(errands, {"do": "gallery", "keep": "last"})
    await told(errands, {"do": "gallery", "show": "last", "screen": "frame"})
    _, (newest, *_) = await told(errands, {"do": "gallery"})
    assert (newest["id"], newest["kept"]) == (ident, True)
    _, items = await told(errands, {"do": "gallery", "words": "walrus"})
    assert items == [{"event": "step", "text": "There is no picture of walrus in the gallery."}]


async def _three_to_choose_from(errands: Errands, frame: Path) -> None:
    """Shown together; then one by its number."""
    wanted = {"do": "picture", "prompt": "three hats", "count": 3, "screen": "frame", "yes": True}
    ok, items = await told(errands, wanted)
    assert ok
    assert len([item for item in items if item["event"] == "picture"]) == 3
    assert items[-1]["text"] == "Three pictures are on the frame screen."
    sheet = frame.read_bytes()
    ok, items = await told(errands, {"do": "gallery", "show": "3", "screen": "frame"})
    assert (ok, items[-1]["text"]) == (True, "The picture is on the frame screen.")
    assert frame.read_bytes() != sheet
    with pytest.raises(
        AssistantError, match="There are only 3 numbered pictures, those that were shown together last"
    ):
        await told(errands, {"do": "gallery", "show": "4", "screen": "frame"})
    with pytest.raises(AssistantError, match="--count is 1 to 4"):
        await told(errands, {"do": "picture", "prompt": "hats", "count": 5})


async def _on_the_broker(house: House, errands: Errands, ident: str) -> None:
    """As Home Assistant would see it: announced, kept, whole."""
    heard: dict[str, bytes] = {}
    ok, _ = await told(errands, {"do": "gallery", "show": ident, "screen": "hall"})
    assert ok
    for topic in ("homeassistant/image/#", "assistant/pictures/hall/#"):
        house.link.subscribe(topic, heard.__setitem__, largest=300_000)
    async with asyncio.timeout(5):
        while "assistant/pictures/hall/image" not in heard:  # noqa: ASYNC110 - the broker has no event for it
            await asyncio.sleep(0.02)
    announced = json.loads(heard["homeassistant/image/assistant_picture_hall/config"])
    assert heard[announced["image_topic"]][:2] == b"\xff\xd8"
    assert json.loads(heard[announced["json_attributes_topic"]]) == {"alt": "a cat"}


def test_the_arguments_make_sense_or_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    options = parsed(
        ["picture", "a", "cat", "--ref", "one.jpg", "--ref", "two.jpg", "--edit", "last", "--yes"]
    )
    assert isinstance(options, argparse.Namespace)
    assert [str(path) for path in options.ref] == ["one.jpg", "two.jpg"]
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path))
    assert main(["picture", "cat", "--ref", str(tmp_path / "none.jpg"), "--json"]) == UsageError.exit_code
    assert main(["gallery", "keep", "--json"]) == UsageError.exit_code
    assert main(["gallery", "add", str(tmp_path), "--json"]) == UsageError.exit_code
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    first, second, third = [item["text"] for item in told if item["event"] == "error"]
    assert third == f"{tmp_path}: is no file"
    assert first.endswith("none.jpg: there is no such file")
    assert "and one id" in second
    for wrong in (["--ref"], ["--edit"], ["--edit", "last", "--mask"]):
        assert main(["picture", "cat", *wrong, "http://example.org/a.png", "--json"]) == UsageError.exit_code
        text = json.loads(capsys.readouterr().out.splitlines()[0])["text"]
        assert text == "http://example.org/a.png: addresses are not taken; download the picture first"


async def test_without_a_daemon_the_gallery_is_looked_at_on_a_full_disk_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTANT_STATE_DIR", str(tmp_path / "state"))
    assert await asyncio.to_thread(main, ["gallery", "--json"]) == 0
    assert not (tmp_path / "state").exists(), "who only looks begins nothing"
    about = {"mime": "image/png", "width": 4, "height": 3}
    cat = await Gallery(tmp_path / "state" / "pictures").add(b"cat", prompt="a cat", alt="a cat", **about)
    capsys.readouterr()
    with full_disk():
        assert await asyncio.to_thread(main, ["gallery", "cat"]) == 0
        assert await asyncio.to_thread(main, ["gallery", "keep", cat.id]) == 1
    told = capsys.readouterr()
    assert cat.id in told.out
    assert "the state folder cannot be written (File too large)" in told.err
