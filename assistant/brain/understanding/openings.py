"""How a question begins, and what it wants to know by that."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.brain.understanding.lexicon import ASKING
from assistant.brain.understanding.tables import phrases, spread
from assistant.brain.understanding.words import words

OPENERS = spread(
    """
    check: is, are, is it, did i leave, did we leave, did i, did we, have i, have i left, has anyone left,
        have we, have we left, did you, did you leave, have you, have you left, did they, have they,
        did anyone, did anybody, did someone, did somebody, has anybody, has anyone, has someone,
        has somebody, did anyone leave, did somebody leave, did someone leave, did the, has the, did it,
        has it, check if, check whether, tell me if, tell me whether, do you know if, can you tell me if,
        can you check if, could you check if, could you check whether, can you check whether,
        could you tell me if, i wonder if, see if, does, has, do i have, was
    any: are any, is any, are any of, is anything, are there any, is there any, is there, do we have any,
        do i have any, did i leave any, did i leave anything, are some, check if any, tell me if any,
        is something, is one of, are one of
    all: are all, is everything, are all of, is every, are both, is all, check if all, check that all
    which: which, what, which of, what of, tell me which, how many
    tell: what is, how is, what are, how are, tell me, what about, how about, give me, show me,
        how warm is, how hot is, how cold is, how bright is, how loud is, how humid is, how warm is it,
        how hot is it, how cold is it, how humid is it, how fast is, how far, what state is,
        in what state is, what colour is, where is, what temperature is, what temperature is it,
        what volume is, what brightness is, what position is, what speed is, what is up with,
        how full is, how empty is, how heavy is, how deep is, how wet is, how dry is, how damp is,
        how moist is, how noisy is, how dark is, how slow is, how loud is it, how bright is it,
        how dark is it, how noisy is it, how wet is it, how damp is it, how much does, how much is,
        how much, what did you set, can you tell me, could you tell me, do you know, do you know what,
        can you tell me what, report, read, read out, get, check, check on, check the, what does,
        which colour is, how high is, how open is, whats, the state of, the status of, status of, state of
    """
)
OPENING = {words(phrase): form for phrase, form in OPENERS.items()}
LONGEST = 6
POLITENESS = tuple(
    tuple(phrase.split())
    for phrase in phrases(
        """
        please, hey, hi, hello, ok, okay, and, so, well, um, uh, excuse me, now, computer, then,
        good morning, good evening, i would like to know, i want to know
        """
    )
    | ASKING
    | {","}
)


def opening(sentence: Sequence[str]) -> tuple[str, int]:
    """How a sentence asks ("" when it does not), and how many words that takes."""
    for length in range(min(LONGEST, len(sentence)), 0, -1):
        if found := OPENING.get(tuple(sentence[:length])):
            return found, length
    return "", 0


def without_politeness(sentence: tuple[str, ...]) -> tuple[str, ...]:
    """The sentence from the word on that asks or wishes, without a please at its end."""
    start = 0
    while found := next((o for o in POLITENESS if sentence[start : start + len(o)] == o), None):
        start += len(found)
    end = len(sentence)
    while end > start and sentence[end - 1] in ("please", "thanks", ","):
        end -= 1
    return sentence[start:end]
