"""`assistant setup`: the questions of the first day, and a configuration made of the answers.

Everything is asked first and written last, each file whole or not at all: whoever leaves in between leaves
nothing behind. Asked again, the answers of before are proposed; what else stands in the configuration stays.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from difflib import unified_diff
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from assistant import config as configuration
from assistant import store
from assistant.cli.output import Output, logging_to_stderr
from assistant.cli.sound import Card
from assistant.config.edit import edited
from assistant.config.mistakes import KeyPath, dotted
from assistant.config.model import GeminiConfig
from assistant.config.secrets import FOLDER
from assistant.errors import AssistantError, ConfigError, UsageError
from assistant.home.address import PASSWORD_NAME, Address
from assistant.home.nearby import Nearby, brokers, probed, refuses
from assistant.keyboard import own_input
from assistant.live.endpoint import KEY_NAME, api_key
from assistant.ops.questions import Answerer, File, Question, Terminal

USUAL = Path("~/.config/assistant/config.yaml")
PRETEND, FOUND = "pretend", "found"
SHORTEST_KEY = 20
HOUSEHOLD = ["clock", "timers", "alarms", "reminders", "lists", "pictures"]
"""Plugins of a home whose devices are found; those of the pretend home go."""
NAMES = (
    *("consent", "key", "replace_key", "microphone", "speaker", "wake", "broker", "user", "password"),
    *("name", "area", "language", "replace"),
)
TO_GOOGLE = """\
With a key of yours, Gemini answers, and this leaves the house for Google:
  - the sound of what you say to the assistant, from the wake word to the silence after it; nothing before
  - what you type to it; the names and areas of your devices, and their state when it is asked for
  - clips of a camera and pictures, only when somebody asks about them or you let a camera keep watch
On an unpaid key Google may have people read it and may improve its products with it; on a paid one it says
that it does not. Without a key the embedded brain answers, and nothing leaves. More: docs/privacy.md.

May it be so?"""
WAKES = (
    ("hey_jarvis", "heard best"),
    ("alexa", ""),
    ("okay_nabu", ""),
    ("hey_mycroft", "often missed in noise"),
    ("push", "no word: only a button opens the microphone"),
)


def setup(options: argparse.Namespace) -> int:
    """Ask, show, write.

    Raises:
        UsageError: nobody can answer.
        ConfigError: the configuration there is cannot be read.
    """
    logging_to_stderr(quiet=True)
    answerer = _answerer(options)
    output = Output(as_json=options.json)
    path = (options.config or USUAL).expanduser()
    interview = Interview(path, answerer)
    plan = interview.held()
    for text in (*_written(plan, answerer), *_left_open(options.answers, plan)):
        output.tell({"event": "step", "text": text})
    output.tell({"event": "done"})
    return 0


def _answerer(options: argparse.Namespace) -> Answerer:
    if options.answers is not None:
        return File(options.answers, NAMES)
    if options.json or not own_input().isatty():
        raise UsageError(
            "setup asks questions: run it in a terminal, or give the answers with --answers FILE"
        )
    return Terminal()


@dataclass
class Plan:
    """What is to be written: values into the configuration, secrets (by name) into files of their own."""

    path: Path
    before: str | None
    values: dict[KeyPath, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The configuration as it will be."""
        return edited(configuration.template() if self.before is None else self.before, self.values)

    def fresh_secrets(self) -> Iterator[tuple[str, str]]:
        """Those that do not stand in their file already."""
        for name, secret in self.secrets.items():
            path = self.folder / name
            if not path.is_file() or path.read_text(encoding="utf-8", errors="replace").strip() != secret:
                yield name, secret

    @property
    def folder(self) -> Path:
        """Where secrets go: a service of the machine is handed them from beside its configuration."""
        of_the_machine = self.path.is_relative_to(configuration.OF_THE_MACHINE.parent)
        return self.path.parent if of_the_machine else FOLDER.expanduser()


class Interview:
    """One round of questions about one configuration.

    No event loop runs meanwhile: it would take Ctrl-C for itself while a terminal is read.
    """

    def __init__(self, path: Path, answerer: Answerer) -> None:
        self._answerer = answerer
        there = path.is_file()
        self._now = configuration.load(path if there else configuration.shipped(), {})
        self.plan = Plan(path, path.read_text(encoding="utf-8") if there else None)

    def held(self) -> Plan:
        """Ask everything; nothing is written yet."""
        self._brain()
        self._ears()
        self._home()
        self._names()
        return self.plan

    def _ask(self, path: KeyPath, question: Question) -> str:
        """A question whose answer is a value."""
        said = self._answerer.ask(question)
        self.plan.values[path] = said
        return said

    def _brain(self) -> None:
        known = bool(api_key())
        agreed = self._answerer.agree(
            "consent", TO_GOOGLE, default=known and self._now.brain.use != "embedded"
        )
        self.plan.values[("brain", "use")] = "auto" if agreed else "embedded"
        if not agreed:
            return
        kept = " (Enter keeps the one there is)" if known else " (from aistudio.google.com; Enter: later)"
        key = self._answerer.ask(Question("key", f"Your Gemini key{kept}:", secret=True, wrong=_wrong_key))
        if key and key != api_key():
            replace = "There is another key already. Replace it?"
            if not known or self._answerer.agree("replace_key", replace, default=False):
                self.plan.secrets[KEY_NAME] = key

    def _ears(self) -> None:
        audio = self._now.audio
        card = Card(self._answerer.tell)
        for name, key, now in (("microphone", "input", audio.input), ("speaker", "output", audio.output)):
            there = card.names(name) if self._answerer.curious else []
            choices = [(now, "as it is"), *((each, "") for each in there if each != now)]
            wrong = partial(card.wrong, name, now)
            self._ask(("audio", key), Question(name, f"Which {name}?", now, choices, free=True, wrong=wrong))
        several = ", ".join(audio.wake)
        words = WAKES if several in dict(WAKES) else ((several, "as it is"), *WAKES)
        said = self._answerer.ask(Question("wake", "The wake word?", several, words))
        if said != several:
            self.plan.values[("audio", "wake")] = said

    def _home(self) -> None:
        if self._answerer.curious:
            self._answerer.tell("\nLooking for message brokers ...")
        nearby = asyncio.run(brokers()) if self._answerer.curious else []
        choices = [(each.address.url, f"{each.words}{', wants a password' * each.locked}") for each in nearby]
        choices.append((PRETEND, "17 devices that exist only here, to try things out"))
        now = PRETEND if self._now.home.pretend else self._now.mqtt.broker
        default = choices[0][0] if now == PRETEND else now
        said = self._answerer.ask(
            Question(
                "broker",
                "Where do your devices speak MQTT?",
                default,
                choices,
                free=True,
                wrong=_wrong_broker,
            )
        )
        if said == FOUND:
            nearby = asyncio.run(brokers())
            said = nearby[0].address.url if nearby else PRETEND
        self.plan.values[("home", "pretend")] = said == PRETEND
        if said == PRETEND:
            return
        self.plan.values[("mqtt", "broker")] = said
        if [entry.name for entry in self._now.plugins] == _shipped_plugins():
            self.plan.values[("plugins",)] = HOUSEHOLD
        self._account(said, nearby)

    def _account(self, url: str, nearby: list[Nearby]) -> None:
        """Who we are at a broker, when it wants to know."""
        if "://" not in url:
            return
        address = Address.parse(url)
        known = next((each for each in nearby if each.address == address), None)
        answer = known or (None if address.tls else asyncio.run(probed(address.host, address.port)))
        if answer is not None and not answer.locked:
            return
        if answer is None:
            self._answerer.tell(f"Nothing answers at {address.shown} now; it is written down nevertheless.")
        user = self._ask(
            ("mqtt", "user"), Question("user", "Its user (Enter: it wants none):", self._now.mqtt.user)
        )
        wrong = partial(_refused, replace(address, user=user or None))
        question = Question("password", "Its password (Enter: as it is, or none):", secret=True, wrong=wrong)
        if user and (password := self._answerer.ask(question)):
            self.plan.secrets[PASSWORD_NAME] = password

    def _names(self) -> None:
        announce, gemini = self._now.home.announce, self._now.gemini
        self._ask(
            ("home", "announce", "name"),
            Question("name", "What is it called in the home?", announce.name, wrong=_empty),
        )
        self._ask(("home", "announce", "area"), Question("area", "In which room is it?", announce.area))
        if self.plan.values[("brain", "use")] != "embedded":
            text = "Which language do you speak, for example en-US or de-DE (Enter: Gemini finds out)?"
            self._ask(
                ("gemini", "language"), Question("language", text, gemini.language, wrong=_wrong_language)
            )


def _shipped_plugins() -> list[str]:
    return [entry.name for entry in configuration.load(configuration.shipped(), {}).plugins]


def _empty(answer: str) -> str:
    return "" if answer else "there must be something"


def _wrong_key(answer: str) -> str:
    if not answer or (len(answer) >= SHORTEST_KEY and answer.isascii() and " " not in answer):
        return ""
    return f"a key is {SHORTEST_KEY} letters or more, without spaces"


def _wrong_broker(answer: str) -> str:
    if answer in (PRETEND, FOUND, "auto", "mosquitto", "embedded"):
        return ""
    try:
        address = Address.parse(answer)
    except ConfigError as error:
        return str(error).rstrip(".")
    return "user and password do not belong here; they are asked for next" if address.user else ""


def _refused(address: Address, password: str) -> str:
    """Why the broker will not have us with this password; "" also where nobody knows."""
    if not password or address.tls or not asyncio.run(refuses(replace(address, password=password))):
        return ""
    return f"the broker at {address.shown} refuses {address.user} with this password"


def _wrong_language(answer: str) -> str:
    try:
        GeminiConfig(language=answer)
    except ValueError:
        return "it is written like en-US or de-DE"
    return ""


def _written(plan: Plan, answerer: Answerer) -> list[str]:
    """Write what has changed, the secrets first; what was done, in words.

    Raises:
        AssistantError: it would not be right, or cannot be written; nothing was.
    """
    text = plan.text
    _proven(plan, text)
    done: list[str] = []
    changed = text != plan.before
    if changed and plan.before is not None:
        diff = unified_diff(plan.before.splitlines(), text.splitlines(), "before", "after", lineterm="", n=0)
        answerer.tell("\n" + "\n".join(diff))
        if not answerer.agree("replace", f"{plan.path} is there already. Change it so?", default=False):
            raise UsageError(
                f"nothing was written: {plan.path} is there already, and you did not want it changed"
            )
    try:
        for name, secret in plan.fresh_secrets():
            plan.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            store.write_atomically(plan.folder / name, secret.encode())
            done.append(f"wrote {plan.folder / name}, which nobody else can read")
        if changed:
            plan.path.parent.mkdir(parents=True, exist_ok=True)
            mode = 0o644
            if plan.before is not None:
                shutil.copy2(plan.path, plan.path.with_name(f"{plan.path.name}.before"))
                mode = stat.S_IMODE(plan.path.stat().st_mode)
            store.write_atomically(plan.path, text.encode(), mode)
    except OSError as error:
        raise AssistantError(f"{error.filename}: cannot be written: {error.strerror}") from error
    done.append(f"wrote {plan.path}" if changed else f"{plan.path} is as it should be")
    done.append(
        "next: assistant doctor looks at everything; assistant run starts it, assistant install for good"
    )
    return done


def _left_open(answers: Path | None, plan: Plan) -> list[str]:
    """That a secret still stands where others can read it."""
    if answers is None or not plan.secrets or not stat.S_IMODE(answers.stat().st_mode) & 0o077:
        return []
    return [f"others can read {answers}, in which a secret stands: remove it"]


def _proven(plan: Plan, text: str) -> None:
    """The text says what was answered, and nothing else has changed."""
    with TemporaryDirectory(prefix="assistant-setup-") as folder:
        draft = Path(folder) / plan.path.name
        draft.write_text(text, encoding="utf-8")
        read = configuration.load(draft, {}).model_dump(mode="json")
    for path, value in plan.values.items():
        found: Any = read
        for name in path:
            found = found[name]
        if path == ("plugins",):
            found = [entry["name"] for entry in found]
        if path == ("audio", "wake"):
            found = found[0]
        if found != value:
            where = dotted(path)
            raise AssistantError(
                f"{plan.path}: {where} could not be set to {value!r}; write it there by hand"
            )
