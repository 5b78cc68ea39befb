"""What `assistant bench hearing` counts: the sentence done, asked back, missed, or something else done."""

from __future__ import annotations

import pytest

from assistant.brain.understanding.meaning import Call, Understanding
from assistant.cli.bench.hearing import ASKED, MISSED, RIGHT, WRONG, outcome

LAMP, FAN = Call("turn_on", {"device": "lamp"}), Call("turn_on", {"device": "fan"})


@pytest.mark.parametrize(
    ("got", "counted"),
    [
        (Understanding(calls=(LAMP, FAN)), RIGHT),
        (Understanding(calls=(LAMP,)), RIGHT),
        (Understanding(calls=(Call("turn_off", {"device": "lamp"}),)), WRONG),
        (Understanding(calls=(LAMP, FAN, Call("turn_on", {"device": "oven"}))), WRONG),
        (Understanding(calls=(Call("get_state", {"device": "oven"}),)), MISSED),
        (Understanding(say='Did you mean "turn on the lamp"?'), ASKED),
        (Understanding(say="I don't know any ramp."), MISSED),
    ],
)
def test_only_what_was_said_is_right(got: Understanding, counted: str) -> None:
    assert outcome(Understanding(calls=(LAMP, FAN)), got) == counted
