"""What people say about pictures, as the embedded brain understands it; and what stays about the home."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.testing import Home

SENTENCES: list[tuple[str, str, dict[str, Any]]] = [
    ("draw a cat", "show_image", {"prompt": "cat"}),
    ("please draw me a dragon and a castle", "show_image", {"prompt": "dragon and a castle"}),
    ("draw a cat on the kitchen screen", "show_image", {"prompt": "cat", "screen": "kitchen"}),
    ("show me a picture of the sea", "show_image", {"prompt": "sea"}),
    ("draw three pictures of a cat", "show_image", {"prompt": "cat", "count": 3}),
    ("show me 4 pictures of the sea", "show_image", {"prompt": "sea", "count": 4}),
    ("draw a cat in 4K", "show_image", {"prompt": "cat", "size": "4K"}),
    ("draw a cat in four k on the tv", "show_image", {"prompt": "cat", "size": "4K", "screen": "tv"}),
    (
        "draw a cat with a red hat on a wooden bench next to a pond with ducks in the evening sun on the kitchen screen",
        "show_image",
        {
            "prompt": "cat with a red hat on a wooden bench next to a pond with ducks in the evening sun",
            "screen": "kitchen",
        },
    ),
    ("draw a cat in winter", "show_image", {"prompt": "cat in winter"}),
    ("use the photo i sent", "use_photo", {}),
    ("make my photo a painting", "use_photo", {"change": "painting"}),
    ("turn the photo I sent into a drawing", "use_photo", {"change": "drawing"}),
    ("the second one", "choose_image", {"which": "second"}),
    ("show me the third", "choose_image", {"which": "third"}),
    ("take the last one", "choose_image", {"which": "last"}),
    ("change the picture to night time", "change_image", {"change": "night time"}),
    ("make the picture night on the tv screen", "change_image", {"change": "night", "screen": "tv"}),
    ("draw a boat on the lake", "show_image", {"prompt": "boat on the lake"}),
    ("change the picture on the tv to winter", "change_image", {"change": "winter", "screen": "tv"}),
    ("add a boat to the picture", "change_image", {"how": "add", "change": "boat"}),
    ("the one before", "show_image_before", {}),
    ("undo the picture", "show_image_before", {}),
    ("put back the old one", "show_image_before", {}),
    ("put the old one back", "show_image_before", {}),
    ("please put the old picture back", "show_image_before", {}),
    ("show the old picture again", "show_image_before", {}),
    ("bring back the picture", "show_image_before", {}),
    ("the one before on the kitchen screen", "show_image_before", {"screen": "kitchen"}),
    ("show the old one on the tv", "show_image_before", {"screen": "tv"}),
    ("show me the gallery", "show_gallery", {}),
    ("show the gallery on the hall screen", "show_gallery", {"screen": "hall"}),
    ("show the picture of the cat again", "show_gallery", {"words": "cat"}),
    ("clear the screen", "clear_screen", {}),
    ("clear the kitchen screen", "clear_screen", {"screen": "kitchen"}),
    ("show the weather card", "show_card", {"card": "weather"}),
    ("show me the weather on the screen", "show_card", {"card": "weather"}),
    ("show the timer card", "show_card", {"card": "timer"}),
    ("show me the timers on the kitchen screen", "show_card", {"card": "timers", "screen": "kitchen"}),
    ("show the shopping list card", "show_card", {"card": "list", "text": "shopping"}),
    ("show the shopping list on the screen", "show_card", {"card": "list", "text": "shopping"}),
    ("write dinner is ready on the screen", "show_card", {"text": "dinner is ready"}),
    ("save the picture", "keep_image", {}),
    ("make the picture my background", "keep_image", {"use": "background"}),
    (
        "show the shopping list in the hall",
        "show_card",
        {"text": "shopping", "card": "list", "screen": "hall"},
    ),
    ("show me the timers in the hall", "show_card", {"card": "timers", "screen": "hall"}),
    ("show the weather on the TV", "show_card", {"card": "weather", "screen": "TV"}),
    ("show a list of timers", "show_card", {"card": "timers"}),
    ("show me a list of my timers in the hall", "show_card", {"card": "timers", "screen": "hall"}),
    # not about pictures:
    ("show the shopping list", "read_list", {"list": "shopping"}),
    ("add milk to the list", "add_to_list", {"items": ["milk"]}),
    ("clear the shopping list", "clear_list", {"list": "shopping"}),
    ("turn on the desk lamp", "turn_on", {"device": "desk lamp"}),
]


@pytest.fixture
async def house(home: Home) -> Home:
    for plugin in ("pictures", "lists", "timers"):
        await home.add(plugin)
    await home.add("mqtt_dimmable_light", name="desk lamp", topic="lamp", area="study")
    return home


async def test_what_is_said_about_pictures(house: Home) -> None:
    wrong = []
    for said, tool, args in SENTENCES:
        understood = house.brain.understander().understand(said)
        calls = [(call.name, dict(call.args)) for call in understood.calls]
        if calls != [(tool, args)]:
            wrong.append(f"{said}: {calls or understood.say}")
    assert not wrong, "\n".join(wrong)


AFTER_A_PICTURE: list[tuple[str, str, dict[str, Any]]] = [
    ("make it night-time", "change_image", {"change": "night time"}),
    ("add a boat", "change_image", {"how": "add", "change": "boat"}),
    (
        "add a boat on the kitchen screen",
        "change_image",
        {"how": "add", "change": "boat", "screen": "kitchen"},
    ),
    ("remove the boat", "change_image", {"how": "remove", "change": "boat"}),
    ("in Spanish", "change_image", {"how": "in", "change": "Spanish"}),
    ("make it red", "change_image", {"change": "red"}),
    ("only in the kitchen", "move_image", {"screen": "kitchen"}),
    ("on the TV", "copy_image", {"screen": "TV"}),
    ("show it everywhere", "copy_image", {"screen": "everywhere"}),
    ("clear it", "clear_screen", {}),
    ("save it", "keep_image", {}),
    ("make it my background", "keep_image", {"use": "background"}),
    ("undo", "show_image_before", {}),
    ("undo that", "show_image_before", {}),
    # what says itself what it is about is about that:
    ("add milk to the shopping list", "add_to_list", {"items": ["milk"], "list": "shopping"}),
    ("turn on the desk lamp", "turn_on", {"device": "desk lamp"}),
    ("set a timer for ten minutes", "set_timer", {"seconds": 600}),
]


async def test_what_goes_on_about_a_picture_is_about_the_picture(house: Home) -> None:
    wrong = []
    for said, tool, args in AFTER_A_PICTURE:
        mind = house.brain.understander()
        mind.understand("draw a cat")
        calls = [(call.name, dict(call.args)) for call in mind.understand(said).calls]
        if calls != [(tool, args)]:
            wrong.append(f"{said}: {calls}")
    assert not wrong, "\n".join(wrong)


async def test_and_without_one_it_is_about_something_else(house: Home) -> None:
    for before in ("", "turn on the desk lamp"):
        for said in (
            "make it red",
            "add a boat",
            "in Spanish",
            "undo",
            "clear it",
            "on the TV",
            "make it night-time",
        ):
            mind = house.brain.understander()
            for sentence in filter(None, ("draw a cat" if before else "", before)):
                mind.understand(sentence)
            names = {call.name for call in mind.understand(said).calls}
            assert not names & {"change_image", "copy_image", "clear_screen", "show_image_before"}, said
