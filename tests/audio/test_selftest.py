"""What the self-test suggests can be followed, and then it is content."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.audio.mouth import Mouth
from assistant.audio.proof import sample
from assistant.audio.selftest import _woken


class Noisy:
    """A room in which the wake word is hardly heard above the noise."""

    def __init__(self) -> None:
        self.mouth = Mouth()

    def listen(self, seconds: float) -> tuple[list[bytes], list[bytes]]:
        random = np.random.default_rng(5)
        samples = (
            np.frombuffer(frame, "<i2") + random.standard_normal(320) * 4000 for frame in sample("hey_jarvis")
        )
        heard = [each.clip(-32_000, 32_000).astype("<i2").tobytes() for each in samples]
        return heard, heard


@pytest.mark.speech
def test_who_raises_the_sensitivity_as_suggested_is_told_that_it_helps() -> None:
    (deaf,) = _woken(Noisy(), "hey_jarvis", 50)
    assert not deaf.ok
    assert deaf.text.endswith("assistant room sensitivity 70.")
    (better,) = _woken(Noisy(), "hey_jarvis", 70)
    assert better.ok, better.text
    (deaf,) = _woken(Noisy(), "hey_jarvis", 0)
    assert "0 percent" in deaf.text
