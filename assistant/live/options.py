"""What the owner wants of a model, checked against what the model knows before anything is connected."""

from __future__ import annotations

import difflib
import logging
from dataclasses import dataclass, fields

from assistant.config import GeminiConfig
from assistant.live.models import abilities, known, listed, retired, voices

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """Wishes by the names of the gemini section; a default is no wish."""

    language: str = ""
    google_search: bool = False
    media_resolution: str = ""
    safety: str = ""
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    turn_coverage: str = ""
    turn_taking: str = "local"
    vad_start: str = ""
    vad_end: str = ""
    vad_prefix_ms: int | None = None
    vad_silence_ms: int | None = None
    thinking_level: str = ""
    thinking_budget: int | None = None
    thoughts: bool = False
    affective_dialog: bool = False
    proactive_audio: bool | None = None

    @classmethod
    def of(cls, config: GeminiConfig) -> Options:
        """As they stand in the configuration."""
        return cls(**{field.name: getattr(config, field.name) for field in fields(cls)})

    @property
    def server_listens(self) -> bool:
        """Whether the server decides when somebody speaks; else our own ears do, and tell it."""
        return self.turn_taking == "server"

    def wished(self) -> list[str]:
        """Names of the options that were set."""
        return [field.name for field in fields(self) if getattr(self, field.name) != field.default]


def checked(config: GeminiConfig) -> GeminiConfig:
    """The configuration with a model that lives and knows the options.

    Raises:
        ConfigError: an option does not fit the model; the sentence says why.
    """
    if gone := retired(config.model):
        instead = f"{gone.successor} takes its place (gemini.model)"
        log.warning("%s was shut down on %s; %s.", config.model, gone.since, instead)
        config = config.model_copy(update={"model": gone.successor})
    if abilities(config.model).deprecated:
        log.warning("%s will be shut down; %s is newer (gemini.model).", config.model, known()[0])
    if not listed(config.model) and not config.base_url:
        near = ", ".join(difflib.get_close_matches(config.model, known(), 2) or known()[:1])
        log.warning("%s is a model unknown to us (gemini.model); is it %s?", config.model[:60], near)
    for name in Options.of(config).wished():
        _fits(config, name)
    if not config.base_url:
        _known_voice(config)
    return config


def _known_voice(config: GeminiConfig) -> None:
    """Another server may have voices of its own; Google's are these."""
    if config.voice not in voices():
        near = difflib.get_close_matches(config.voice.capitalize(), voices(), 3) or voices()
        problem = f"gemini.voice: there is no voice {config.voice[:40]!r}; there are {', '.join(near)}"
        raise config.mistake(problem, "voice")


def _fits(config: GeminiConfig, name: str) -> None:
    able = abilities(config.model)
    if name.startswith("vad_") and config.turn_taking != "server":
        problem = f"gemini.{name} counts only where the server listens (gemini.turn_taking: server)"
        raise config.mistake(problem, name)
    if name not in able.options:
        others = [model for model in known() if name in abilities(model).options]
        near = f"; {', '.join(others)} can" if others else ""
        raise config.mistake(f"gemini.{name}: {config.model} does not know this{near}", name)
    if name in able.alpha_options and config.api_version != "v1alpha":
        problem = f"gemini.{name}: {config.model} knows this in v1alpha only (gemini.api_version)"
        raise config.mistake(problem, name)
    if name == "thinking_level" and config.thinking_level not in able.thinking_levels:
        levels = ", ".join(able.thinking_levels)
        raise config.mistake(f"gemini.thinking_level: {config.model} knows only {levels}", name)
