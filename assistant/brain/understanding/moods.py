"""Wishes that are not put as orders: "could the fan be turned on", "the heater should be off"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.brain.understanding.tables import bag, phrases, table

POSSIBLE = bag(
    """
    can could would may might
    """
)
DONE = table(
    """
    turned=turn | dimmed=dim | lowered=lower | raised=raise | increased=increase | decreased=decrease
    reduced=reduce | started=start | stopped=stop | paused=pause | muted=mute | set=set | made=make | put=put
    brightened=brighten | darkened=darken | cooled=cool | warmed=warm up | changed=change | adjusted=adjust
    activated=activate | deactivated=deactivate | enabled=enable | disabled=disable | opened=open
    powered=power | brought=bring | pulled=pull | resumed=resume | cleaned=clean | vacuumed=clean
    """
)
"""Participles that only ever tell of something done to a thing."""
COMPARED = bag(
    """
    brighter dimmer darker lighter warmer cooler hotter colder louder quieter softer faster slower
    higher lower
    """
)
HELD = bag(
    """
    on off open closed shut locked unlocked
    """
)
"""Words for how a thing may be found."""
MEANT_TO_BE = tuple(
    tuple(phrase.split())
    for phrase in phrases(
        """
        should be, ought to be, must be, has to be, have to be, needs to be, need to be
        """
    )
)
ADVICE = sorted(
    (
        tuple(phrase.split())
        for phrase in phrases(
            """
            should i, should we, shall i, shall we, should you, must i, must we, ought i to, ought we to,
            do i need to, do we need to, do i have to, do we have to, is it better to, would it be better to,
            is it a good idea to, would it be a good idea to, is it wise to, would it be wise to,
            is it time to, is it worth it to, should, do you think i should, do you think we should
            """
        )
    ),
    key=len,
    reverse=True,
)


@dataclass(frozen=True, slots=True)
class Order:
    """A sentence as an order; ``unsure`` when it was rather a question, to be answered with an offer."""

    words: tuple[str, ...]
    unsure: bool = False


def as_order(sentence: Sequence[str]) -> Order | None:
    """The order behind a wish or a question for advice; None when the sentence is neither."""
    said = tuple(sentence)
    if found := next((opening for opening in ADVICE if said[: len(opening)] == opening), None):
        return Order(_bare(said[len(found) :]), unsure=True)
    if said and said[0] in POSSIBLE and "be" in said[2:]:
        return _possible(said)
    return _meant(said)


def _possible(said: tuple[str, ...]) -> Order | None:
    """ "Could the fan be turned on" asks for it; "could the door be locked" may as well want to know."""
    at = said.index("be", 2)
    thing, rest = said[1:at], said[at + 1 :]
    clear = bool(rest) and (rest[0] in DONE or bool(COMPARED & set(rest[:4])))
    if not thing or not (clear or HELD & set(rest[:1])):
        return None
    return Order(_done(thing, rest), unsure=not clear)


def _meant(said: tuple[str, ...]) -> Order | None:
    for at in range(1, len(said)):
        for phrase in MEANT_TO_BE:
            if said[at : at + len(phrase)] == phrase and at + len(phrase) < len(said):
                return Order(_done(said[:at], said[at + len(phrase) :]))
    return None


def _bare(rest: tuple[str, ...]) -> tuple[str, ...]:
    """ "[Should] the heater be off" without its verb."""
    at = rest.index("be") if "be" in rest else 0
    return _done(rest[:at], rest[at + 1 :]) if at else rest


def _done(thing: tuple[str, ...], rest: tuple[str, ...]) -> tuple[str, ...]:
    """ "The fan", "turned on" -> the fan turn on; "the blinds", "closed" -> the blinds set closed."""
    if rest and rest[0] in DONE:
        return (*thing, *DONE[rest[0]].split(), *rest[1:])
    return (*thing, "set", *rest)
