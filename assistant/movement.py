"""What moves in a film, found without any cloud: when, how much and where."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

CHANGED = 24
"""A point has changed when one of its colours is so much stronger or weaker (of 255): more than noise."""
LEAST_SHARE = 0.004
GLOBAL_SHARE = 0.75
"""When nearly all changes at once, a lamp was switched on or the camera sees in the dark now."""
SIDES = ("left", "middle", "right")


class Movement:
    """Looks at small coloured pictures one after the other."""

    def __init__(self) -> None:
        self._before: NDArray[np.int16] | None = None
        self._seen: list[tuple[float, float, str, str]] = []
        self._pictures = 0
        self.still = False
        """Several pictures, and not a single point of them differs."""

    def see(self, at: float, small: NDArray[np.int16]) -> None:
        """The next picture, rows × columns × 3, ``at`` seconds of the film."""
        before, self._before = self._before, small
        self._pictures += 1
        if before is None:
            return
        difference = np.abs(small - before).max(axis=2)
        self.still = not difference.any() and (self.still or self._pictures == 2)
        changed = difference > CHANGED
        share = float(changed.mean())
        if share >= LEAST_SHARE:
            columns = np.nonzero(changed)[1]
            side = SIDES[min(2, int(float(columns.mean()) / small.shape[1] * 3))]
            kind = "light" if share > GLOBAL_SHARE else "movement"
            self._seen.append((at, share, side, kind))

    def spans(self, zero: float = 0.0) -> list[dict[str, Any]]:
        """Spans in which something moved: ``kind`` (movement or light), ``begin_s``, ``end_s``, ``share`` of
        the picture at most, and on which ``sides``, in order; seconds since
        ``zero``."""
        found: list[dict[str, Any]] = []
        for seen_at, share, side, kind in self._seen:
            at = seen_at - zero
            last = found[-1] if found else None
            if last is not None and last["kind"] == kind and at - last["end_s"] <= 2.1:
                last["end_s"] = round(at, 2)
                last["share"] = max(last["share"], round(share, 3))
                if last["sides"][-1] != side:
                    last["sides"].append(side)
            else:
                found.append(
                    {
                        "kind": kind,
                        "begin_s": round(at, 2),
                        "end_s": round(at, 2),
                        "share": round(share, 3),
                        "sides": [side],
                    }
                )
        return found
