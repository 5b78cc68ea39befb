"""The test kit for plugins: a home with a real broker, devices in six lines, a clock that can be put forward.

With pytest there are fixtures of them by themselves: ``home``, ``actor``, ``brain``, ``clock``, ``story``.
For tests that send hundreds of payloads there are houses without a broker: ``BareHost`` and ``SourceHouse``.
"""

from assistant.testing.actor import Actor
from assistant.testing.bare import BareHost
from assistant.testing.clock import Clock
from assistant.testing.home import Brain, Home, Said
from assistant.testing.sources import SourceHouse
from assistant.testing.stories import Mistake, played

__all__ = ["Actor", "BareHost", "Brain", "Clock", "Home", "Mistake", "Said", "SourceHouse", "played"]
