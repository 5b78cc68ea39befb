"""Whether a turn is going on, when ends of turns come late."""

from __future__ import annotations

from assistant.live.messages import Say
from assistant.live.outbox import Outbox


def test_the_late_end_of_an_earlier_turn_does_not_end_the_one_that_has_begun() -> None:
    outbox = Outbox()
    outbox.post(Say("turn on the lamp"))
    outbox.answer_generated()
    outbox.post(Say("turn off the lamp"))
    outbox.turn_done()
    assert not outbox.idle.is_set(), "the house would change its link in the middle of an answer"
    outbox.answer_generated()
    outbox.turn_done()
    assert outbox.idle.is_set()


def test_a_turn_that_was_broken_off_ends_without_the_next_one() -> None:
    outbox = Outbox()
    outbox.post(Say("tell me a story"))
    outbox.answer_broken_off()
    outbox.post(Say("stop"))
    outbox.turn_done()
    assert not outbox.idle.is_set()
    outbox.turn_done()
    assert outbox.idle.is_set(), "some brains tell only the end"


def test_ends_that_a_lost_link_owes_are_not_waited_for() -> None:
    outbox = Outbox()
    outbox.post(Say("turn on the lamp"))
    outbox.answer_generated()
    outbox.link_made()
    outbox.post(Say("turn off the lamp"))
    outbox.turn_done()
    assert outbox.idle.is_set()
