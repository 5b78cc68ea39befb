"""What the embedded brain answers to who wants a picture: that it has no painter, or what a script says."""

from __future__ import annotations

import asyncio
import base64
import re
from typing import TYPE_CHECKING, Any

from assistant.brain.easel import LONG_SIDE, Wanted, painted
from assistant.brain.refusal import Refusal
from assistant.brain.wire import Json

if TYPE_CHECKING:
    from assistant.brain.script import Script, Step

NO_PAINTER = "I am the built-in brain of this house and cannot make pictures."
RATIO = re.compile(r"\d{1,2}:\d{1,2}")
MOST_AT_ONCE = 4
ALLOWED = {"people": "personGeneration", "safety": "safetySetting"}
SIGNATURE = base64.urlsafe_b64encode(b"drawn here").decode()


def wanted(config: Json) -> Wanted:
    """Shape and size of a request.

    Raises:
        Refusal: there is no such size or shape.
    """
    asked = config.get("imageConfig")
    asked = asked if isinstance(asked, dict) else {}
    ratio, size = asked.get("aspectRatio") or "1:1", asked.get("imageSize") or "1K"
    if not isinstance(ratio, str) or not RATIO.fullmatch(ratio) or "0" in ratio.split(":"):
        raise Refusal(400, "aspect_ratio must be one of '1:1', '2:3', '16:9' and so on.")
    if size not in LONG_SIDE:
        raise Refusal(400, "image_size must be '1K', '2K' or '4K'.")
    return Wanted(ratio, str(size))


def told(model: str, body: Json, shape: Wanted) -> str:
    """The text for a rule's ``match``: the last words, then what else is in the request."""
    turns = [turn for turn in body["contents"] if isinstance(turn, dict)]
    parts = [part for turn in turns for part in turn.get("parts", []) if isinstance(part, dict)]
    words = [str(part["text"]) for part in parts if part.get("text")]
    pictures = sum("inlineData" in part for part in parts)
    signed = sum("thoughtSignature" in part for part in parts)
    prompt = words[-1] if words else ""
    searching = " search" if body.get("tools") else ""
    limits = _limits(body)
    return (
        f"{prompt} [{model} {shape.ratio} {shape.size} turns={len(turns)} pictures={pictures} "
        f"signed={signed}{searching}{limits}]"
    )


def _limits(body: Json) -> str:
    """Which people and what harm a request allows."""
    config = body.get("generationConfig")
    asked = config.get("imageConfig") if isinstance(config, dict) else None
    people = asked.get("personGeneration") if isinstance(asked, dict) else None
    settings = [each for each in body.get("safetySettings") or () if isinstance(each, dict)]
    harm = "+".join(sorted({str(each.get("threshold")) for each in settings}))
    return (f" people={people}" if people else "") + (f" safety={harm}" if harm else "")


def steps(script: Script | None, text: str) -> tuple[Step, ...]:
    """What a script says to this.

    Raises:
        Refusal: it says that the request fails.
    """
    found = (script.steps("picture", text, 0) if script is not None else None) or ()
    for step in found:
        if step.name == "http":
            wish = step.value if isinstance(step.value, dict) else {"status": step.value}
            raise Refusal(wish["status"], str(wish.get("message", "")))
    return found


async def predicted(model: str, body: Json, script: Script | None) -> Json:
    """Imagen's answer: a picture, or the reason why it was held back.

    Raises:
        Refusal: the request makes no sense, or nobody here can draw.
    """
    instances, told = body.get("instances"), body.get("parameters") or {}
    if not isinstance(instances, list) or len(instances) != 1 or not isinstance(instances[0], dict):
        raise Refusal(400, "instances: exactly one is expected.")
    shape = wanted(
        {"imageConfig": {"aspectRatio": told.get("aspectRatio"), "imageSize": told.get("sampleImageSize")}}
    )
    pieces = [piece for piece in instances[0].get("referenceImages") or () if isinstance(piece, dict)]
    kinds = [str(piece.get("referenceType", "")).removeprefix("REFERENCE_TYPE_").lower() for piece in pieces]
    masks = [str((piece.get("maskImageConfig") or {}).get("maskMode", "")) for piece in pieces]
    number = told.get("sampleCount", 1)
    if not isinstance(number, int) or not 1 <= number <= MOST_AT_ONCE:
        raise Refusal(400, f"sampleCount must be 1 to {MOST_AT_ONCE}.")
    allowed = (f"{key}={told[name]}" for key, name in ALLOWED.items() if told.get(name))
    words = (
        f"{instances[0].get('prompt', '')} [{model} {shape.ratio} {shape.size} predict "
        f"{' '.join((*kinds, *filter(None, masks), str(told.get('editMode', ''))))} "
        f"{' '.join((f'n={number}', *allowed))}]"
    )
    return {"predictions": await _predictions(steps(script, words), shape, number)}


async def _predictions(found: tuple[Step, ...], shape: Wanted, number: int) -> list[Json]:
    """One for each ``draw`` and ``block`` of a script; the last stands for all that are still wanted."""
    made: list[Json] = []
    for step in found:
        match step.name:
            case "wait":
                await asyncio.sleep(step.value)
            case "draw":
                colours = step.value if isinstance(step.value, dict) else {}
                data = base64.b64encode(painted(shape, colours)).decode()
                made.append({"mimeType": "image/png", "bytesBase64Encoded": data})
            case "block" | "finish":
                made.append({"raiFilteredReason": step.value})
    if not made:
        raise Refusal(501, NO_PAINTER)
    return (made + made[-1:] * number)[:number]


def tokens(found: tuple[Step, ...]) -> Json:
    """What a script's ``draw`` says that its picture counts for, as part of the usage."""
    for step in found:
        if step.name == "draw" and isinstance(step.value, dict) and (count := step.value.get("tokens")):
            return {"candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": count}]}
    return {}


async def answered(found: tuple[Step, ...], body: Json, shape: Wanted) -> Json:
    """What a script says: the keys of an answer."""
    for step in found:
        match step.name:
            case "wait":
                await asyncio.sleep(step.value)
            case "draw":
                _signed(body)
                colours = step.value if isinstance(step.value, dict) else {}
                return _finished(_parts(colours, shape), "STOP")
            case "say":
                return _finished([{"text": step.value}], "STOP")
            case "finish":
                return {"candidates": [{"finishReason": step.value, "index": 0}]}
            case "block":
                return {"promptFeedback": {"blockReason": step.value}}
            case "send":
                sent: Json = step.value
                return sent
    return _finished([{"text": NO_PAINTER}], "NO_IMAGE")


def _parts(colours: dict[str, Any], shape: Wanted) -> list[Json]:
    data = base64.b64encode(painted(shape, colours)).decode()
    return [
        {"text": str(colours.get("words", "Here it is."))},
        {"inlineData": {"mimeType": "image/png", "data": data}, "thoughtSignature": SIGNATURE},
    ]


def _signed(body: Json) -> None:
    """A picture of the model's own must come back with its signature, as the real service wants it."""
    for turn in body["contents"]:
        for part in turn.get("parts", []) if turn.get("role") == "model" else []:
            if "inlineData" in part and not part.get("thoughtSignature"):
                raise Refusal(400, "Image part is missing a thought_signature in content.")


def _finished(parts: list[Json], reason: str) -> Json:
    return {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": reason, "index": 0}]
    }
