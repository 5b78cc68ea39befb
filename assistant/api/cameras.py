"""The vocabulary of those who look at clips themselves: captioners, and what they get."""

from assistant.captioning import Captioner, Scene

__all__ = ["Captioner", "Scene"]
