"""The page of the benchmark says what was measured, and nothing else."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.bench import page
from tests.bench.peers.peer import Job

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
AGAIN = "run: python tests/bench/run.py --again"


@pytest.fixture
def numbers() -> Any:
    return json.loads((DOCS / page.NUMBERS).read_text("utf-8"))


def test_the_page_is_what_its_numbers_and_its_template_come_to(numbers: Any) -> None:
    assert (DOCS / page.PAGE).read_text("utf-8") == page.page(numbers), AGAIN


def test_the_plots_are_what_the_numbers_come_to(numbers: Any) -> None:
    for name, picture in page.pictures(numbers).items():
        assert (DOCS / page.IMAGES / name).read_text("utf-8") == picture, AGAIN


def test_each_plot_is_shown(numbers: Any) -> None:
    shown = re.findall(r"!\[[^]]+\]\(images/(performance-[^)]+)\)", page.page(numbers))
    assert shown == [page.picture(job) for job in Job]
    assert {path.name for path in (DOCS / page.IMAGES).glob("performance-*")} == set(shown)


def test_a_missed_bar_is_told(numbers: Any) -> None:
    missed = copy.deepcopy(numbers)
    row = next(row for row in missed["rows"] if row["bar"] is not None)
    for point in row["points"]:
        point["met"] = False
    text = page.page(missed)
    assert all(f"{row['title']} ({point['n']:,})" in text for point in row["points"])
    assert text.count("**missed**") >= len(row["points"])


def test_what_could_not_be_measured_is_told(numbers: Any) -> None:
    numbers["not_measured"] = ["flight"]
    numbers["peers"]["left_out"] = {"a tool": "it is not installed"}
    text = page.page(numbers)
    assert "Not measured in this run: flight." in text
    assert "- a tool: it is not installed" in text


@pytest.mark.slow
def test_one_row_is_printed_and_writes_no_page() -> None:
    files = [DOCS / page.PAGE, DOCS / page.NUMBERS]
    before = [file.stat().st_mtime_ns for file in files]
    script = [sys.executable, str(REPOSITORY / "tests/bench/run.py"), "--only", "empty"]
    ran = subprocess.run(script, capture_output=True, text=True, check=True)
    assert "disk of an empty session" in ran.stdout
    assert "language server" not in ran.stdout
    assert [file.stat().st_mtime_ns for file in files] == before
