"""Speech to text for one home."""

from assistant.brain.hearing.ear import Ear, Hearing

__all__ = ["Ear", "Hearing"]
