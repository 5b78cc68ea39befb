"""Sentences to function calls, and function responses to sentences."""

from assistant.brain.understanding.meaning import Call, Question, Understanding
from assistant.brain.understanding.understander import Understander

__all__ = ["Call", "Question", "Understander", "Understanding"]
