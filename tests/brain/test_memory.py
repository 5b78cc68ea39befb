"""What is kept between connections, for how long, and what happens when a mind fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from google.genai import errors

from assistant.brain.memory import SESSIONS_KEPT, TURNS_KEPT, Conversation, Memory
from assistant.brain.wire import Hangup, Said
from tests.brain.stand_ins import House, SmallMind, brain, connected, say, turn

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_handle_is_good_for_two_hours() -> None:
    clock = [START]
    memory = Memory(timedelta(hours=2), lambda: clock[-1])
    talk = Conversation()
    handle = memory.handle(talk)
    clock.append(START + timedelta(hours=1, minutes=59))
    assert memory.find(handle, strict=True) is talk
    clock.append(START + timedelta(hours=2))
    with pytest.raises(Hangup, match="1008"):
        memory.find(handle, strict=True)


def test_the_last_two_handles_of_a_few_talks_are_kept() -> None:
    memory = Memory(timedelta(hours=2), lambda: START)
    talk = Conversation()
    first, second, third = (memory.handle(talk) for _ in range(3))
    assert memory.find(second, strict=False) is memory.find(third, strict=False) is talk
    with pytest.raises(Hangup):
        memory.find(first, strict=False)
    for _ in range(SESSIONS_KEPT):
        memory.handle(Conversation())
    with pytest.raises(Hangup):
        memory.find(third, strict=False)


def test_a_conversation_forgets_its_oldest_turns() -> None:
    talk = Conversation()
    for number in range(TURNS_KEPT + 5):
        talk.add(Said("user", str(number)))
    assert (len(talk.turns), talk.turns[0].text) == (TURNS_KEPT, "5")


async def test_a_mind_that_fails_costs_one_connection(tmp_path: Path) -> None:
    class Failing(SmallMind):
        def understand_text(self, text: str) -> Any:
            raise LookupError(text)

    class FailingHouse(House):
        async def open_mind(self, setup: Any, *, cache: Path, whisper: Path | None) -> SmallMind:
            return Failing(setup)

    async with brain(tmp_path, house=FailingHouse()) as address:
        async with connected(address) as session:
            await say(session, "trap")
            with pytest.raises(errors.APIError) as caught:
                await turn(session)
            assert (caught.value.code, caught.value.details) == (1011, "Internal error encountered.")
        async with connected(address):
            pass
