"""How loud a frame is, and what is usual."""

from __future__ import annotations

import math

import numpy as np
import pytest

from assistant.audio.levels import Usual, level

random = np.random.default_rng(5)


def test_what_is_usual_is_the_percentile_of_the_last_values_at_every_moment() -> None:
    usual, noted = Usual(50, 90), list[float]()
    assert (usual.value, len(usual)) == (-math.inf, 0)
    for value in np.round(random.standard_normal(300) * 4):  # many are alike
        usual.note(float(value))
        noted.append(float(value))
        assert usual.value == pytest.approx(np.percentile(noted[-50:], 90))
    assert len(usual) == 50


def test_the_level_is_that_of_the_power_below_full_scale() -> None:
    assert level(bytes(640)) == pytest.approx(-120)
    assert level(np.full(320, -32_768, "<i2").tobytes()) == pytest.approx(0, abs=0.01)
    assert level(np.full(320, 3277, "<i2").tobytes()) == pytest.approx(-20, abs=0.01)
