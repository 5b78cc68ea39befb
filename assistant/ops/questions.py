"""What a house is asked before its first day, and who answers: a person at a terminal, or a file."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol

from assistant.errors import UsageError
from assistant.keyboard import own_input, own_secret

LARGEST_FILE = 64 * 1024
YES, NO = ("y", "yes", "true"), ("n", "no", "false")


def _anything(_text: str) -> str:
    return ""


@dataclass(frozen=True)
class Question:
    """One thing to be known. ``name`` is its key in a file of answers; ``choices`` are answers with words.

    ``wrong`` says in a sentence what is wrong with an answer, or "".
    """

    name: str
    text: str
    default: str = ""
    choices: Sequence[tuple[str, str]] = ()
    free: bool = False
    """Whether an answer may be none of the choices."""
    secret: bool = False
    wrong: Callable[[str], str] = _anything

    def problem(self, answer: str) -> str:
        """Why an answer will not do; "" when it will."""
        if any(not character.isprintable() for character in answer):
            return "there are characters in it that cannot be printed"
        if self.choices and not self.free and answer not in dict(self.choices):
            return f"the choices are {', '.join(dict(self.choices))}"
        return self.wrong(answer)


class Answerer(Protocol):
    """Whoever answers; who is ``curious`` wants to know what there is to choose from."""

    curious: bool

    def ask(self, question: Question) -> str:
        """An answer without a problem."""
        ...

    def agree(self, name: str, text: str, *, default: bool) -> bool:
        """Yes or no."""
        ...

    def tell(self, text: str) -> None:
        """Something that is worth knowing before the next question."""
        ...


class Terminal:
    """A person; Enter takes what stands in brackets, the choices have numbers."""

    curious = True

    def ask(self, question: Question) -> str:
        """Until the answer has no problem."""
        self.tell(f"\n{question.text}")
        for number, (answer, words) in enumerate(question.choices, 1):
            self.tell(f"  {number}  {answer}{f' ({words})' if words else ''}")
        shown = f" [{question.default}]" if question.default and not question.secret else ""
        while True:
            said = self._line(f"{shown} > ", secret=question.secret) or question.default
            said, problem = _chosen(said, question.choices)
            if not (problem := problem or question.problem(said)):
                return said
            self.tell(f"That will not do: {problem}.")

    def agree(self, name: str, text: str, *, default: bool) -> bool:
        """Until it is yes or no."""
        self.tell(f"\n{text}")
        while True:
            said = self._line(f" [{'Y/n' if default else 'y/N'}] > ").lower()
            if not said or said in YES or said in NO:
                return said in YES if said else default
            self.tell("Please write y or n.")

    def tell(self, text: str) -> None:
        """On the terminal, which is not where events go."""
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    @staticmethod
    def _line(prompt: str, *, secret: bool = False) -> str:
        """One line.

        Raises:
            UsageError: the terminal is gone.
        """
        try:
            line = own_secret(prompt) + "\n" if secret else _read_line(prompt)
        except UnicodeDecodeError:
            return "\0"  # what cannot be read cannot be printed either
        except EOFError:
            line = ""
        if not line:
            raise UsageError("the answers ended before the questions did; nothing was written")
        return line.strip()


def _chosen(said: str, choices: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """The choice of a number; and why there is none: a number is never the name of anything here."""
    if not (choices and said.isdecimal()):
        return said, ""
    if 1 <= int(said) <= len(choices):
        return choices[int(said) - 1][0], ""
    return said, f"the choices have the numbers 1 to {len(choices)}" if len(
        choices
    ) > 1 else "there is only 1"


class File:
    """A TOML file: what does not stand in it is as the default says; what nobody asks for is a mistake."""

    curious = False

    def __init__(self, path: Path, known: Sequence[str]) -> None:
        self._path = path
        self._answers = _read(path)
        for name in self._answers:
            if name not in known:
                near = get_close_matches(name, known, 1)
                hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(known)}"
                raise UsageError(f"{path}: nobody asks for {name!r}{hint}")

    def ask(self, question: Question) -> str:
        """What stands there.

        Raises:
            UsageError: it will not do.
        """
        said = self._answers.get(question.name, question.default)
        if problem := question.problem(said):
            raise UsageError(f"{self._path}: {question.name}: {problem}")
        return said

    def agree(self, name: str, text: str, *, default: bool) -> bool:
        """What stands there.

        Raises:
            UsageError: it is neither.
        """
        said = self._answers.get(name, "")
        if said and said not in YES + NO:
            raise UsageError(f"{self._path}: {name}: write true or false")
        return said in YES if said else default

    def tell(self, text: str) -> None:
        """Nobody reads it."""


def _read_line(prompt: str) -> str:
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return own_input().readline()


def _read(path: Path) -> Mapping[str, str]:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise UsageError(f"{path}: is too large for a file of answers")
        told = tomllib.loads(data.decode("utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: is not TOML: {error}") from error
    wrong = [name for name, value in told.items() if not isinstance(value, str | int)]
    if wrong:
        raise UsageError(f"{path}: {wrong[0]}: write a text, a number, true or false")
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in told.items()
    }
