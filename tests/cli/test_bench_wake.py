"""What `assistant bench wake` counts: the shipped recordings stand in for the voices of other machines."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.audio.proof import sample
from assistant.cli.bench.wake import CLEAN_DB, WORDS, _in_noise, _lost, _wakings, _woken

SAID = {word: np.frombuffer(b"".join(sample(word)), "<i2").astype(np.float32) for word in WORDS}


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_heard_when_it_is_clean_and_not_below_loud_noise(word: str) -> None:
    assert word in _woken(word, _in_noise(SAID[word], CLEAN_DB, 0))
    assert word not in _woken(word, _in_noise(SAID[word], -20, 0))


def test_wakings_are_counted_once_each() -> None:
    pcm = b"".join(_in_noise(SAID[word], CLEAN_DB, 0) for word in ("alexa", "hey_jarvis", "alexa"))
    assert list(_wakings(pcm)) == ["alexa", "hey_jarvis", "alexa"]


def test_a_sentence_in_one_breath_leaves_whole() -> None:
    spoken = SAID["hey_jarvis"]
    last = int(np.flatnonzero(np.abs(spoken) > 300)[-1])
    assert _lost("hey_jarvis", spoken[:last]) == 0
