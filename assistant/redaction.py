"""No secret in any line of the log, whoever writes it: known ones by their value, others by their shape.

And none in the environment of the processes that we start: what they read may talk them into telling it.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

HIDDEN = "…"
SHAPES = re.compile(
    r"AIza[0-9A-Za-z_\-]{8,}"
    r"|auth_tokens/[0-9A-Za-z_\-.]+"
    r"|(?<=://)[^/:@\s\"']*:[^\s\"']*(?=@)"  # a password may hold any sign, encoded or not: up to the last @
    r"|(?<=://)[^/@\s\"']+(?=@)"
    r"|(?<=x-goog-api-key: )\S+"
    r"|(?P<kept>authorization(?:: |['\"], b?['\"]))[^\r\n'\"]+"
    r"|(?P<asked>[?&;](?:\w*(?:key|token|passw(?:or)?d|pass|pwd|secret|signature|sig|auth)|loginpas)=)[^&\s\"'#]+",
    re.IGNORECASE,
)
OURS = re.compile(
    r"(GEMINI|GOOGLE)_API_KEY|HOME_ASSISTANT_TOKEN|MCP_\w+_TOKEN|CREDENTIALS_DIRECTORY"
    r"|ASSISTANT_\w*(PASSWORD|TOKEN|CODES|URLS?|BROKER|KEY)"
)
"""Variables that hold a secret of the assistant, or an address that may hold one."""
SHORTEST = 6
"""A shorter secret would take half of the words along."""


class Redaction(logging.Filter):
    """For handlers: what passes holds no secret. ``learn`` adds values that have no shape."""

    def __init__(self) -> None:
        super().__init__()
        self._known: set[str] = set()

    def learn(self, *secrets: str) -> None:
        """These must never be read: neither whole, nor one of their lines, nor as they stand in a URL."""
        for secret in secrets:
            for text in (secret, *secret.splitlines()):
                forms = (text.strip(), quote(text.strip(), safe=""))
                self._known.update(form for form in forms if len(form) >= SHORTEST)

    def clean(self, text: str) -> str:
        """A text without secrets."""
        for secret in sorted(self._known, key=len, reverse=True):  # one may hold another
            text = text.replace(secret, HIDDEN)
        return SHAPES.sub(lambda found: (found["kept"] or found["asked"] or "") + HIDDEN, text)

    def cleaned(self, item: Any) -> Any:
        """A value as JSON has it, with every text in it cleaned."""
        match item:
            case str():
                return self.clean(item)
            case dict():
                return {name: self.cleaned(value) for name, value in item.items()}
            case list() | tuple():
                return [self.cleaned(value) for value in item]
        return item

    def shown(self, text: str) -> str:
        """The same, fit for people: of a URL's user and password not even the place is left."""
        return self.clean(text).replace(f"{HIDDEN}@", "")

    def filter(self, record: logging.LogRecord) -> bool:
        """Clean the line, its arguments and its traceback; never leave it out."""
        record.msg, record.args = self.clean(record.getMessage()), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = self.clean(record.exc_text)
        return True


REDACTION = Redaction()
"""The one of this process."""


def without_secrets(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """An environment for a process that we start: all but the assistant's own secrets."""
    return {name: value for name, value in environment.items() if not OURS.fullmatch(name)}
