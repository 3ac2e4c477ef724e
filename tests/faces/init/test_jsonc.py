"""Settings are changed in their text: what the change does not touch stays letter for letter."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redraft.faces.init.jsonc import parse, rewritten


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("{}\n", {"a": 1}, '{\n  "a": 1\n}\n'),
        ("{ }", {"a": {"b": []}}, '{\n  "a": {\n    "b": []\n  }\n}'),
        ('{"a": [1,2]}', {"a": [1, 2], "b": {"c": 3}}, '{"a": [1,2], "b": {"c": 3}}'),
        ('{"a": {}}', {"a": {"b": 1}}, '{"a": {"b": 1}}'),
        ('{\n    "a": {}\n}', {"a": {"b": 1}}, '{\n    "a": {\n        "b": 1\n    }\n}'),
        ('{\n\t"a": 1, // one\n}', {"a": 1, "b": 2}, '{\n\t"a": 1, // one\n\t"b": 2,\n}'),
        ('{\n "a": 1 // one\n}', {"a": 1, "b": 2}, '{\n "a": 1, // one\n "b": 2\n}'),
        ("{ /* none */ }", {"a": 1}, '{ /* none */ "a": 1}'),
        ('{"a": 1, "b": 2, "c": 3}', {"a": 1, "c": 3}, '{"a": 1, "c": 3}'),
        ('{"a": 1, "b": 2}', {"b": 2}, '{"b": 2}'),
        ('{"a": 1, "b": 2,}', {"a": 1}, '{"a": 1,}'),
        ('{\n  "a": 1, // one\n  "b": 2\n}', {"a": 1}, '{\n  "a": 1 // one\n}'),
        ('{\n  "a": 1\n}', {}, "{}"),
        ('{\n  // none\n  "a": 1\n}', {}, "{\n  // none\n  }"),
        ('{"a": [1, 2, 3]}', {"a": [1, 3]}, '{"a": [1, 3]}'),
        ('{"a": [1, 2]}', {"a": [2, 1]}, '{"a": [2, 1]}'),
        ('{"a": [{"b": 1}]}', {"a": [{"b": 2}, 3]}, '{"a": [{"b": 2}, 3]}'),
        ('{"a": "x" /* was */}', {"a": [1]}, '{"a": [1] /* was */}'),
        ('{\n  "a": 1\n}', {"a": {"b": 1}}, '{\n  "a": {\n    "b": 1\n  }\n}'),
        ('{"ü": "//", "b": "/* , */"}', {"ü": "//", "b": "é"}, '{"ü": "//", "b": "é"}'),
    ],
)
def test_a_text_is_changed_where_it_must(before: str, after: Any, text: str) -> None:
    assert rewritten(before, after) == text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1: a value"),
        ("{", "line 1: a value"),
        ('{\n"a" 1}', "line 2: a colon"),
        ('{"a": 1 "b": 2}', "line 1: a comma"),
        ("[1 2]", "line 1: a comma"),
        ("[1,,2]", "line 1: a value"),
        ("{1: 2}", "line 1: a key"),
        ("{} x", "line 1: nothing more"),
        ("{} /* open", "line 1: nothing more"),
        ('{"a": 1, "a": 2}', "twice"),
        ("[-Infinity]", "-Infinity is no JSON"),
        ("[tru]", "line 1: a value"),
        ('["\n"]', "line 1: a value"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse(text)


_VALUES = st.recursive(
    st.none() | st.integers(-9, 9) | st.text('ab/*,"\n]}', max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text("abc:", max_size=2), inner, max_size=4)
    ),
    max_leaves=12,
)
_OBJECTS = st.dictionaries(st.text("abc", max_size=2), _VALUES, max_size=4)
_STYLES: list[dict[str, Any]] = [{}, {"indent": 2}, {"indent": "\t"}, {"separators": (",", ":")}]


@given(_OBJECTS, _OBJECTS, st.sampled_from(_STYLES))
def test_whatever_it_shall_mean_it_means(before: Any, after: Any, style: Any) -> None:
    text = json.dumps(before, **style)
    assert parse(text).value == before
    changed = rewritten(text, after)
    assert json.loads(changed) == after
    assert json.loads(rewritten(changed, before)) == before


@given(_OBJECTS.filter(bool), _VALUES, st.sampled_from(_STYLES), st.booleans())
def test_what_was_put_in_is_taken_out_without_a_trace(
    before: Any, value: Any, style: Any, deep: bool
) -> None:
    before = {"in": before} if deep else before
    holder = before["in"] if deep else before
    text = json.dumps(before, **style)
    with_ours = {**holder, "ours": value}
    changed = rewritten(text, {"in": with_ours} if deep else with_ours)
    assert rewritten(changed, before) == text
