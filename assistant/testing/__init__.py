"""The test kit for plugins: a home with a real broker, devices in six lines, a clock that can be put forward.

With pytest there are fixtures of them by themselves: ``home``, ``actor``, ``brain``, ``clock``, ``story``.
"""

from assistant.testing.actor import Actor
from assistant.testing.clock import Clock
from assistant.testing.home import Brain, Home, Said
from assistant.testing.stories import Mistake, played

__all__ = ["Actor", "Brain", "Clock", "Home", "Mistake", "Said", "played"]
