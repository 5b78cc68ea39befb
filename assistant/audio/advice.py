"""What of an ``audio:`` section can do nothing, as far as it is seen without opening a device."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.config import AudioConfig, nearest


def advice(audio: AudioConfig) -> Iterator[str]:
    """A sentence about each thing that has no effect; nothing is wrong enough to stop for.

    Whether there is the microphone is told by the audio process, which opens it.
    """
    folder = audio.wake_folder
    if folder.exists() and not folder.is_dir():
        yield f"audio.wake_folder: {folder} is a file; a folder with models of your own is meant"
    words = [*audio.wake_words, *(path.stem for path in sorted(folder.glob("*.json")))]
    for word in audio.sensitivities:
        if word not in words:
            hint = nearest(word, words) or f"listened for: {', '.join(words) or 'none'}"
            yield f"audio.sensitivities: {word!r} is no wake word that is listened for; {hint}"
