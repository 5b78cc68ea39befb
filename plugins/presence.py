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
        phrases=(
            "who is home",
            "who is at home",
            "is anybody home",
            "is anybody at home",
            "is anyone home",
            "is anyone at home",
            "is somebody home",
            "is everybody home",
            "is everybody at home",
            "is everyone home",
            "is everyone at home",
            "are we all home",
        ),
    )
    async def who_is_home(self) -> Answer:
        """Tell who is at home."""
        here = sorted(name for name, at_home in self._people.items() if at_home)
        if not self._people:
            return Answer("I don't know: no tracker has told me yet")
        if not here:
            return Answer("Nobody is at home", self._people)
        away = sorted(self._people.keys() - here)
        besides = f", {_named(away)} not" if away else ""
        return Answer(f"{_named(here)} at home{besides}", self._people)


def _named(people: list[str]) -> str:
    names = " and ".join([", ".join(people[:-1]), people[-1]] if people[:-1] else people)
    return f"{names} {'is' if len(people) == 1 else 'are'}"
