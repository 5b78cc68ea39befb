"""What a family says about the picture on the wall, and what after a picture is about the home all the same."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import pytest

from assistant.brain.home import read_setup
from assistant.brain.understanding import Understander
from assistant.bus import Bus
from assistant.config import PluginEntry
from assistant.home.registry import Registry
from assistant.loader import Loader
from assistant.tools.declaring import declare
from assistant.tools.dispatch import Dispatcher
from assistant.tools.house import house_tools
from assistant.tools.table import ToolTable
from assistant.tools.vocabulary import Choice, Risk
from assistant.vision.tools import SHOWS
from tests.brain.homes import PRETEND, setup

ABOUT_IT = """
make it cosier = change_image change=cosier
make it more colourful = change_image change=more colourful
can you make it funnier please = change_image change=funnier
without the people = change_image how=without change=people
now with snow = change_image how=with change=snow
in the style of Monet = change_image how=in change=style of Monet
as a cartoon = change_image how=as change=cartoon
get rid of the people = change_image how=get rid of change=people
remove the second one = change_image how=remove change=second one
could you add some birds = change_image how=add change=some birds
zoom out a bit = change_image change=zoom out a bit
give it a hat = change_image change=give it a hat
put a hat on it please = change_image change=put a hat on it
turn the cat into a dog = change_image change=turn the cat into a dog
replace the cat with a dog = change_image change=replace the cat with a dog
paint it like Van Gogh = change_image change=paint it like Van Gogh
change the background to a beach = change_image change=change the background to a beach
make it look like a painting with a big moon in the sky and many small stars all around it = change_image change=look like a painting with a big moon in the sky and many small stars all around it
black and white = change_image change=black and white
bigger = change_image change=bigger
a bit darker = change_image change=a bit darker
try again = draw_again
another one like it = draw_again
draw another one = draw_again
no, the first one was better = show_image_before
I liked the one before better = show_image_before
bring it back = show_image_before
put it on the kitchen screen too = copy_image screen=kitchen
show it on the TV as well = copy_image screen=TV
hang it in the kitchen = copy_image screen=kitchen
also on the TV = copy_image screen=TV
not there, on the TV = move_image screen=TV
take it off the TV = clear_screen screen=TV
remove it from the kitchen screen = clear_screen screen=kitchen screen
clear all the screens = clear_screen screen=all
then add stars = change_image how=add change=stars
move it to the TV = move_image screen=TV
show it on the kitchen screen instead = move_image screen=kitchen
keep this one = keep_image
get rid of it = clear_screen
show me the original = show_image_before back=original
go back to the original picture = show_image_before back=original
show the original on the TV = show_image_before back=original screen=TV
go back two = show_image_before back=2
go back three pictures = show_image_before back=3
put it everywhere = copy_image screen=everywhere
put it on all screens = copy_image screen=all
on all the screens = copy_image screen=all
show it on every screen = copy_image screen=every screen
everywhere = copy_image screen=everywhere
delete it = delete_image
delete that picture = delete_image
throw it away = delete_image
what did that cost = image_cost
how much was that picture = image_cost
stop drawing = cancel_that which=drawing
stop drawing it please = cancel_that which=drawing
don't draw it = cancel_that which=draw
never mind the picture = cancel_that which=picture
cancel the drawing = cancel_that which=drawing
show me a dragon = show_image prompt=dragon
take it down = clear_screen
"""
ABOUT_THE_HOME = """
put the kitchen light on = turn_on device=kitchen light
brighter in the kitchen = change_brightness device=kitchen lights by=20
what about the kitchen light = get_state device=kitchen light
add milk to the shopping list = add_to_list item=milk list=shopping
"""
ASKED_BACK = """
make the sky purple = change_image change=make the sky purple
more colourful = change_image change=more colourful
give the cat a hat = change_image change=give the cat a hat
take out the tree = change_image change=take out the tree
"""
NOTHING = """
in five minutes turn off the kitchen light = I can only do things right away here
turn the kitchen light into red = Did you mean the kitchen light?
turn on the kitchn light = Did you mean the kitchen light
make the bedroom blinds purple = Did you mean the bedroom lamp?
"""


def lines(table: str) -> list[tuple[str, str]]:
    return [(said, meant) for said, _, meant in (line.partition(" = ") for line in table.strip().split("\n"))]


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 12)

    def __call__(self) -> datetime:
        return self.now


async def show_camera(camera: Annotated[str, Choice("front door")], screen: str = "") -> str:
    """Show a camera's picture on a screen."""
    return f"The {camera} is on {screen}"


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """The pretend home with the shipped pictures."""
    (pictures,) = Loader([]).load(PluginEntry(name="pictures")).plugins
    house = house_tools(Dispatcher(ToolTable(), Registry(), Bus()))
    declarations = [tool.declaration for tool in (*pictures.tools(), *house)]
    declarations.append(declare(show_camera, risk=Risk.READ, phrases=SHOWS))
    declared = [
        {"name": each.name, "description": each.text(), "parameters": each.schema()} for each in declarations
    ]
    message = setup(PRETEND)
    message["tools"].append({"functionDeclarations": declared})
    return message


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def after_a_picture(told: dict[str, Any], clock: Clock) -> Understander:
    understander = Understander(read_setup(told), clock)
    assert short(understander, "draw a cat") == "show_image prompt=cat"
    return understander


def short(understander: Understander, said: str) -> str:
    understood = understander.understand(said)
    calls = [
        " ".join([call.name, *(f"{name}={value}" for name, value in call.args.items())])
        for call in understood.calls
    ]
    return ", ".join(calls) or understood.say


@pytest.mark.parametrize(("said", "meant"), [*lines(ABOUT_IT), *lines(ABOUT_THE_HOME)])
def test_what_is_said_after_a_picture(after_a_picture: Understander, said: str, meant: str) -> None:
    assert short(after_a_picture, said) == meant


@pytest.mark.parametrize(("said", "meant"), lines(ASKED_BACK))
def test_of_what_the_home_makes_nothing_is_asked_back(
    after_a_picture: Understander, clock: Clock, said: str, meant: str
) -> None:
    """P10: what may have been a device that nobody knows changes no picture, and costs nothing."""
    assert short(after_a_picture, said).endswith("Do you mean what I did last?")
    assert short(after_a_picture, "yes") == meant
    clock.now += timedelta(minutes=6)
    assert "did last" not in short(after_a_picture, said)


@pytest.mark.parametrize(("said", "answer"), lines(NOTHING))
def test_what_names_something_of_the_home_changes_no_picture(
    after_a_picture: Understander, said: str, answer: str
) -> None:
    assert answer in short(after_a_picture, said)


VERBATIM = """
show a qr code for https://example.org/a?b=1&c=2 = show_card card=qr code text=https://example.org/a?b=1&c=2
show a qr code for WIFI:S:home;T:WPA;P:s3cret;; = show_card card=qr code text=WIFI:S:home;T:WPA;P:s3cret;;
write Happy Birthday, Zoë! It's 5:30. on the kitchen screen = show_card text=Happy Birthday, Zoë! It's 5:30 screen=kitchen
generate an image of a tiger = show_image prompt=tiger
could you make me a picture of a red fox = show_image prompt=red fox
"""


@pytest.mark.parametrize(("said", "meant"), lines(VERBATIM))
def test_what_is_written_with_signs_of_its_own_is_passed_on_letter_for_letter(
    told: dict[str, Any], clock: Clock, said: str, meant: str
) -> None:
    assert short(Understander(read_setup(told), clock), said) == meant


NEW = """
show me a dragon = show_image prompt=dragon
could you show me some dragons please = show_image prompt=some dragons
let me see an old lighthouse in a storm = show_image prompt=old lighthouse in a storm
show a castle on a hill in the kitchen = show_image prompt=castle on a hill in the kitchen
show me an old lighthouse on the tv = show_image prompt=old lighthouse on the tv
show me a dragon on the attic screen = show_image prompt=dragon screen=attic
show me a garden = show_image prompt=garden
show me the garden = No camera is called garden
show me the front door = show_camera camera=front door
show me a front door = show_camera camera=front door
show me the last one = choose_image which=last
show me the lights = get_state device=all lights
show me a light = Which one:
show me a kitchen light = get_state device=kitchen light
show me a dragon and turn on the kitchen light = Did you mean the kitchen light?
show me a timer = show_card card=timer
show me a list = show_card card=list
show me the shopping list = I can
show me a shopping list = show_card text=shopping card=list
show me a qr code for hello = show_card card=qr code text=hello
show me a qr code of banana = show_card card=qr code text=banana
show me a qr code of https://a.example/x = show_card card=qr code text=https://a.example/x
make a qr code for hello = show_card card=qr code text=hello
show a qr code of hello on the attic screen = show_card card=qr code text=hello screen=attic
show a qr code for hello on the attic screen = show_card card=qr code text=hello screen=attic
don't show me a dragon = Okay
"""


@pytest.mark.parametrize(("said", "meant"), lines(NEW))
def test_what_is_new_is_drawn_and_what_there_is_is_shown(
    told: dict[str, Any], clock: Clock, said: str, meant: str
) -> None:
    """An indefinite article says that it is not there yet; a device, camera or card of that name wins."""
    assert meant in short(Understander(read_setup(told), clock), said)


@pytest.mark.parametrize("said", ["kitchen", "the kitchen screen", "on the kitchen screen please"])
def test_on_which_screen_is_answered(told: dict[str, Any], clock: Clock, said: str) -> None:
    understander = Understander(read_setup(told), clock)
    drawing = understander.understand("draw a whale")
    asked = {"error": "On which screen: frame or kitchen?", "valid_options": ["frame", "kitchen"]}
    understander.answer(drawing, [asked])
    assert short(understander, said) == "show_image prompt=whale screen=kitchen"
