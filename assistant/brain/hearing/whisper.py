"""A second listener from the user's own Whisper model folder (extra ``whisper``); loaded at its first use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy

from assistant.errors import BrainError


class Whisper:
    """Slower and heavier than the decoder, and wrong in other ways: that is its worth."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._model: Any = None

    def hear(self, pcm: bytes) -> str:
        """The text of 16 kHz mono s16le speech."""
        if self._model is None:
            self._model = self._load()
        samples = numpy.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2").astype(numpy.float32) / 32768
        segments, _ = self._model.transcribe(samples, language="en", beam_size=1, without_timestamps=True)
        return " ".join(segment.text.strip() for segment in segments)

    def _load(self) -> Any:
        if not self._folder.is_dir():
            raise BrainError(
                f"There is no Whisper model in {self._folder}; remove the setting or add the model."
            )
        try:
            from faster_whisper import WhisperModel
        except ImportError as error:
            raise BrainError("Whisper needs the extra: pip install 'assistant[whisper]'.") from error
        return WhisperModel(str(self._folder), device="cpu", compute_type="int8")
