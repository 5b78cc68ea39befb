"""The wake word is proven now and then, in a pause, on the live engine; a deaf engine is told."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.audio.listening import WakeWords
from assistant.audio.messages import FromAudio, Trouble
from assistant.audio.proof import AGAIN_MS, ATTEMPTS, DEAF, EVERY_MS, FIRST_MS, Proof, sample

WORDS = ["hey_jarvis", "alexa", "hey_mycroft", "okay_nabu"]
NOISE = (np.random.default_rng(5).standard_normal(320) * 30).astype("<i2").tobytes()
MINUTE = FIRST_MS // 20


def spent(proof: Proof, frames: int, frame: bytes = NOISE) -> list[FromAudio]:
    return [message for _ in range(frames) for message in proof.hear(frame)]


@pytest.mark.parametrize("sensitivity", [0, 50, 100])
def test_every_word_built_in_is_proven_at_any_sensitivity(sensitivity: int) -> None:
    engine = WakeWords(WORDS)
    engine.sensitivity = sensitivity
    proof = Proof(engine, WORDS)
    assert spent(proof, MINUTE - 1) == []
    assert proof.proven == 0
    assert spent(proof, 20) == []
    assert proof.proven == 1
    assert spent(proof, EVERY_MS // 20 + 20) == []
    assert proof.proven == 2
    assert [engine(NOISE) for _ in range(20)] == [""] * 20, "the proof itself wakes nobody"


def test_a_deaf_engine_is_told_once_it_has_failed_several_times() -> None:
    engine = WakeWords(["hey_jarvis"])
    for each in engine._engines.values():
        each.close()
    proof = Proof(engine, ["hey_jarvis"])
    pause = 20
    assert spent(proof, MINUTE + pause + (ATTEMPTS - 2) * (AGAIN_MS // 20 + pause)) == []
    assert spent(proof, AGAIN_MS // 20 + pause) == [Trouble(DEAF, fatal=True)]
    assert proof.proven == 0


def test_nobody_is_talked_over_by_a_proof() -> None:
    proof = Proof(WakeWords(["alexa"]), ["alexa"])
    spent(proof, MINUTE - 1)
    for frame in sample("hey_jarvis")[15:40]:
        spent(proof, 1, frame)
    assert proof.proven == 0
    spent(proof, 20)
    assert proof.proven == 1


def test_words_without_a_recording_are_not_tried() -> None:
    proof = Proof(WakeWords([]), ["my_own"])
    assert spent(proof, MINUTE * 2) == []
    assert proof.proven == 0
