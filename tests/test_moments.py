"""Times to come as tools are told them, and as people are told of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.brain.understanding.times import moment_of
from assistant.brain.understanding.words import words
from assistant.moments import moment, spoken, spoken_days, spoken_length
from assistant.wallclock import WallClock

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 29, 12, 30, tzinfo=BERLIN)
CLOCK = WallClock(BERLIN, NOON.timestamp)
TOLD = {
    "20:00": "at 20:00",
    "8:00": "tomorrow at 8:00",
    "8:00 pm": "at 20:00",
    "today 20:00": "at 20:00",
    "tomorrow 07:30": "tomorrow at 7:30",
    "Tomorrow at 8:00": "tomorrow at 8:00",
    "friday 09:00": "on Friday at 9:00",
    "on fri 9:00": "on Friday at 9:00",
    "2026-12-24 08:00": "on 24 December at 8:00",
    "2026-12-24T08:00:00+01:00": "on 24 December at 8:00",
    "in 20 min": "at 12:50",
    "in 1200 s": "at 12:50",
}
AGAIN = {
    "weekdays 06:30": "on weekdays",
    "daily 12:00": "every day",
    "every day 7:00": "every day",
    "every monday 20:00": "every Monday",
    "every monday,thursday 09:00": "every Monday and Thursday",
    "mondays 9:00": "every Monday",
    "weekends 10:00": "on weekends",
}
WRONG = (
    "",
    "soon",
    "25:00",
    "8",
    "moonday 8:00",
    "2026-02-30 08:00",
    "2020-01-01 08:00",
    "in 900 days",
    "in -5 min",
    "in 0 s",
)


@pytest.mark.parametrize(("text", "told"), TOLD.items())
def test_a_time_is_read_and_told(text: str, told: str) -> None:
    found = moment(text, CLOCK)
    assert spoken(found.instant, CLOCK) == told
    assert not found.days


@pytest.mark.parametrize(("text", "days"), AGAIN.items())
def test_times_that_come_again(text: str, days: str) -> None:
    assert spoken_days(moment(text, CLOCK).days) == days


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_time_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="write|say it|passed"):
        moment(text, CLOCK)


def test_lengths_are_told_roughly() -> None:
    told = [spoken_length(seconds) for seconds in (1, 60, 90, 100, 4800, 86400, 3661)]
    assert told[:4] == ["1 second", "1 minute", "90 seconds", "1 minute and 40 seconds"]
    assert told[4:] == ["1 hour and 20 minutes", "1 day", "1 hour and 1 minute"]


@given(
    st.text(max_size=60)
    | st.from_regex(r"(every |on |in )?[a-z]{0,9},? ?\d{0,4}:?\d{0,2} ?[a-z]{0,3}", fullmatch=True)
)
def test_no_text_breaks_it(text: str) -> None:
    try:
        found = moment(text, CLOCK)
    except ValueError as error:
        assert str(error)
    else:
        assert NOON.timestamp() < found.instant < (NOON + timedelta(days=401)).timestamp()


@given(st.text(alphabet="abcdeghimnoprtuwy 0123456789:", max_size=40))
def test_what_the_embedded_brain_makes_of_words_is_always_a_time(text: str) -> None:
    if said := moment_of(words(text), NOON.replace(tzinfo=None)):
        try:
            assert moment(said, CLOCK).instant > NOON.timestamp()
        except ValueError as error:
            assert "far ahead" in str(error) or "write" in str(error)
