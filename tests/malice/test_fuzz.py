"""The parsers, fuzzed for a moment with a fixed chance, and the inputs that once broke them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from tests.malice import parsers
from tests.malice.fuzz import Parser, Result, fuzz

_INPUTS = 1500


@pytest.fixture(autouse=True)
def loud() -> Iterator[None]:
    """Logging is as it was before, whatever a parser's test did to it."""
    yield
    logging.disable(logging.NOTSET)


def _fuzzed(parser: Parser) -> Result:
    return fuzz(parser, Random(20), seconds=None, inputs=_INPUTS)


@pytest.mark.slow
def test_no_slash_line_breaks_its_parser() -> None:
    result = _fuzzed(parsers.lines())
    assert result.failures == []
    assert result.lines > 150


@pytest.mark.slow
def test_no_message_breaks_the_protocols() -> None:
    with parsers.messages() as parser:
        result = _fuzzed(parser)
        assert result.failures == []
        assert result.lines > 100


@pytest.mark.slow
def test_no_file_of_a_session_breaks_its_reader(tmp_path: Path) -> None:
    """Faults 13 and 22."""
    with parsers.records(tmp_path) as parser:
        result = _fuzzed(parser)
        assert result.failures == []
        assert result.lines > 200


BROKEN = [
    # A length of more digits than Python turns into a number.
    b"\0\xffContent-Length: " + b"9" * 5000 + b"\r\n\r\n{}",
]


@pytest.mark.parametrize("data", BROKEN, ids=range(len(BROKEN)))
def test_what_once_broke_the_protocol_does_not_any_more(data: bytes) -> None:
    with parsers.messages() as parser:
        parser.target(data)


def test_a_crash_is_found_and_told_once() -> None:
    """The fuzzer can fail: it finds its way to a line that is reached by one word only."""

    def target(data: bytes) -> None:
        if b"ab" in data:
            raise ZeroDivisionError("found")

    parser = Parser("any", (), [b"x"], [b"a", b"b"], target)
    [failure] = fuzz(parser, Random(1), seconds=None, inputs=2000).failures
    assert "ZeroDivisionError: found" in failure


def test_what_reaches_new_lines_is_kept() -> None:
    parser = parsers.lines()
    blind = fuzz(parser._replace(modules=()), Random(1), seconds=None, inputs=200)
    led = fuzz(parser, Random(1), seconds=None, inputs=200)
    assert blind.kept == 1
    assert led.kept > 10
