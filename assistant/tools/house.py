"""Tools of the house itself, whatever plugins there are: put it back, say why, be silent."""

from __future__ import annotations

from assistant.speaking import hush
from assistant.tools import undoing
from assistant.tools.declaring import declare
from assistant.tools.dispatch import Dispatcher
from assistant.tools.table import Tool
from assistant.tools.vocabulary import Risk

UNDO = ("put it back", "undo that", "undo", "change it back", "put that back", "put everything back")
CANCEL = (
    "cancel that",
    "never mind",
    "nevermind",
    "forget it",
    "cancel it",
    "cancel",
    "never mind that",
    "forget about it",
    "cancel that again",
    "scratch that",
    *(f"stop {what}" for what in ("{which=drawing}", "{which=drawing} it", "{which=drawing} that")),
    *(
        f"{cancel} the {what}"
        for cancel in ("cancel", "stop", "never mind", "forget about")
        for what in ("{which=drawing}", "{which=picture}")
    ),
    "stop {which=drawing} the {}",
    "do not {which=draw} it",
)
WHY = (
    "why did you do that",
    "why did you do this",
    "why did that happen",
    "why",
    "what did you just do",
    "what did you do",
    "what have you done",
)
FORGET = (
    "forget that",
    "forget what i said",
    "forget what we said",
    "forget everything we said",
    "forget this conversation",
    "forget our conversation",
)
STOP = ("stop", "stop it", "stop ringing", "be quiet", "quiet", "silence", "shut up", "enough", "stop that")


def house_tools(dispatcher: Dispatcher) -> list[Tool]:
    """What every house has; some need the dispatcher's memory."""

    async def undo() -> str:
        """Put back what was changed for the last request."""
        return await undoing.put_back(dispatcher)

    async def cancel_that(which: str = "") -> str:
        """Cancel what was asked for just now, whatever it was, or a drawing that goes on.

        Args:
            which: of several, as the question named it
        """
        return await undoing.cancel_that(dispatcher, which)

    async def why() -> str:
        """Say what was done last, and for which words."""
        return dispatcher.journal.why()

    async def stop_ringing() -> str:
        """Silence what rings."""
        await hush()
        return "Okay"

    async def forget_conversation() -> str:
        """Forget what was said, and begin anew."""
        dispatcher.journal.forget()
        return "I begin anew and know nothing of what we said"

    return [
        Tool(declare(stop_ringing, risk=Risk.READ, phrases=STOP, own_words=True), stop_ringing, "house"),
        Tool(declare(cancel_that, risk=Risk.COMFORT, phrases=CANCEL, own_words=True), cancel_that, "house"),
        Tool(declare(undo, risk=Risk.COMFORT, phrases=UNDO, own_words=True), undo, "house"),
        Tool(
            declare(forget_conversation, risk=Risk.COMFORT, phrases=FORGET, own_words=True),
            forget_conversation,
            "house",
        ),
        Tool(declare(why, risk=Risk.READ, phrases=WHY, own_words=True), why, "house"),
    ]
