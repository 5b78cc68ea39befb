"""Topics, filters and the tree that joins them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.home.topics import TopicTree, problem_with_filter, problem_with_sending, problem_with_topic


@pytest.mark.parametrize(
    ("topic_filter", "topic", "expected"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/b/", False),
        ("a/+", "a/b", True),
        ("a/+", "a", False),
        ("a/+", "a/b/c", False),
        ("+/+", "/b", True),
        ("/+", "/b", True),
        ("+", "/b", False),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("a/#", "ab", False),
        ("#", "a//b", True),
        ("#", "$SYS/load", False),
        ("+/load", "$SYS/load", False),
        ("$SYS/#", "$SYS/load", True),
        ("a/+/#", "a/$b/c", True),
        ("zigbee2mqtt/living room/ceiling", "zigbee2mqtt/living room/ceiling", True),
        ("tür/+/ß", "tür/日本/ß", True),
    ],
)
def test_filters_let_through_what_the_protocol_says(topic_filter: str, topic: str, expected: bool) -> None:
    tree = TopicTree[str]()
    tree.add(topic_filter, "x")
    assert list(tree.match(topic)) == (["x"] if expected else [])


@pytest.mark.parametrize(
    "topic",
    ["", "a/+", "#", "a\0b", "a\nb", "a\x9f", "a\ud800", "a\uffff", "a\U0001fffe", "x" * 65536, "/" * 300],
)
def test_topics_nobody_can_publish_on(topic: str) -> None:
    assert problem_with_topic(topic)


@pytest.mark.parametrize(
    "topic_filter", ["", "a#", "#/a", "a/b+", "+a", "a\0", "a\n/#", "a/\ufdd0", "/" * 300]
)
def test_filters_nobody_can_subscribe_to(topic_filter: str) -> None:
    assert problem_with_filter(topic_filter)


LEVELS = st.sampled_from(["a", "b", "", "$x", "+"])
FILTERS = st.lists(LEVELS, min_size=1, max_size=4).map("/".join) | st.just("#") | st.just("a/#")


def by_the_book(topic_filter: str, topic: str) -> bool:
    """The rule of the standard, level by level."""
    if topic.startswith("$") and topic_filter[0:1] in {"+", "#"}:
        return False
    wanted, given_levels = topic_filter.split("/"), topic.split("/")
    for position, level in enumerate(wanted):
        if level == "#":
            return True
        if position >= len(given_levels) or level not in {"+", given_levels[position]}:
            return False
    return len(wanted) == len(given_levels)


@given(
    st.lists(FILTERS, max_size=8), st.lists(st.sampled_from(["a", "b", "", "$x"]), min_size=1).map("/".join)
)
def test_the_tree_agrees_with_the_rule_and_forgets_what_is_removed(filters: list[str], topic: str) -> None:
    tree = TopicTree[int]()
    for number, topic_filter in enumerate(filters):
        tree.add(topic_filter, number)
    assert sorted(tree.match(topic)) == [n for n, f in enumerate(filters) if by_the_book(f, topic)]
    for number, topic_filter in enumerate(filters):
        tree.remove(topic_filter, number)
    assert not list(tree.match(topic))
    assert not tree._branches


def test_nobody_speaks_for_the_broker() -> None:
    assert problem_with_sending("$SYS/broker/uptime") == "begins with $, which only the broker itself may use"
    assert problem_with_sending("a/$b") is None
    assert problem_with_filter("$SYS/broker/uptime") is None
