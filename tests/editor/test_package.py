"""The VSIX: what a person installs holds all that is needed and nothing else."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator

import pytest
from tests.editor.profile import VSIX

from redraft import __version__

ALLOWED = re.compile(
    r"extension/(package(\.nls)?\.json|readme\.md|changelog\.md|LICENSE\.txt|dist/(extension|serverConnection)\.js"
    r"|l10n/[\w.]+\.json|media/[\w./-]+|server/redraft-[\w.]+-py3-none-any\.whl)"
    r"|extension\.vsixmanifest|\[Content_Types\]\.xml"
)


@pytest.fixture(scope="module")
def package() -> Iterator[zipfile.ZipFile]:
    """The built VSIX."""
    with zipfile.ZipFile(VSIX) as opened:
        yield opened


def test_it_holds_nothing_but_what_is_allowed(package: zipfile.ZipFile) -> None:
    assert [name for name in package.namelist() if not ALLOWED.fullmatch(name)] == []


def test_it_holds_every_file_that_the_manifest_names(package: zipfile.ZipFile) -> None:
    text = package.read("extension/package.json").decode()
    named = set(re.findall(r'"(?:\./)?((?:media|dist)/[^"]+)"', text))
    assert named
    assert named - {name.removeprefix("extension/") for name in package.namelist()} == set()


def test_extension_and_server_are_of_one_version(package: zipfile.ZipFile) -> None:
    manifest = json.loads(package.read("extension/package.json"))
    [wheel] = [name for name in package.namelist() if name.endswith(".whl")]
    with zipfile.ZipFile(io.BytesIO(package.read(wheel))) as server:
        inside = server.read("redraft/__init__.py").decode()
    assert manifest["version"] == __version__
    assert wheel == f"extension/server/redraft-{__version__}-py3-none-any.whl"
    assert f'"{__version__}"' in inside


def test_the_bundle_is_under_600_kilobytes_and_what_a_window_starts_with_under_60(
    package: zipfile.ZipFile,
) -> None:
    """The language client is read once there is a server to talk to."""
    sizes = {
        name: package.getinfo(f"extension/dist/{name}.js").file_size
        for name in ("extension", "serverConnection")
    }
    assert sum(sizes.values()) < 600_000
    assert sizes["extension"] < 60_000
