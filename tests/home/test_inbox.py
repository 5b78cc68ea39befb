"""Messages waiting for their callbacks."""

from __future__ import annotations

from assistant.home.inbox import Inbox, Message


async def drain(inbox: Inbox) -> list[Message]:
    return [await inbox.get() for _ in range(len(inbox))]


async def test_every_message_is_kept_in_order_while_few_wait() -> None:
    inbox = Inbox()
    messages = [Message("a", b"1"), Message("a", b"2"), Message("b", b"1"), Message("a", b"3")]
    for message in messages:
        inbox.put(message)
    assert await drain(inbox) == messages


async def test_a_flood_leaves_the_last_of_each_topic() -> None:
    inbox = Inbox(patience=3)
    for number in range(1000):
        inbox.put(Message("a", b"%d" % number))
        inbox.put(Message("b", b"%d" % number))
    kept = await drain(inbox)
    assert len(kept) <= 5
    assert kept[-2:] == [Message("a", b"999"), Message("b", b"999")]


async def test_what_the_broker_kept_does_not_replace_something_newer() -> None:
    inbox = Inbox(patience=1)
    inbox.put(Message("a", b"new"))
    inbox.put(Message("a", b"old", retained=True))
    assert await drain(inbox) == [Message("a", b"new")]


async def test_topics_without_number_and_payloads_without_end_are_bounded_and_others_still_get_through() -> (
    None
):
    inbox = Inbox(most=100_000, most_of_one=75_000)
    put = [inbox.put(Message(f"flood/{number}", b"x" * 1000)) for number in range(1000)]
    assert put[0]
    assert not put[-1]
    assert 75_000 / 2000 < len(inbox) < 75_000 / 1000
    assert inbox.put(Message("lamp", b"on"))
    assert inbox.put(Message("flood/0", b"y" * 1000)), "a newer value takes the place of the older"
    assert not inbox.put(Message("flood/0", b"z" * 50_000))
    kept = await drain(inbox)
    assert kept[-2:] == [Message("lamp", b"on"), Message("flood/0", b"y" * 1000)]
    assert inbox.put(Message("flood/0", b"z" * 50_000)), "all that left has made room"
    assert (await inbox.get()).topic == "flood/0"
    assert (inbox._weight, inbox._weights) == (0, {})
