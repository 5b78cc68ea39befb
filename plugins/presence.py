"""Who is at home: every person.py that has said so. See energy.py for another plugin that only listens."""

from typing import ClassVar

from assistant.api import Answer, Plugin, Risk, StateChanged, tool, when


class Presence(Plugin):
    """Know who is at home."""

    own_words: ClassVar[bool] = True

    def __init__(self) -> None:
        super().__init__()
        self._people: dict[str, bool] = {}

    @when(StateChanged, field="at_home")
    def _came_or_went(self, change: StateChanged) -> None:
        self._people[change.device] = bool(change.value)

    @tool(
        risk=Risk.READ,
        phrases=("who is home", "who is at home", "is anybody home", "is anyone at home", "is somebody home"),
    )
    async def who_is_home(self) -> Answer:
        """Tell who is at home."""
        here = sorted(name for name, at_home in self._people.items() if at_home)
        if not self._people:
            return Answer("I don't know: no tracker has told me yet")
        if not here:
            return Answer("Nobody is at home", self._people)
        names = " and ".join([", ".join(here[:-1]), here[-1]] if here[:-1] else here)
        return Answer(f"{names} {'is' if len(here) == 1 else 'are'} at home", self._people)
