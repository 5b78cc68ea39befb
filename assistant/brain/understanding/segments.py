"""A tagged sentence cut into stretches of one wish each: at "and", at "but", and between listed names."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from assistant.brain.understanding.names import Noun
from assistant.brain.understanding.tags import Tag

ARTICLES = frozenset({"the", "my", "our"})
PLACES = ("area", "both")


def segments(tags: Sequence[Tag]) -> list[list[Tag]]:
    """The stretches, without those of fillers only."""
    found: list[list[Tag]] = [[]]
    for at, tag in enumerate(tags):
        if tag.kind == "but" and _excepts(found[-1], tags[at + 1 :]):
            found[-1].append(Tag("except", "but", tag.text, tag.start))
        elif tag.kind in ("and", "but") and not (tag.text == "," and _only_place(found)):
            found.append([])
        else:
            found[-1].append(tag)
    cut = (piece for stretch in found for piece in _listed(stretch))
    return [piece for piece in cut if any(tag.kind != "filler" for tag in piece)]


def _excepts(before: Sequence[Tag], after: Sequence[Tag]) -> bool:
    """ "All lights but the kitchen light"."""
    everything = any(t.kind == "quantifier" or (t.kind == "noun" and t.value.plural) for t in before)
    aim = next((tag.kind for tag in after if tag.kind != "filler"), "")
    return everything and aim in ("noun", *PLACES)


def _only_place(found: Sequence[Sequence[Tag]]) -> bool:
    """ "In the kitchen, ...": the place belongs to what follows the comma."""
    kinds = {tag.kind for tag in found[0]}
    return len(found) == 1 and kinds <= {*PLACES, "filler"} and bool(kinds - {"filler"})


def _listed(stretch: list[Tag]) -> list[list[Tag]]:
    """ "The fan the heater" are two things in a row; "fan heater" may be a third one that we do not know."""
    cuts = [
        at
        for at, tag in enumerate(stretch)
        if tag.kind == "noun"
        and (before := _noun_before(stretch, at))
        and merged([before, tag.value]) is None
    ]
    if not cuts or any(tag.kind == "except" for tag in stretch):
        return [stretch]
    first = next(at for at, tag in enumerate(stretch) if tag.kind == "noun")
    if _wishes(stretch[:first]) and _wishes(stretch[cuts[-1] + 1 :]):
        return [stretch]
    bounds = [0, *cuts, len(stretch)]
    return [stretch[start:end] for start, end in pairwise(bounds)]


def _noun_before(stretch: Sequence[Tag], at: int) -> Noun | None:
    """The name that stands right before, with an article and at most its place between."""
    if not at or stretch[at - 1].text.split()[-1] not in ARTICLES:
        return None
    for tag in reversed(stretch[:at]):
        if tag.kind == "noun":
            noun: Noun = tag.value
            return noun
        if tag.kind not in ("filler", *PLACES):
            return None
    return None


def _wishes(tags: Sequence[Tag]) -> bool:
    return any(
        tag.kind not in ("filler", "noun", "quantifier", *PLACES) and tag.value != "neutral" for tag in tags
    )


def merged(nouns: Sequence[Noun]) -> Noun | None:
    """Several nouns of one thing ("hall lamp light") are one; of different things they are a fault."""
    if not nouns:
        return None
    first, *rest = nouns
    for noun in rest:
        shared = [[thing for thing in rank if thing in noun.all()] for rank in first.ranks]
        if not any(shared):
            return None
        first = Noun(
            f"{first.text} {noun.text}", first.plural and noun.plural, (shared[0], shared[1], shared[2])
        )
    return first
