"""What the embedded brain answers to generateContent: text through the mind, speech for a text that is to be
read aloud, honesty about the rest."""

from __future__ import annotations

import base64
import json
import re
import secrets
from typing import Any

from assistant.brain import drawing, films
from assistant.brain.parts import Parts
from assistant.brain.refusal import Refusal
from assistant.brain.speaking import MAX_TEXT, RATE
from assistant.brain.thinking import Thinker
from assistant.brain.usage import AUDIO_TOKENS_PER_SECOND, PICTURE_TOKENS
from assistant.brain.wire import Hangup, Json, Said, home, texts
from assistant.tokens import text_tokens

BLIND = "I am the built-in brain of this house and cannot see pictures or videos."
LOST = "I am the built-in brain of this house and did not understand that."


async def generate(model: str, body: Json, parts: Parts, find: films.FindFile) -> Json:
    """The whole answer to one request; ``find`` knows the uploaded files."""
    said = contents(body)
    prompt = count(said)
    if (config := _picture_wanted(body)) is not None:
        return await _drawn(model, body, config, parts, prompt)
    seen = await films.looked_at(body["contents"][-1], find) if said[-1].others else []
    answer, finish = await _answer(model, body, said, parts) if not seen else _of_films(body, seen)
    prompt += sum(film["tokens"] - PICTURE_TOKENS for film in seen)
    response = sum(_tokens(part) for part in answer)
    return {
        "candidates": [{"content": {"role": "model", "parts": answer}, "finishReason": finish, "index": 0}],
        "usageMetadata": {
            "promptTokenCount": prompt,
            "candidatesTokenCount": response,
            "totalTokenCount": prompt + response,
        },
        "modelVersion": model,
        "responseId": secrets.token_urlsafe(12),
    }


def streamed(answer: Json) -> list[Json]:
    """The same answer in pieces, a sentence each."""
    (candidate,) = answer["candidates"]
    (first, *_) = candidate["content"]["parts"]
    sentences = re.findall(r".+?(?:[.!?](?=\s)|$)", first.get("text", ""), re.DOTALL)
    early = [
        {
            "candidates": [{"content": {"role": "model", "parts": [{"text": sentence}]}, "index": 0}],
            "modelVersion": answer["modelVersion"],
            "responseId": answer["responseId"],
        }
        for sentence in sentences[:-1]
    ]
    last = [{"text": sentences[-1]}] if sentences else candidate["content"]["parts"]
    return [
        *early,
        {**answer, "candidates": [{**candidate, "content": {"role": "model", "parts": last}}]},
    ]


def contents(body: Json) -> list[Said]:
    """The turns of a request, checked."""
    turns = body.get("contents")
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, dict) for turn in turns):
        raise Refusal(400, "* GenerateContentRequest.contents: contents is not specified")
    try:
        return [texts(turn, "contents") for turn in turns]
    except Hangup as error:
        raise Refusal(400, error.reason) from error


def count(said: list[Said]) -> int:
    """Tokens of these turns, about."""
    return sum(text_tokens(turn.text) + turn.others * PICTURE_TOKENS for turn in said)


def _picture_wanted(body: Json) -> Json | None:
    """The settings of a request for a picture."""
    config = body.get("generationConfig")
    wanted = config.get("responseModalities") if isinstance(config, dict) else None
    return config if isinstance(wanted, list) and "IMAGE" in wanted else None


async def _drawn(model: str, body: Json, config: Json, parts: Parts, prompt: int) -> Json:
    shape = drawing.wanted(config)
    steps = drawing.steps(parts.script, drawing.told(model, body, shape))
    usage: Json = {"promptTokenCount": prompt, "totalTokenCount": prompt, **drawing.tokens(steps)}
    return await drawing.answered(steps, body, shape) | {
        "usageMetadata": usage,
        "modelVersion": model,
        "responseId": secrets.token_urlsafe(12),
    }


async def _answer(model: str, body: Json, said: list[Said], parts: Parts) -> tuple[list[Json], str]:
    config = body.get("generationConfig")
    wanted = config.get("responseModalities") if isinstance(config, dict) else None
    if wanted == ["AUDIO"]:
        return [await _read_aloud(said[-1].text, parts)], "STOP"
    results = [result for part in body["contents"][-1].get("parts", []) if (result := _result(part))]
    if results:
        return [{"text": " ".join(results)}], "STOP"
    if said[-1].others:
        return [{"text": BLIND}], "STOP"
    setup: Json = {"model": f"models/{model}", **home(body)}
    thinker = Thinker(await parts.open_mind(setup, cache=parts.cache, whisper=parts.whisper))
    understanding = await thinker.understand(said[-1].text)
    calls: list[Json] = [
        {"functionCall": {"name": call.name, "args": dict(call.args)}} for call in understanding.calls
    ]
    return calls or [{"text": understanding.say or LOST}], "STOP"


def _of_films(body: Json, seen: list[Json]) -> tuple[list[Json], str]:
    config = body.get("generationConfig")
    as_json = isinstance(config, dict) and config.get("responseMimeType") == "application/json"
    text = json.dumps(films.facts(seen)) if as_json else films.summary(seen)
    return [{"text": text}], "STOP"


async def _read_aloud(text: str, parts: Parts) -> Json:
    """The text as speech, as the real service's speaking models give it; nobody tries to understand it."""
    if len(text) > MAX_TEXT:
        raise Refusal(400, f"At most {MAX_TEXT} characters can be spoken at once.")
    speech = b"".join([piece async for piece in parts.voice.speak(text)])
    data = base64.b64encode(speech).decode()
    return {"inlineData": {"mimeType": f"audio/L16;codec=pcm;rate={RATE}", "data": data}}


def _tokens(part: Json) -> int:
    if "inlineData" not in part:
        return text_tokens(part.get("text", ""))
    seconds = len(part["inlineData"]["data"]) * 3 / 4 / 2 / RATE
    return round(seconds * AUDIO_TOKENS_PER_SECOND)


def _result(part: dict[str, Any]) -> str:
    """What a function answered, as a sentence."""
    answer = part.get("functionResponse")
    response = answer.get("response") if isinstance(answer, dict) else None
    if not isinstance(response, dict):
        return ""
    known = [response[key] for key in ("text", "output", "error") if isinstance(response.get(key), str)]
    return str(known[0]) if known else "Done."
