"""What a brain is put together from: a mind, a voice, and how strict, patient and short-lived it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from assistant.brain.protocols import OpenMind, Voice

if TYPE_CHECKING:
    # only a brain with a script needs YAML
    from assistant.brain.script import Script


@dataclass(frozen=True, kw_only=True)
class Options:
    """Behaviour of the whole server; tests turn these, people need none of them."""

    keys: frozenset[str] = frozenset()
    """API keys let in; empty: any key but none."""
    models: frozenset[str] = frozenset()
    """Model names served, like ``models/gemini-3.8-live``; empty: any."""
    strict: bool = False
    """Hang up where the real service was seen to, though it could go on."""
    blocking: Literal["by model", "always", "never"] = "by model"
    """How a function without ``behavior`` is called: from 3.8 on the real models do not block."""
    playback_pace: float = 1.0
    """Seconds waited per second of speech before the turn is complete; 0: none."""
    tool_seconds: float = 60.0
    slow_tool_seconds: float = 600.0
    """Patience with a tool that does not answer."""
    connection_seconds: float | None = None
    """Age at which a connection is cut; None: never."""
    go_away_seconds: float = 50.0
    """Warning before that."""
    handle_life: timedelta = timedelta(hours=2)
    """How long a session can be resumed."""
    voice_activity: bool = False
    """Also tell where speech starts and ends."""
    processing_seconds: float = 0.5
    """How long an uploaded video stays PROCESSING."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Who thinks and speaks, and what they keep where."""

    open_mind: OpenMind
    voice: Voice
    cache: Path
    whisper: Path | None = None
    script: Script | None = None
    options: Options = Options()
