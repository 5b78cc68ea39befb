"""Tool responses to the sentence that is spoken."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from assistant.brain.understanding.facts import holds
from assistant.brain.understanding.meaning import Call, Question, State, Understanding
from assistant.brain.understanding.measures import is_called
from assistant.brain.understanding.names import joined

NO_ANSWER = "I got no answer from the house."
UNTRUE = "That did not work."
SAYS_OF_ONE = re.compile(r"The ([^.,:;]+) is ([^.:;]+)\.")
MOST_NAMED = 4
OPENINGS = {"which": ("", "None of them"), "tell": ("", "Nothing")}
"""Of an answer about several things, by how it was asked; others are answered by yes and no."""


def answer(understanding: Understanding, responses: Sequence[Mapping[str, Any]]) -> str:
    """One spoken text for all responses, in their order."""
    if understanding.say:
        return understanding.say
    replies = [response if isinstance(response, Mapping) else {} for response in responses]
    question = understanding.question
    if question and question.word and not any("error" in reply for reply in replies):
        found = list(_states(understanding.calls, replies))
        if question.of and len(found) > 1:
            found = [(name, state) for name, state in found if name in question.of]
        if not found and question.of:
            return f"{'Nothing' if question.form == 'which' else 'No, nothing'} there is {question.word}."
        if found and (spoken := _checked(question, found, replies)):
            return spoken
    if question and question.field and not any("error" in reply for reply in replies):
        told = [
            text
            for call, reply in zip(understanding.calls, replies, strict=False)
            if (text := _measured(question.field, call, reply))
        ]
        reported = any(reply.get("state") for reply in replies)
        if told or (question.otherwise and reported):
            return " ".join(told) or question.otherwise
    sentences = dict.fromkeys(_sentence(reply) for reply in replies)
    return " ".join(_gathered(sentence for sentence in sentences if sentence)) or NO_ANSWER


def _gathered(sentences: Iterable[str]) -> list[str]:
    """Those that say the same of several things are one: nobody wants to hear ten of them."""
    gathered: dict[str, list[str]] = {}
    for sentence in sentences:
        match = SAYS_OF_ONE.fullmatch(sentence)
        what, name = (match[2], match[1]) if match else (sentence, "")
        gathered.setdefault(what, []).append(name)
    return [_said_of(names, what) for what, names in gathered.items()]


def _said_of(names: Sequence[str], what: str) -> str:
    if names == [""] or not all(names):
        return what
    if len(names) > MOST_NAMED:
        return f"{len(names)} devices are {what}."
    return _capital(f"{_these(names)} {what}.")


def _sentence(reply: Mapping[str, Any]) -> str:
    for key in ("error", "text", "result", "output", "status"):
        value = reply.get(key)
        if isinstance(value, str) and value.strip():
            text = value.strip()
            return (
                "Done." if key == "status" and text == "done" else text if text[-1] in ".!?" else f"{text}."
            )
        if isinstance(value, Mapping):
            return _sentence(value)
    return UNTRUE if "error" in reply else "Done."


def _measured(field: str, call: Call, reply: Mapping[str, Any]) -> str:
    """Of what a thing reports, only what was asked for; "" when it does not report that."""
    state = reply.get("state")
    names = [name for name in state if is_called(field, str(name))] if isinstance(state, Mapping) else []
    if not names:
        return ""
    words = re.escape(str(names[0]).replace("_", " "))
    text = _sentence(reply)
    found = re.search(rf"\bat {words} [^,]+?(?=,| and (?:at|not|on|off)\b|\.?$)", text)
    return f"The {call.args.get('device')} is {found[0]}." if found else text


def _states(calls: Sequence[Call], replies: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, State]]:
    """Each thing's name and state; a group's reply holds several."""
    for call, reply in zip(calls, replies, strict=False):
        state = reply.get("state")
        if isinstance(state, Mapping) and state and all(isinstance(one, Mapping) for one in state.values()):
            yield from ((str(name), one) for name, one in state.items())
        elif isinstance(state, Mapping):
            yield str(call.args.get("device", "it")), state


def _checked(question: Question, found: list[tuple[str, State]], replies: Sequence[Mapping[str, Any]]) -> str:
    """Yes, no, or which; "" when the states do not tell."""
    known = [(name, holds(question.word, state)) for name, state in found]
    if any(said is None for _, said in known) or (question.form == "tell" and len(known) == 1):
        return ""
    true = [name for name, said in known if said]
    if len(known) == 1 and (question.form == "check" or known[0][0] not in question.of != ()):
        text = _sentence(replies[0])
        return f"{'Yes' if true else 'No'}, {text[0].lower()}{text[1:]}"
    if question.form == "all":
        false = [name for name, said in known if not said]
        return (
            f"No, {_these(false)} not {question.word}." if false else f"Yes, all of them are {question.word}."
        )
    yes, no = OPENINGS.get(question.form, ("Yes, ", "No, none of them"))
    if not true:
        return f"{no} is {question.word}."
    return _capital(f"{yes}{_these(true)} {question.word}.")


def _these(names: Sequence[str]) -> str:
    return f"{joined(f'the {name}' for name in names)} {'is' if len(names) == 1 else 'are'}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
