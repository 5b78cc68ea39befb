"""Every exception of the house on one page; each message names the thing and the remedy."""

from __future__ import annotations


class AssistantError(Exception):
    """Base of all: the text is one clear sentence a person can act on."""

    exit_code = 1


class ConfigError(AssistantError, ValueError):
    """The configuration cannot be used; the text says file, line, column, key and what was expected."""

    exit_code = 78


class NotConfigured(ConfigError):
    """A plugin's entry lacks a setting that it needs: that plugin waits, the house goes on."""


class NoSuchPlugin(ConfigError):
    """An entry names a plugin that is not there (any more): it is left out, the house goes on."""


class UsageError(AssistantError, ValueError):
    """The command line asks for something impossible."""

    exit_code = 2


class AlreadyRunning(AssistantError):
    """Another daemon holds the state folder; the text says which pid and address."""


class LinkError(AssistantError, ConnectionError):
    """A network link (MQTT, Live) could not be made or was lost."""


class NotTaken(LinkError):
    """The broker refused one message; the link itself is up."""


class BrokerError(AssistantError):
    """No usable MQTT broker; the text says what was tried."""


class BrainError(AssistantError):
    """The embedded brain did not start or answered nonsense."""


class AudioError(AssistantError):
    """No usable microphone, speaker or recording."""


class BadRecording(AudioError, ValueError):
    """A file that was given as speech cannot be heard; the text says why."""


class PluginError(AssistantError):
    """A plugin cannot be loaded; the text says file, line and what to write instead."""


class GaveUp(PluginError):
    """A plugin fails whenever it is started; the text says how often and with what."""


class ToolError(AssistantError):
    """A tool could not do what was asked; the text is spoken to the user.

    ``options`` are valid choices to offer instead (device names, colours ...); ``foreign``: the text holds
    words from outside.
    """

    def __init__(self, text: str, *, options: tuple[str, ...] = (), foreign: bool = False) -> None:
        super().__init__(text)
        self.options, self.foreign = options, foreign


class VisionError(ToolError):
    """A camera or a clip cannot be had or understood; the text may be spoken."""


class NotConfirmed(ToolError, TimeoutError):
    """The device did not report that the command happened."""


class UnknownDevice(ToolError, LookupError):
    """No device of that name; ``options`` are the best candidates."""


class Refused(ToolError, PermissionError):
    """Policy forbids the call (risk, PIN, budget)."""


NOT_SIGNED_IN = (
    "This machine is not signed in to Google Cloud (gemini.project), or no longer: "
    "gcloud auth application-default login signs it in."
)
