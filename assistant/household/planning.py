"""The tools by which plans are made, told and cancelled, and what people say to them."""

from __future__ import annotations

from assistant.household.plans import Plans
from assistant.tools.declaring import declare
from assistant.tools.foreseeing import Step
from assistant.tools.table import Tool
from assistant.tools.vocabulary import Moment, Risk, Seconds

ASKS = (
    "what is planned",
    "what have you planned",
    "what do you have planned",
    "what is planned for today",
    "what is planned for later",
    "is anything planned",
    "is there anything planned",
    "list the plans",
    "list what is planned",
    "what plans are there",
    "what plans do i have",
    "what are you going to do later",
    "what will you do later",
)
CANCELS = (
    "cancel {what} at {when}",
    "cancel {what} for {when}",
    "cancel {what} {when}",
    "cancel {what}",
    "cancel {what} that is planned",
    "cancel {what} planned",
    "delete the plan for {what}",
    "cancel the plan for {what}",
    "cancel the plan to {what}",
    "cancel the plan",
    "cancel {what} plans",
)


def plan_tools(plans: Plans) -> list[Tool]:
    """What may be asked of them."""

    async def do_later(calls: list[Step], when: Moment = "", seconds: Seconds | None = None) -> str:
        """Call tools of devices later, or for a while: "the fan for ten minutes".

        Args:
            calls: as you would make them now
            when: left out: now
            seconds: after that, all is put back to what it was
        """
        return await plans.add(calls, when, seconds)

    async def what_is_planned() -> str:
        """Tell what devices are to do later."""
        return await plans.told()

    async def cancel_planned(what: str = "", when: Moment = "") -> str:
        """Cancel what a device is to do later.

        Args:
            what: words about it, or "all"
        """
        return await plans.cancel(what, when)

    cancel = declare(cancel_planned, risk=Risk.COMFORT, phrases=CANCELS, own_words=True)
    return [
        Tool(declare(do_later, risk=Risk.COMFORT, own_words=True), do_later, "house", cases=plans.cases),
        Tool(
            declare(what_is_planned, risk=Risk.READ, phrases=ASKS, own_words=True), what_is_planned, "house"
        ),
        Tool(cancel, cancel_planned, "house"),
    ]
