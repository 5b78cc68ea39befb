"""Token counts as the real service reports them: 25 a second of audio, about four letters of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assistant.tokens import text_tokens

AUDIO_TOKENS_PER_SECOND = 25
PICTURE_TOKENS = 258


@dataclass
class Usage:
    """What one session has put into the context so far; every turn counts all of it again."""

    text: int = 0
    audio_seconds: float = 0.0
    pictures: int = 0

    def report(self, *, said: str, spoken_seconds: float) -> dict[str, Any]:
        """The ``usageMetadata`` of one turn, which from then on belongs to the context."""
        prompt = {
            "TEXT": self.text,
            "AUDIO": round(self.audio_seconds * AUDIO_TOKENS_PER_SECOND),
            "VIDEO": self.pictures * PICTURE_TOKENS,
        }
        modality, response = "AUDIO", round(spoken_seconds * AUDIO_TOKENS_PER_SECOND)
        if not spoken_seconds:
            modality, response = "TEXT", text_tokens(said)
        self.text += text_tokens(said)
        total = sum(prompt.values())
        return {
            "promptTokenCount": total,
            "responseTokenCount": response,
            "totalTokenCount": total + response,
            "promptTokensDetails": [
                {"modality": kind, "tokenCount": count} for kind, count in prompt.items() if count
            ],
            "responseTokensDetails": [{"modality": modality, "tokenCount": response}] if response else [],
        }
