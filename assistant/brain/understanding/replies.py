"""Why a sentence is not acted on, said in one short honest sentence."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.brain.home import Thing
from assistant.brain.understanding.clauses import Clause
from assistant.brain.understanding.kinds import FAMILIES, family
from assistant.brain.understanding.meaning import Miss
from assistant.brain.understanding.names import Names, joined, spoken
from assistant.brain.understanding.tables import bag
from assistant.brain.understanding.tags import Tag

NOT_UNDERSTOOD = "I did not understand that. Please say it another way."
NEGATED = "Okay, I leave it as it is."
NEEDS_INTERNET = "I can't answer that here. Questions like that need the internet brain."
NOT_A_COMMAND = "I can switch lights and other things in this home, but I can't help with that here."
WHICH_TIME = "I can't tell when. Say one time at the end, such as in ten minutes. I know no conditions."
NO_SCHEDULE = "I can only do things right away here, not at a later time or on a condition."
TIME_WORDS = bag(
    """
    tomorrow tonight later when if after before minutes minute hours hour seconds second oclock o'clock
    pm am every morning evening noon midnight monday tuesday wednesday thursday friday saturday sunday
    until while whenever once sunset sunrise timer week yesterday
    """
)
GENERAL_QUESTIONS = bag(
    """
    what who why when where how which whose is are was were does did can could will should tell
    """
)
PLACES = bag(
    """
    upstairs downstairs outside outdoors inside indoors
    """
)
FLOOR_WORDS = bag("floor storey story upstairs downstairs basement cellar attic loft")
MOST_UNKNOWN = 3
MOST_AREAS = 8


def refuse(tags: Sequence[Tag], clauses: Sequence[Clause], form: str, names: Names) -> None:
    """Raise the ``Miss`` of a sentence that must not act; return for one that may."""
    unknown = [tag for tag in tags if tag.kind == "unknown"]
    wished = [clause for clause in clauses if clause.wished]
    if any("negated" in clause.faults for clause in clauses):
        raise Miss(NEGATED, final=True)
    if (wished or form) and (place := _unknown_floor(unknown, names)):
        raise place
    if form and form not in ("tell",):
        if unknown and len(unknown) <= MOST_UNKNOWN and any(tag.kind == "noun" for tag in tags):
            raise _unknown_thing(tags, unknown[0], clauses, names)
        raise Miss(NEEDS_INTERNET if unknown else NOT_UNDERSTOOD, final=True)
    if any(tag.text in TIME_WORDS for tag in unknown) and wished:
        raise Miss(NO_SCHEDULE, final=True)
    if unknown:
        raise _unknown(tags, unknown, wished, names)
    if not wished and not any(clause.reference for clause in clauses):
        raise Miss(NOT_UNDERSTOOD)
    if (
        tags
        and tags[0].text in ("and", "then", "and then")
        and any(c.directions & {"lock", "unlock"} for c in clauses)
    ):
        raise Miss("Should I lock or unlock it? Please say it again.", final=True)
    if any(clause.faults & {"contradiction"} for clause in clauses):
        raise Miss("That sounded like two different things at once. Please say it again.", final=True)


def _unknown(tags: Sequence[Tag], unknown: Sequence[Tag], wished: Sequence[Clause], names: Names) -> Miss:
    question = (
        next((tag.text.split()[0] for tag in tags if tag.text.split()[0] != "and"), "") in GENERAL_QUESTIONS
    )
    commanding = any(tag.kind == "sense" and tag.value != "weak on" for tag in tags)
    if question and not commanding:
        return Miss(NEEDS_INTERNET)
    if not wished or not commanding or len(unknown) > MOST_UNKNOWN:
        return Miss(NOT_A_COMMAND)
    groups = any(tag.kind == "quantifier" or (tag.kind == "noun" and tag.value.plural) for tag in tags)
    if groups and len(unknown) == 1 and unknown[0].text in PLACES and names.home.areas:
        return _unknown_place(unknown[0], names)
    return _unknown_thing(tags, unknown[0], wished, names)


def _unknown_floor(unknown: Sequence[Tag], names: Names) -> Miss | None:
    """Which floor it may be, or which room when nobody has said what floors there are; never a device."""
    if (tag := next((tag for tag in unknown if tag.text in FLOOR_WORDS), None)) is None:
        return None
    if names.home.floors:
        floors = joined((f"the {floor.names[0]}" for floor in names.home.floors), "or")
        return Miss(f"I don't know that floor. Which one do you mean: {floors}?", final=True)
    return _unknown_place(tag, names) if tag.text in PLACES and names.home.areas else None


def _unknown_place(tag: Tag, names: Names) -> Miss:
    rooms = joined((f"the {area}" for area in names.home.areas[:MOST_AREAS]), "or")
    return Miss(f"I don't know what is {tag.text}. Which room do you mean: {rooms}?", final=True)


def _unknown_thing(tags: Sequence[Tag], unknown: Tag, clauses: Sequence[Clause], names: Names) -> Miss:
    """Name the best candidates: alike in sound and spelling, of the same kind, and able to do it."""

    def able(thing: Thing) -> bool:
        wanted = {direction for clause in clauses for direction in clause.directions}
        return (not kin or thing in kin) and (not wanted or bool(wanted & set(family(thing.kind).verbs)))

    said = _phrase(tags, unknown)
    nouns = [tag.value for tag in tags if tag.kind == "noun"]
    kin = {thing for noun in nouns for thing in noun.all()}
    similar = names.similar(said, able)
    similar = similar or sorted(filter(able, kin), key=lambda thing: thing.name)[:3]
    if not similar:
        return Miss(_none(said))
    offer = joined((spoken(thing) for thing in similar[:3]), "or")
    return Miss(f"I don't know {said}. Did you mean {offer}?", things=tuple(similar[:3]))


def _none(said: str) -> str:
    """That there is no such thing; a word that asks is none."""
    if said.split()[0] in GENERAL_QUESTIONS:
        return NEEDS_INTERNET
    several = any(word in kind.plural for kind in FAMILIES.values() for word in said.split())
    return f"There {'are' if several else 'is'} no {said} here that I know of."


def _phrase(tags: Sequence[Tag], first: Tag) -> str:
    """The unknown word with the names and other unknown words around it."""
    at = list(tags).index(first)
    start = end = at
    while start and tags[start - 1].kind in ("unknown", "noun", "area", "both"):
        start -= 1
    while end + 1 < len(tags) and tags[end + 1].kind in ("unknown", "noun", "area", "both"):
        end += 1
    return " ".join(tag.text for tag in tags[start : end + 1])
