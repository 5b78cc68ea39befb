"""Lengths of time and times to come, typed and as they are said."""

from __future__ import annotations

from datetime import datetime

import pytest

from assistant.brain.home import read_setup
from assistant.brain.understanding import Call, Understander
from assistant.brain.understanding.times import moment_of, seconds_of
from assistant.brain.understanding.words import words

SUNDAY_NOON = datetime(2026, 11, 29, 12, 30)
LENGTHS = {
    "ten minutes": 600, "90 seconds": 90, "an hour": 3600, "an hour and a half": 5400,
    "one and a half hours": 5400, "half an hour": 1800, "a half hour": 1800, "a minute": 60,
    "two and a half minutes": 150, "an hour and twenty minutes": 4800, "1 hour 20 minutes": 4800,
    "1h30m": 5400, "a quarter of an hour": 900, "three quarters of an hour": 2700, "a couple of minutes": 120,
    "five min": 300, "forty five seconds": 45, "two hours and a half": 9000, "1.5 hours": 5400,
    "an hour twenty": 4800, "2 days": 172800, "one minute and thirty seconds": 90, "a hundred seconds": 100,
    "ten": None, "minutes ten": None, "soon": None, "": None, "0 minutes": None, "and": None,
    "ten bananas": None, "9999 weeks": None, "half": None, "ten minutes of silence": None,
}  # fmt: skip
MOMENTS = {
    "7:30": "19:30", "at seven": "19:00", "half past seven": "19:30", "quarter to nine": "20:45",
    "a quarter past one": "13:15", "ten to eight": "19:50", "ten minutes to eight": "19:50",
    "twenty past one": "13:20", "noon": "12:00", "midday": "12:00", "midnight": "00:00", "7:30 am": "07:30",
    "7:30 a.m.": "07:30", "8 pm": "20:00", "8 p.m.": "20:00", "at eight in the evening": "20:00",
    "seven in the morning": "07:00", "seven o'clock": "19:00", "six forty five": "18:45", "19:05": "19:05",
    "seven oh five": "19:05", "12": "12:00", "quarter to midnight": "23:45", "half seven": "19:30",
    "in twenty minutes": "in 1200 s", "in an hour and a half": "in 5400 s", "ten minutes from now": "in 600 s",
    "tomorrow": "tomorrow 09:00", "tomorrow morning": "tomorrow 09:00", "tonight": "today 20:00",
    "this evening": "19:00", "tomorrow at 8": "tomorrow 08:00", "at 8 tomorrow evening": "tomorrow 20:00",
    "tomorrow at three": "tomorrow 15:00", "on friday": "friday 09:00", "friday at noon": "friday 12:00",
    "on monday afternoon": "monday 15:00", "the day after tomorrow at 10": "2026-12-01 10:00",
    "6:30 on weekdays": "weekdays 18:30", "weekdays at 7:15 am": "weekdays 07:15", "every day at noon": "daily 12:00",
    "every monday at 8 pm": "every monday 20:00", "on mondays and thursdays at 9 am": "every monday,thursday 09:00",
    "11 at night": "23:00", "one at night": "01:00", "half past twelve": "12:30", "at 7.45": "19:45",
    "the pasta": None, "at": None, "in": None, "seven eight nine": None, "25:00": None, "7:75": None, "and": None,
    "tomorrow yesterday": None, "": None,
}  # fmt: skip
MORNINGS = {
    "seven": "07:00", "6:30 on weekdays": "weekdays 06:30", "half past six": "06:30", "7 pm": "19:00",
    "quarter to seven tomorrow": "tomorrow 06:45", "5": "05:00", "noon": "12:00", "in ten minutes": "in 600 s",
}  # fmt: skip


@pytest.mark.parametrize(("said", "seconds"), LENGTHS.items())
def test_a_length_of_time(said: str, seconds: int | None) -> None:
    assert seconds_of(words(said)) == seconds


@pytest.mark.parametrize(("said", "moment"), MOMENTS.items())
def test_a_time_to_come(said: str, moment: str | None) -> None:
    assert moment_of(words(said), SUNDAY_NOON) == moment


@pytest.mark.parametrize(("said", "moment"), MORNINGS.items())
def test_who_is_woken_means_the_morning(said: str, moment: str) -> None:
    assert moment_of(words(said), SUNDAY_NOON, morning=True) == moment


BLINK = {
    "name": "blink",
    "description": 'Blink.\n\nFor example: "blink for {seconds} seconds", "flash for {seconds}", "say {text} later".',
    "parameters": {
        "type": "OBJECT",
        "properties": {
            "seconds": {"type": "INTEGER", "description": "in seconds", "minimum": 1},
            "text": {"type": "STRING"},
        },
    },
}


@pytest.mark.parametrize(
    ("said", "args"),
    [
        ("blink for ten seconds", {"seconds": 10}),
        ("flash for a minute and a half", {"seconds": 90}),
        ("flash for ten", None),
        ("say the dinner is on the table later", {"text": "dinner is on the table"}),
    ],
)
def test_a_plugin_may_say_the_unit_itself_and_gets_words_with_their_little_words(
    said: str, args: dict[str, object] | None
) -> None:
    home = read_setup({"tools": [{"functionDeclarations": [BLINK]}]})
    understood = Understander(home, lambda: SUNDAY_NOON).understand(said)
    assert understood.calls == (() if args is None else (Call("blink", args),))
