"""Shopping, to-do and other lists, kept over a power cut."""

from typing import ClassVar

from assistant.api import Answer, Plugin, Risk, ToolError, tool

MOST_ITEMS = 200
MOST_LISTS = 30
LONGEST_ITEM = 100
LONGEST_READ = 20
UNSAID = {"nothing", "something", "anything", "things", "stuff"}


class Lists(Plugin):
    """Write things down."""

    own_words: ClassVar[bool] = True

    @tool(
        phrases=(
            "add {items} to the {list} list",
            "and {items} to the {list} list",  # as the own ear hears it
            "put {items} on the {list} list",
            "write {items} on the {list} list",
            "add {items} to the list",
            "put {items} on the list",
            "we are out of {items}",
            "we ran out of {items}",
            "we have run out of {items}",
            "i need to buy {items}",
        )
    )
    async def add_to_list(self, items: list[str], list: str = "shopping") -> str:
        """Write things on a list; a new one is begun.

        Args:
            items: what is on it, one by one
            list: its name, without the word list
        """
        name, there = await self._read(list, begun=True)
        wanted = [item for text in items if (item := _item(text)) and item.casefold() not in UNSAID]
        if not wanted and any(item.casefold() == "nothing" for item in items):
            return f"The {name} list stays as it is"
        known = {item.casefold() for item in there}
        fresh = [*{item.casefold(): item for item in wanted if item.casefold() not in known}.values()]
        if not wanted:
            raise ToolError("Add what?")
        if not fresh:
            raise ToolError(f"{_listed(wanted)} {_are(wanted)} already on the {name} list")
        if len(there) + len(fresh) > MOST_ITEMS:
            raise ToolError(f"The {name} list is full")
        await self.storage.set(name, [*there, *fresh])
        return f"{_listed(fresh)} {_are(fresh)} on the {name} list"

    @tool(
        risk=Risk.READ,
        phrases=(
            "what is on the {list} list",
            "read the {list} list",
            "what's on my {list} list",
            "read me the {list} list",
            "what is on the list",
            "read the list",
            "show the {list} list",
            "show me the {list} list",
            "tell me the {list} list",
        ),
    )
    async def read_list(self, list: str = "shopping") -> Answer:
        """Read out what is on a list.

        Args:
            list: its name, without the word list
        """
        name, there = await self._read(list)
        if not there:
            return Answer(f"The {name} list is empty", foreign=True)
        more = f", and {len(there) - LONGEST_READ} more" if len(there) > LONGEST_READ else ""
        told = f"On the {name} list: {_listed(there[:LONGEST_READ])}{more}"
        return Answer(told, {"name": name, "items": there[:LONGEST_READ]}, foreign=True)

    @tool(
        phrases=(
            "remove {items} from the {list} list",
            "take {items} off the {list} list",
            "delete {items} from the {list} list",
            "cross {items} off the {list} list",
            "remove {items} from the list",
            "take {items} off the list",
        )
    )
    async def remove_from_list(self, items: list[str], list: str = "shopping") -> str:
        """Take things off a list.

        Args:
            items: what is on it, one by one
            list: its name, without the word list
        """
        name, there = await self._read(list)
        wanted = [item for text in items if (item := _item(text))]
        unwanted = {item.casefold() for item in wanted}
        gone = [each for each in there if each.casefold() in unwanted]
        if not gone:
            raise ToolError(
                f"{_listed(wanted) or 'That'} {_are(wanted)} not on the {name} list", options=tuple(there[:5])
            )
        await self.storage.set(name, [each for each in there if each not in gone])
        return f"{_listed(gone)} {_are(gone)} off the {name} list"

    @tool(
        phrases=("clear the {list} list", "empty the {list} list", "delete the {list} list", "clear the list")
    )
    async def clear_list(self, list: str = "shopping") -> str:
        """Take everything off a list.

        Args:
            list: its name, without the word list
        """
        name, there = await self._read(list)
        await self.storage.delete(name)
        return f"The {name} list is empty" + (
            f"; it had {len(there)} {'thing' if len(there) == 1 else 'things'} on it" if there else ""
        )

    @tool(risk=Risk.READ, phrases=("what lists are there", "which lists are there", "what lists do i have"))
    async def show_lists(self) -> Answer:
        """Tell which lists there are."""
        lists = {name: there for name, there in (await self.storage.all()).items() if there}
        told = [
            f"{name} with {len(there)} thing{'s' if len(there) != 1 else ''}" for name, there in lists.items()
        ]
        return Answer(f"There is {_listed(told)}" if told else "There are no lists", foreign=True)

    async def _read(self, list: str, *, begun: bool = False) -> tuple[str, list[str]]:
        """A list's name and what is on it."""
        name = _name(list)
        lists = await self.storage.all()
        if name not in lists and name not in ("shopping", "to do"):
            if not begun:
                raise ToolError(f"There is no {name} list", options=tuple(lists)[:5])
            if len(lists) >= MOST_LISTS:
                raise ToolError("There are too many lists already")
        return name, [str(item) for item in lists.get(name, [])]


def _name(text: str) -> str:
    words = [
        word for word in text.lower().replace("-", " ").split() if word not in ("the", "my", "our", "list")
    ]
    name = " ".join(words)[:40]
    return {"": "shopping", "grocery": "shopping", "groceries": "shopping", "todo": "to do"}.get(name, name)


def _item(text: str) -> str:
    return " ".join(text.split())[:LONGEST_ITEM]


def _listed(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def _are(items: list[str]) -> str:
    last = items[0].casefold() if len(items) == 1 else ""
    several = len(items) > 1 or (last.endswith("s") and not last.endswith(("ss", "us")))
    return "are" if several else "is"
