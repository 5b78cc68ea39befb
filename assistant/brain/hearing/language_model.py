"""Word statistics: models from sentences, their linear mixture, and the ARPA file that the decoder reads."""

from __future__ import annotations

import gzip
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from importlib import resources
from typing import TextIO

START, END = "<s>", "</s>"
DISCOUNT = 0.5
RARE = 1e-7
Gram = tuple[str, ...]


class BackoffModel:
    """Probabilities of up to three words, each order falling back on the one below."""

    def __init__(self) -> None:
        self.seen: dict[Gram, float] = {}
        self.backoff: dict[Gram, float] = {}

    def prob(self, gram: Gram) -> float:
        """P(last word | words before it)."""
        found = self.seen.get(gram)
        if found is not None:
            return found
        if len(gram) == 1:
            return 0.0
        return self.backoff.get(gram[:-1], 1.0) * self.prob(gram[1:])

    def close(self) -> None:
        """Give each history the weight that makes its words sum to one, shortest histories first."""
        for order in (2, 3):
            sums: dict[Gram, list[float]] = defaultdict(lambda: [0.0, 0.0])
            for gram, prob in self.seen.items():
                if len(gram) == order:
                    sums[gram[:-1]][0] += prob
                    sums[gram[:-1]][1] += self.prob(gram[1:])
            for history, (here, below) in sums.items():
                self.backoff[history] = max(1 - here, RARE) / max(1 - below, RARE)


def counted(sentences: Iterable[Sequence[str]]) -> BackoffModel:
    """A trigram model of sentences, with absolute discounting."""
    counts: Counter[Gram] = Counter()
    for sentence in sentences:
        words = (START, *sentence, END)
        for order in (1, 2, 3):
            counts.update(words[at : at + order] for at in range(len(words) - order + 1))
    totals: Counter[Gram] = Counter()
    for gram, count in counts.items():
        if gram != (START,):
            totals[gram[:-1]] += count
    model = BackoffModel()
    for gram, count in counts.items():
        if gram == (START,):
            continue
        discount = DISCOUNT if len(gram) > 1 else 0.0
        model.seen[gram] = (count - discount) / totals[gram[:-1]]
    model.close()
    return model


def general_english() -> BackoffModel:
    """A small bigram model of everyday English (see NOTICE); it makes chatter sound like chatter."""
    packed = resources.files("assistant.brain").joinpath("data/general_english.json.gz").read_bytes()
    data = json.loads(gzip.decompress(packed))
    words: list[str] = data["words"]
    model = BackoffModel()
    total = sum(
        math.exp(-value / 100) for word, value in zip(words, data["unigrams"], strict=True) if word != START
    )
    for word, value in zip(words, data["unigrams"], strict=True):
        if word != START:
            model.seen[(word,)] = math.exp(-value / 100) / total
    before = 0
    for step, after, value in data["bigrams"]:
        before += step
        model.seen[(words[before], words[after])] = math.exp(-value / 100)
    model.close()
    return model


def mixed(parts: Sequence[tuple[float, BackoffModel]]) -> BackoffModel:
    """The linear mixture of models over every stretch of words that any of them has seen."""
    model = BackoffModel()
    grams = {gram for _, part in parts for gram in part.seen}
    for gram in grams:
        model.seen[gram] = sum(weight * part.prob(gram) for weight, part in parts)
    total = sum(prob for gram, prob in model.seen.items() if len(gram) == 1)
    for gram in grams:
        if len(gram) == 1:
            model.seen[gram] /= total
    model.close()
    return model


def vocabulary(model: BackoffModel) -> set[str]:
    """Every word that the model can say."""
    return {gram[0] for gram in model.seen if len(gram) == 1 and gram[0] != END}


def write_arpa(model: BackoffModel, out: TextIO) -> None:
    """Write the plain-text form that the decoder loads."""
    orders: list[list[Gram]] = [sorted(g for g in model.seen if len(g) == order) for order in (1, 2, 3)]
    orders[0].insert(0, (START,))
    out.write("\\data\\\n")
    for order, grams in enumerate(orders, 1):
        out.write(f"ngram {order}={len(grams)}\n")
    for order, grams in enumerate(orders, 1):
        out.write(f"\n\\{order}-grams:\n")
        for gram in grams:
            prob = -99.0 if gram == (START,) else math.log10(max(model.seen[gram], RARE))
            line = f"{prob:.4f} {' '.join(gram)}"
            if order < 3 and gram in model.backoff:
                line += f" {math.log10(max(model.backoff[gram], RARE)):.4f}"
            out.write(f"{line}\n")
    out.write("\n\\end\\\n")
