"""Pictures on the home's screens: drawn by a model, changed by words, shown again; and cards to read.

A screen is any browser that shows /screen/NAME of the dashboard, or a plugin that is a display.
"""

from typing import Annotated, ClassVar, Literal

from assistant.api import Choice, Plugin, Range, Risk, tool
from assistant.api.pictures import Sketch, studio

from .phrases import AGAIN, ALSO, BEFORE, CARD, CHANGE, COST, DELETE, DRAW, MOVE, PHOTO

# "On the lake" is no screen, so a screen that is not called one is found by those there are (`Wall.meant`).
Screen = Annotated[str, 'a screen or an area; "" is the nearest, "everywhere" all']
Shape = Annotated[str, 'square, portrait, wide or a ratio like 16:9; "": as the screen']
Size = Annotated[str, Choice("", "1K", "2K", "4K")]
Count = Annotated[int, Range(0, 4), "how many to choose from; 0: as usual"]
ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth"),
    *("seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "last"),
)
How = Annotated[str, Choice("", "add", "remove", "in", "as", "with", "without", "get rid of")]
Which = Annotated[str, Choice(*ORDINALS)]
ORIGINAL = "original"
Back = Annotated[str, Choice("1", "2", "3", "4", ORIGINAL)]


class Pictures(Plugin):
    """Draw and show."""

    own_words: ClassVar[bool] = True

    @tool(slow=True, phrases=DRAW)
    async def show_image(
        self, prompt: str, screen: Screen = "", shape: Shape = "", size: Size = "", count: Count = 0
    ) -> str:
        """Draw a picture, or several to choose from, and show it; takes up to a minute, costs money."""
        words, _, last = prompt.rpartition(" ")
        if words and last.casefold() == "everywhere" and not screen:
            prompt, screen = words, last
        return await studio().draw(prompt, Sketch(shape, size, count), screen=screen)

    @tool(
        slow=True,
        phrases=(
            "the {which} one",
            "show me the {which} one",
            "show me the {which}",
            "show the {which} one",
            "show me the {which} picture",
            "show the {which} picture",
            "take the {which} one",
            "i like the {which} one",
            "the {which} picture",
            "…",
        ),
    )
    async def choose_image(self, which: Which, screen: Screen = "") -> str:
        """Show one of the numbered pictures that a screen shows: "the second one"."""
        return await studio().pick(-1 if which == "last" else ORDINALS.index(which) + 1, screen=screen)

    @tool(slow=True, phrases=CHANGE)
    async def change_image(self, change: str, how: How = "", screen: Screen = "") -> str:
        """Change the picture that a screen shows: "make it night-time", "add a boat", "in Spanish"."""
        return await studio().change(f"{how} {change}".strip(), screen=screen)

    @tool(
        slow=True,
        phrases=(
            "try the picture again",
            "draw the picture again",
            *(f"…{again}" for again in ("again", "try again", "do it again", "draw it again")),
            *(
                f"…{verb}another one{alike}"
                for verb in ("", "draw ", "make ", "try ")
                for alike in ("", " like it")
            ),
        ),
    )
    async def draw_again(self, screen: Screen = "") -> str:
        """Draw what a screen shows once more: "try again", "another one like it"."""
        return await studio().anew(screen=screen)

    @tool(slow=True, phrases=MOVE)
    async def move_image(self, screen: Screen) -> str:
        """Show what was shown last only on this screen: "only in the kitchen"."""
        return await studio().also(screen=screen, only=True)

    @tool(slow=True, phrases=ALSO)
    async def copy_image(self, screen: Screen) -> str:
        """Show what was shown last on another screen, too: "on the TV", "everywhere"."""
        return await studio().also(screen=screen, only=False)

    @tool(slow=True, phrases=PHOTO)
    async def use_photo(self, change: str = "", screen: Screen = "") -> str:
        """Show the newest photo that was sent or, with a change ("a painting"), make that of it."""
        return await studio().photo(change, screen=screen)

    @tool(slow=True, phrases=BEFORE)
    async def show_image_before(self, back: Back = "1", screen: Screen = "") -> str:
        """Show what the screen showed before; for "the one before", "the original", undoing a change."""
        if back == ORIGINAL:
            return await studio().original(screen=screen)
        return await studio().back(int(back), screen=screen)

    @tool(
        slow=True,
        phrases=(
            "show me the gallery",
            "show the gallery",
            "show the gallery on the {screen} screen",
            "show me the gallery on the {screen} screen",
            "show me our pictures",
            "show my pictures",
            *AGAIN,
            "…",
        ),
    )
    async def show_gallery(self, words: str = "", screen: Screen = "") -> str:
        """Show the newest pictures together or, with words of it, one of them again."""
        if words:
            return await studio().again(words, screen=screen)
        return await studio().gallery(screen=screen)

    @tool(slow=True, phrases=CARD)
    async def show_card(
        self,
        card: Literal["weather", "timers", "timer", "list", "qr code", "text"] = "text",
        text: str = "",
        screen: Screen = "",
    ) -> str:
        """Show something to read; of a list, the text is its name."""
        return await studio().card("timers" if card == "timer" else card, text, screen=screen)

    @tool(
        phrases=(
            "clear the screen",
            "clear the {screen} screen",
            "clear the screens",
            "clear the picture",
            "take the picture away",
            "turn the picture off",
            "clear {screen} screens",
            *(f"…{take} the {{screen}}" for take in ("take it off", "take it down from", "remove it from")),
            "…clear it",
            "…take it away",
            "…take it down",
            "…remove it",
            "…get rid of it",
        )
    )
    async def clear_screen(self, screen: Screen = "") -> str:
        """Clear a screen."""
        return await studio().clear(screen=screen)

    @tool(
        phrases=(
            "save the picture",
            "keep the picture",
            "save the picture as {use}",
            "make the picture my {use}",
            "make it my {use}",
            "use the picture as {use}",
            "…save it",
            "…keep it",
            "…keep this one",
            "…save this one",
            "…i love it keep it",
            "…save it as {use}",
            "…keep it as {use}",
        )
    )
    async def keep_image(
        self, use: Literal["favourite", "background"] = "favourite", screen: Screen = ""
    ) -> str:
        """Keep what a screen shows; as background it is there when nothing else is."""
        return await studio().keep(screen=screen, background=use == "background")

    @tool(slow=True, phrases=DELETE)
    async def delete_image(self, screen: Screen = "") -> str:
        """Delete the picture on a screen."""
        return await studio().delete(screen=screen)

    @tool(risk=Risk.READ, phrases=COST)
    async def image_cost(self) -> str:
        """What a picture cost."""
        return await studio().cost(screen="")
