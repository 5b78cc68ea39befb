"""How words sound to the decoder: its own dictionary first, espeak-ng for names it does not know."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from assistant.brain.understanding.tables import table

VOICES = ("en-us", "en-gb", "de")
PATIENCE_SECONDS = 20
MOST_WORDS = 3000
# IPA as espeak-ng writes it, longest first, to the phones of the acoustic model.
PHONES: Mapping[str, str] = table(
    """
    aɪə=AY ER | aʊə=AW ER | eɪ=EY | aɪ=AY | ɔɪ=OY | ɔø=OY
    ɔʏ=OY | aʊ=AW | əʊ=OW | oʊ=OW | tʃ=CH | dʒ=JH | ts=T S
    pf=P F | iə=IY | ɪə=IH R | eə=EH R | ʊə=UH R | juː=Y UW | ɑːɹ=AA R | ɔːɹ=AO R | oːɹ=AO R | ɜːɹ=ER
    ɪɹ=IH R | ɛɹ=EH R | ʊɹ=UH R | kv=K W | ɐ=AH | ɪ=IH | i=IY | ɨ=IH
    e=EY | ɛ=EH | æ=AE | a=AA | ɑ=AA | ɒ=AA | ɔ=AO | o=OW
    ʊ=UH | u=UW | ʌ=AH | ə=AH | ɜ=ER | ɚ=ER | ɝ=ER | y=UW | ʏ=IH | ø=ER | œ=ER | ɹ=R | r=R | ʁ=R | ʀ=R | ɾ=T
    p=P | b=B | t=T | d=D | k=K | ɡ=G | g=G | f=F | v=V
    θ=TH | ð=DH | s=S | z=Z | ʃ=SH | ʒ=ZH | ç=HH | x=K | χ=K
    h=HH | m=M | n=N | ŋ=NG | l=L | ɫ=L | w=W | j=Y | c=K | ʔ= | ɲ=N Y | ʎ=L Y | q=K | ɬ=L | β=B | ɣ=G | ɥ=W
    """
)
# Spelling to phones, when no espeak-ng is there; rough, but a rough sound beats a missing word.
LETTERS: Mapping[str, str] = table(
    """
    sch=SH | tch=CH | ch=CH | ck=K | sh=SH | th=TH | ph=F
    qu=K W | ng=NG | ee=IY | ea=IY | oo=UW | ou=AW | ow=OW
    ai=EY | ay=EY | ei=AY | ie=IY | au=AW | oi=OY | oy=OY | er=ER
    a=AE | b=B | c=K | d=D | e=EH | f=F | g=G | h=HH
    i=IH | j=JH | k=K | l=L | m=M | n=N | o=AA | p=P | q=K
    r=R | s=S | t=T | u=AH | v=V | w=W | x=K S | y=IY | z=Z
    """
)
UNMARKED = str.maketrans("", "", "ˈˌːˑ̩̯̃͡ ̥̪̺̝̞̟̠̈ʰʲʷ̬'ˀ-_|.")


def dictionary(words: Iterable[str], bundled: Path) -> tuple[dict[str, list[str]], list[str]]:
    """Pronunciations of every word, and the words that could not be pronounced at all."""
    wanted = set(words)
    found: dict[str, list[str]] = {}
    with bundled.open(encoding="utf-8") as lines:
        for line in lines:
            entry, _, phones = line.strip().partition(" ")
            word = entry.partition("(")[0]
            if word in wanted:
                found.setdefault(word, []).append(phones)
    unknown = sorted(wanted - set(found))[:MOST_WORDS]
    for word, sounds in pronounced(unknown).items():
        found[word] = sounds
    return found, sorted(wanted - set(found))


def pronounced(words: list[str]) -> dict[str, list[str]]:
    """Likely sounds of unknown words: the union of what several voices would say."""
    sounds: dict[str, list[str]] = {}
    if not words:
        return sounds
    spoken = [_espoken(words, voice) for voice in VOICES]
    for word in words:
        heard = [phones for voice in spoken if (phones := phones_of(voice.get(word, "")))]
        unique = list(dict.fromkeys(heard or filter(None, [spelled(word)])))
        if unique:
            sounds[word] = unique
    return sounds


def phones_of(ipa: str) -> str:
    """IPA to the phones of the acoustic model."""
    plain = unicodedata.normalize("NFC", ipa)
    return _greedy(plain.replace("ː", "").translate(UNMARKED), PHONES)


def spelled(word: str) -> str:
    """Phones from letters alone."""
    flat = unicodedata.normalize("NFKD", word)
    return _greedy("".join(c for c in flat if not unicodedata.combining(c)), LETTERS)


def _greedy(text: str, phones: Mapping[str, str]) -> str:
    found: list[str] = []
    at = 0
    while at < len(text):
        size = next((size for size in (3, 2, 1) if text[at : at + size] in phones), 0)
        if size:
            found.extend(phones[text[at : at + size]].split())
        at += size or 1
    return " ".join(found)


def _espoken(words: list[str], voice: str) -> dict[str, str]:
    if program := shutil.which("espeak-ng"):
        lines = _run(
            [program, "-q", "--ipa", "-v", voice, "--stdin"], "\n".join(f"{word}." for word in words)
        )
        spoken = [line.strip() for line in lines.decode("utf-8", "replace").splitlines() if line.strip()]
        if len(spoken) == len(words):
            return dict(zip(words, spoken, strict=True))
    request = json.dumps({"ipa": words, "voice": voice}) + "\n"
    return _blocks(_run([sys.executable, "-P", "-m", "assistant.brain.espeak_child"], request))


def _run(command: list[str], text: str) -> bytes:
    try:
        done = subprocess.run(
            command, input=text.encode(), capture_output=True, timeout=PATIENCE_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return done.stdout


def _blocks(data: bytes) -> dict[str, str]:
    """The answer after the child's hello; empty when there is none."""
    payloads: list[bytes] = []
    while len(data) >= 4:
        size = struct.unpack("<I", data[:4])[0]
        payloads.append(data[4 : 4 + size])
        data = data[4 + size :]
    found: dict[str, str] = json.loads(payloads[1]) if len(payloads) > 1 else {}
    return found
