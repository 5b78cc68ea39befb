"""The studio by itself: what is put back, what is drawn again, and what it refuses."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from assistant.errors import ToolError
from assistant.showing import NotShown, Sketch
from assistant.testing import Home
from assistant.testing.pictures import Browser
from assistant.vision.studio import IT_SECONDS, Studio
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
