"""Templates from the network: the short way means the same as Jinja, and no bomb goes off."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.home_assistant_discovery.bounded import Refused
from plugins.home_assistant_discovery.templates import Absent, Template
from tests.plugins.home_assistant_discovery.home import fixture

KEYS = st.sampled_from(["a", "b", "state", "POWER1", "temp_c", "x y"])
SCALARS = st.none() | st.booleans() | st.integers(-9999, 9999) | st.floats(-1e6, 1e6) | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.dictionaries(KEYS, inner, max_size=4) | st.lists(inner, max_size=3),
    max_leaves=12,
)
STEPS = st.one_of(
    st.sampled_from(["a", "b", "state", "POWER1", "temp_c"]).map(lambda key: f".{key}"),
    KEYS.map(lambda key: f"['{key}']"),
    KEYS.map(lambda key: f'["{key}"]'),
    st.integers(0, 3).map(lambda index: f"[{index}]"),
)
FILTERS = st.lists(st.sampled_from(["lower", "default('x y')", 'default("")']), max_size=2)


def outcome(read: Any) -> str:
    try:
        return str(read())
    except Absent:
        return ""


@settings(max_examples=400, deadline=None)
@given(value=VALUES, steps=st.lists(STEPS, max_size=3), filters=FILTERS, space=st.sampled_from(["", " "]))
def test_the_short_way_means_what_jinja_means(
    value: Any, steps: list[str], filters: list[str], space: str
) -> None:
    source = "{{" + space + " | ".join(["value_json" + "".join(steps), *filters]) + space + "}}"
    template = Template(source)
    assert template._simple is not None
    payload = json.dumps(value).encode()
    short = outcome(lambda: template.read(payload))
    long = outcome(lambda: template.rendered({"value": payload.decode(), "value_json": json.loads(payload)}))
    assert short == long


@given(text=st.text(max_size=20), lower=st.booleans())
def test_the_bare_value_is_the_payload(text: str, lower: bool) -> None:
    template = Template("{{ value | lower }}" if lower else "{{ value }}")
    assert template.read(text.encode()) == template.rendered({"value": text.strip()})


BOMBS = [
    "{{ 'a' * 10**9 }}",
    "{{ [1] * 10**9 }}",
    "{{ [[1] * 9000] * 9000 }}",
    "{{ 9**9**9 }}",
    "{{ 'a'.center(10**9) }}",
    "{{ 'a'|center(10**9) }}",
    "{{ '%999999999d' % 1 }}",
    "{{ '%*d' % (99999999, 1) }}",
    "{{ '%999999d'|format(1) }}",
    "{{ '{:999999999}'.format(1) }}",
    "{{ '{0:{1}}'.format(1, 99999999) }}",
    "{% for i in range(10**9) %}x{% endfor %}",
    "{% for i in range(999) %}{% for j in range(999) %}{% for k in range(999) %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for i in range(999) %}" + "x" * 3000 + "{% endfor %}",
    "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
    "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% set a = 'aaaaaaaaaaaaaaaa' %}" + "{% set a = a ~ a %}" * 40 + "{{ a }}",
    "{% set a = 'aaaaaaaaaaaaaaaa' %}" + "{% set a = a + a %}" * 40 + "{{ a }}",
    "{% set a = [1] %}" + "{% set a = [a, a] %}" * 40 + "{{ a }}",
    "{% set a = [1] %}" + "{% set a = {1: a, 2: a} %}" * 40 + "{{ a }}",
    "{% set a = [1] %}{% set b = [1] %}" + "{% set a = [a, a] %}{% set b = [b, b] %}" * 30 + "{{ a == b }}",
    "{{ 'a'|replace('a', 'b' * 60000)|replace('b', 'c' * 60000) }}",
    "{{ (['a' * 60000] * 9000)|join }}",
    "{{ ('a' * 60)|regex_findall('(a+)+$') }}",
    "{{ ('a' * 60)|regex_findall('(a|a)*$') }}",
    "{{ ('a' * 60)|regex_match('(a?){60}a{60}') }}",
    "{{ ('a' * 6000)|regex_findall('a*a*a*a*b') }}",
    "{{ ('a' * 60000)|regex_replace('a', 'b' * 60) }}",
    "{{ value is match('(a*)*b') }}",
    "{% set s = value[:2000] %}" + "{{ s|regex_findall('[a-z ]*[0-9]')|length }}" * 50,
    "{{ ('a' * 60000).rfind('b' + 'a' * 30000) }}",
    "{% for i in range(1000) %}{{ i }}{% endfor %}" * 80,
    "{{ now().strftime('%0999999999d') }}",
    "{{ 'a' * 60000 == 'a' * 59999 ~ 'b' }}" * 100,
    "{{ value_json|tojson|from_json|tojson|from_json|tojson|from_json|tojson|length }}",
    "{% for k in value_json %}{{ value_json|sort }}{% endfor %}",
    "{{" + "(" * 3000,
    "{{ " + "-" * 3000 + "1 }}",
    "{{ " + "not " * 1500 + "1 }}",
    "{{ 1" + "+1" * 3000 + " }}",
    "{{ 0x" + "f" * 5000 + " }}",
    "{{ " + "9" * 5000 + " }}",
    "{% if 1 %}" * 300 + "{% endif %}" * 300,
    "{% for a in [1] %}" * 25 + "{% endfor %}" * 25,
    "{% include 'x' %}",
    "{{ 1 }}" * 5000,
    "{% set ns = namespace(a=1) %}{% set ns.a = ns %}{{ ns }}",
    "{{ ().__class__.__base__.__subclasses__() }}",
    "{{ value_json|attr('__class__') }}",
    "{{ '{0.__class__}'.format(1) }}",
    "{{ namespace.__init__.__globals__ }}",
]  # fmt: skip
LARGE = json.dumps({str(i): [i, i, "x"] for i in range(8000)}).encode()


@pytest.mark.parametrize("payload", [b'{"a": 1}', LARGE], ids=["small", "large"])
@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb[:40])
def test_bombs_are_refused_within_a_tenth_of_a_second(bomb: str, payload: bytes) -> None:
    harmless = payload != LARGE and "value" in bomb and "attr" not in bomb and "match" not in bomb
    before = time.process_time()
    try:
        Template(bomb).read(payload)
    except ValueError:
        pass  # refused, or wrong in itself
    except Absent:
        assert "center" in bomb or "rfind" in bomb
    else:
        assert harmless, "it went off"
    assert time.process_time() - before < 0.1


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ ''['__class__'] }}{{ range.__self__ }}{{ cycler }}{{ self._TemplateReference__context }}", ""),
        ("{{ value_json.x|float(0)|round(1) }}", "21.4"),
        ("{{ (value_json.x|float / 3)|round(2) }}", "7.15"),
        ("{{ '%.1f'|format(value_json.x) }}/{{ '%0.2f' % 3 }}/{{ '{:.1f}'.format(2) }}", "21.4/3.00/2.0"),
        ("{{ iif(value_json.on, 'yes', 'no') }}", "yes"),
        ("{{ ','.join(value_json.list|map('string')) }}", "1,2,3"),
        ("{% for x in value_json.list if x > 1 %}{{ loop.index }}{{ x }}{% endfor %}", "1223"),
        ("{{ value_json.name|regex_replace('^lamp_', '') }}", "desk"),
        ("{{ 'ab12'|regex_findall('[a-z]+')|first }}", "ab"),
        ("{{ value_json.time|as_timestamp|timestamp_custom('%Y', false) }}", "2026"),
        ("{{ (value_json.time|as_datetime).strftime('%H:%M') }}", "12:30"),
        ("{{ value_json.bits|bitwise_and(4) }}", "4"),
        ("{{ dict.from_keys([('a', 1)])|to_json }}", '{"a": 1}'),
        ("{{ 'SGFsbG8='|base64_decode }} {{ 'Ein Test'|slugify }}", "Hallo ein_test"),
        ("{% set m = {'1': 'low'} %}{{ m.get(value_json.level|string, 'off') }}", "low"),
        ("{{ value_json.nothing|is_number }} {{ value_json.x is number }}", "False True"),
        ("{{ states('sensor.other') }}", "unknown"),
        ("{{ value_json.list|sum }} {{ value_json.list|max }} {{ min(3, 2) }}", "6 3 2"),
        ("{% if 'on' in value_json and not value_json.off|default(false) %}ON{% endif %}", "ON"),
        (
            "{{ value_json.list|average }} {{ median(1, 9, 2) }} {{ 16|sqrt }} {{ 100|log(10) }}",
            "2.0 2.0 4.0 2.0",
        ),
        (
            "{{ 'off'|bool }} {{ value_json.on|bool }} {{ 'odd'|bool('no') }} {{ pi|round(2) }}",
            "False True no 3.14",
        ),
        ("{{ (value_json.time|as_datetime + timedelta(hours=1)).hour }}", "13"),
    ],
)
def test_what_templates_in_the_field_use(source: str, text: str) -> None:
    report = {
        "x": 21.45, "on": True, "list": [1, 2, 3], "name": "lamp_desk", "time": "2026-11-24T12:30:00+00:00",
        "bits": 7, "level": 1,
    }  # fmt: skip
    assert Template(source).read(json.dumps(report).encode()) == text


def test_a_remotes_event_template_works() -> None:
    configs = fixture("discovery_from_zigbee2mqtt.json")
    sources = {c["value_template"] for topic, c in configs.items() if topic.startswith("homeassistant/event")}
    (source,) = sources
    template = Template(source)
    for action, event in [
        ("single", "single"),
        ("button_1_hold", "hold"),
        ("region_1_enter", "region_enter"),
    ]:
        told = json.loads(template.read(json.dumps({"action": action}).encode()))
        assert told["event_type"] == event


def test_what_a_report_does_not_say_is_absent_not_an_error() -> None:
    for source in ("{{ value_json.a.b }}", "{{ value_json['a']['b'] | float(1) }}", "{{ value_json.a }}"):
        assert outcome(lambda source=source: Template(source).read(b'{"x": 1}')) == ""
    assert outcome(lambda: Template("{{ value_json.a.b }}").read(b"no json")) == ""


@pytest.mark.parametrize("source", ["{{", "{% if %}", "{{ 'a' | unheard_of }}", "{% endfor %}", "x" * 9000])
def test_what_is_no_template_is_refused_when_it_is_made(source: str) -> None:
    with pytest.raises(Refused):
        Template(source)
