"""The studio by itself: what is put back, what is drawn again, and what it refuses."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from assistant.errors import ToolError
from assistant.showing import NotShown, Sketch
from assistant.testing import Home
from assistant.testing.pictures import Browser
from assistant.vision.album import IT_SECONDS
from assistant.vision.studio import Studio
from tests.vision.test_fitting import picture


@pytest.fixture
def studio(home: Home) -> Studio:
    """With a screen that shows a cat."""
    home.pictures.browser("kitchen")
    return home.pictures.studio


async def test_only_what_was_changed_just_now_on_the_one_screen_is_put_back(
    home: Home, studio: Studio
) -> None:
    assert await studio.put_back() == "", "nothing hangs there"
    await studio.draw("a cat", Sketch(), screen="")
    assert await studio.put_back() == "", "it was made, not changed"
    await studio.change("at night", screen="")
    assert await studio.put_back() == "The picture before is on the kitchen screen."
    assert await home.pictures.shown("kitchen") == "a cat"
    assert await studio.put_back() == "", "it is back"

    await studio.change("in winter", screen="")
    later = datetime.now() + timedelta(seconds=IT_SECONDS + 1)
    studio.store.now = lambda: later
    assert await studio.put_back() == "", "nobody means it any more"
    assert await home.pictures.shown("kitchen") == "in winter"

    studio.store.now = datetime.now
    await studio.change("in spring", screen="")
    studio.wall._last = ""
    home.pictures.browser("hall")
    assert await studio.put_back() == "", "it is not clear on which screen"


async def test_what_was_drawn_is_drawn_again_from_what_it_was_made_of(home: Home, studio: Studio) -> None:
    with pytest.raises(ToolError, match="There is no picture yet"):
        await studio.anew(screen="")
    await studio.draw("a cat", Sketch(), screen="")
    assert await studio.anew(screen="") == "Another picture is on the kitchen screen."
    second, first = await studio.store.entries()
    assert (second.prompt, second.parent) == ("a cat", "")
    assert await studio.store.on("kitchen") == second.id != first.id
    await studio.change("at night", screen="")
    await studio.anew(screen="")
    assert [(each.prompt, each.parent) for each in await studio.store.entries(2)] == [
        ("at night", second.id),
        ("at night", second.id),
    ]
    await studio.hang(await studio.take(picture()), "")
    with pytest.raises(ToolError, match="was not drawn, so there is nothing to draw again"):
        await studio.anew(screen="")


async def test_what_was_drawn_for_a_screen_that_has_gone_is_not_lost(home: Home, studio: Studio) -> None:
    (kitchen,) = studio.wall.screens
    assert isinstance(kitchen, Browser)
    kitchen.deaf = True
    for draws, told in (
        (studio.draw("a cat", Sketch(), screen=""), "It is kept in the gallery."),
        (studio.change("at night", screen=""), "It is kept in the gallery."),
        (studio.draw("a dog", Sketch(count=2), screen=""), "They are kept in the gallery."),
    ):
        with pytest.raises(NotShown) as error:
            await draws
        assert str(error.value).endswith(told)
    prompts = [entry.prompt for entry in await studio.store.entries()]
    assert prompts == ["a dog", "a dog", "at night", "a cat"]
    home.pictures.browser("hall")
    assert await studio.also(screen="hall", only=False) == "Two pictures are on the hall screen."


async def test_back_by_several_steps_and_to_the_original(home: Home, studio: Studio) -> None:
    for refused in (studio.back(2, screen=""), studio.original(screen="")):
        with pytest.raises(ToolError, match="There (was|is) no picture"):
            await refused
    await studio.draw("a cat", Sketch(), screen="")
    with pytest.raises(ToolError, match="That is the original"):
        await studio.original(screen="")
    for change in ("at night", "in winter"):
        await studio.change(change, screen="")
    assert await studio.back(2, screen="") == "The picture before is on the kitchen screen."
    assert await home.pictures.shown("kitchen") == "a cat"
    with pytest.raises(ToolError, match=r"There was no picture before this one\."):
        await studio.back(2, screen="")
    await studio.change("at dawn", screen="")
    with pytest.raises(ToolError, match=r"There is only one picture before this one\."):
        await studio.back(3, screen="")
    await studio.change("in spring", screen="")
    assert await studio.original(screen="") == "The original is on the kitchen screen."
    assert await home.pictures.shown("kitchen") == "a cat"


async def test_a_picture_is_deleted_when_somebody_has_said_yes(home: Home, studio: Studio) -> None:
    await studio.draw("a cat", Sketch(), screen="")
    await studio.keep(screen="", background=True)
    for answers in (["no"], []):
        home.voice.answers = [*answers]
        with pytest.raises(ToolError, match="I leave it as it is"):
            await studio.delete(screen="")
    home.voice.answers = ["yes"]
    assert await studio.delete(screen="") == "The picture is deleted."
    assert home.voice.asked[-1] == (
        "That picture is one of those that are kept. Shall I delete it for ever: a cat?"
    )
    assert (await studio.store.entries(), await home.pictures.shown("kitchen")) == ([], "")
    with pytest.raises(ToolError, match="There is no picture yet"):
        await studio.delete(screen="")


async def test_the_original_that_was_deleted_is_told_as_gone(home: Home, studio: Studio) -> None:
    await studio.draw("a cat", Sketch(), screen="")
    (cat,) = await studio.store.entries()
    await studio.change("at night", screen="")
    await studio.store.remove(cat.id)
    with pytest.raises(ToolError, match="The original is not in the gallery any more"):
        await studio.original(screen="")


async def test_what_a_picture_cost(studio: Studio) -> None:
    png = picture()
    about = {"mime": "image/png", "width": 4, "height": 4}
    cat = await studio.store.add(png, prompt="cat", alt="cat", usd=0.04, **about)
    night = await studio.store.add(png, prompt="night", alt="night", usd=0.05, parent=cat.id, **about)
    for entry, told in (
        (cat, "The picture cost about 4 cents."),
        (night, "The picture cost about 5 cents; with what it was made of, 9 cents."),
        (await studio.take(png), "The picture cost nothing."),
    ):
        await studio.hang(entry, "")
        assert await studio.cost(screen="") == told
    await studio.gallery(screen="")
    assert await studio.cost(screen="") == "The 3 pictures cost about 9 cents."


@pytest.mark.parametrize(
    ("prompt", "drawn", "where"),
    [
        ("a unicorn in the hall", "a unicorn", "hall"),
        ("a castle on a hill in the living room", "a castle on a hill", "tv"),
        ("a unicorn in a hall", "a unicorn in a hall", "kitchen"),
        ("a unicorn in the forest", "a unicorn in the forest", "kitchen"),
        ("a boat on the lake on the tv", "a boat on the lake", "tv"),
    ],
)
async def test_a_place_at_the_end_that_has_a_screen_says_where(
    home: Home, studio: Studio, prompt: str, drawn: str, where: str
) -> None:
    home.pictures.browser("hall")
    home.pictures.browser("tv", "living room")
    studio.wall.area = "kitchen"
    studio.wall._last = "kitchen"
    assert await studio.draw(prompt, Sketch(), screen="") == f"The picture is on the {where} screen."
    assert await home.pictures.shown(where) == drawn
