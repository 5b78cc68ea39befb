"""Wake word models of one's own: looked at before the engine gets them, for a broken one ends its process."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import AudioError

if TYPE_CHECKING:
    from pymicro_wakeword import MicroWakeWord

log = logging.getLogger(__name__)

TEN_MS = 320
"""Bytes of 16 kHz mono s16le."""
TRIED_BLOCKS = 100
"""A second of silence: what breaks with it breaks with everything."""


def model(path: Path) -> MicroWakeWord:
    """The model that a ``.json`` describes as for ESPHome's micro_wake_word, beside its ``.tflite``.

    Raises:
        AudioError: it is none, or does not work; one sentence.
    """
    try:
        told = json.loads(path.read_text("utf-8"))
        _checked(told["micro"])
        _open(path.parent / told["model"])
        return _tried(path)
    except (
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RuntimeError,
    ) as error:
        log.debug("%s", path, exc_info=True)
        raise AudioError(
            f"{path} is no wake word model ({_reason(error)}): "
            "a .json as for ESPHome's micro_wake_word beside its .tflite is needed"
        ) from error


def _reason(error: Exception) -> str:
    text = f"{type(error).__name__} {error}" if isinstance(error, LookupError) else str(error)
    return text if text and "\n" not in text and len(text) < 100 else type(error).__name__


def _checked(micro: Any) -> None:
    cutoff, window = micro["probability_cutoff"], micro["sliding_window_size"]
    if not (isinstance(cutoff, int | float) and 0 < cutoff <= 1):
        raise ValueError(f"its probability_cutoff is {cutoff!r}, not between 0 and 1")
    if not (isinstance(window, int) and 1 <= window <= 1000):
        raise ValueError(f"its sliding_window_size is {window!r}, not 1 to 1000")


def _open(tflite: Path) -> None:
    """The library under the engine follows every pointer, also those it was told are none."""
    from pymicro_wakeword import MicroWakeWord, Model

    if not tflite.is_file():
        raise ValueError(f"there is no {tflite.name}")
    # Any engine has it loaded; a small model of those built in.
    library = MicroWakeWord.from_builtin(Model.ALEXA).lib
    found = library.TfLiteModelCreateFromFile(bytes(tflite.resolve()))
    if not found:
        raise ValueError(f"{tflite.name} is damaged, or no TensorFlow Lite file")
    try:
        interpreter = library.TfLiteInterpreterCreate(found, None)
        if not interpreter:
            raise ValueError(f"{tflite.name} needs more than the engine can do")
        try:
            if library.TfLiteInterpreterAllocateTensors(interpreter):
                raise ValueError(f"{tflite.name} needs more than the engine can do")
        finally:
            library.TfLiteInterpreterDelete(interpreter)
    finally:
        library.TfLiteModelDelete(found)


def _tried(path: Path) -> MicroWakeWord:
    from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures

    features, engine = MicroWakeWordFeatures(), MicroWakeWord.from_config(path)
    for _ in range(TRIED_BLOCKS):
        for feature in features.process_streaming(bytes(TEN_MS)):
            engine.process_streaming_prob(feature)
    engine.reset()
    return engine
