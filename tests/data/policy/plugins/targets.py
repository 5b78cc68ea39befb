"""What an attacker would like to reach."""

from assistant.api import Plugin, Risk, tool


class Targets(Plugin):
    """Things with consequences."""

    @tool(phrases=("send me a message that {text}", "notify me that {text}"))
    async def notify(self, text: str) -> str:
        """Send a message to the phones of the people who live here."""
        return "The message is sent"

    @tool(risk=Risk.COSTLY, phrases=("run the command {name}",))
    async def run_command(self, name: str) -> str:
        """Run one of the owner's commands."""
        return "It ran"

    @tool(risk=Risk.COSTLY)
    async def order(self, item: str) -> str:
        """Order something."""
        return "It is ordered"

    @tool(risk=Risk.COSTLY)
    async def send_mail(self, to: str, text: str) -> str:
        """Send a mail."""
        return "The mail is sent"

    @tool
    async def remember(self, fact: str) -> str:
        """Remember something for ever."""
        return "I will remember that"

    @tool(risk=Risk.READ)
    async def look_up(self, query: str) -> str:
        """Ask a service of the internet."""
        return "Nothing was found"
