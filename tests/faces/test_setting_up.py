"""The private environment of an editor is made whole or not at all, and says why not."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from redraft.faces import setting_up
from redraft.faces.setting_up import USERS, Failed, clean, failure_of, is_sound, set_up

SERVER = Path(__file__).parents[2] / "server"
NOBODY = f"{socket.gethostname()}~99999999"
NAME = "1.2.3-0123456789ab"
# Makes folders as venv would, with a Python that does at pip what it is told.
MAKER = """#!/bin/sh
case "$*" in
  *"-m venv"*) for draft; do :; done; mkdir -p "$draft/bin"; cp "$0" "$draft/bin/python" ;;
  *"-m pip"*) {pip}; touch "${{0%/*}}/installed" ;;
  *"import pygls"*) test -e "${{0%/*}}/installed" ;;
  *) exit 3 ;;
esac
"""


class Shelf:
    """Where environments lie."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / "environments"
        self.home.mkdir()
        self.told: list[dict[str, str]] = []

    @property
    def folder(self) -> Path:
        return self.home / NAME

    def maker(self, pip: str = ":") -> str:
        path = self.root / "python3"
        path.write_text(MAKER.format(pip=pip))
        path.chmod(0o755)
        return str(path)

    def make(self, pip: str = ":") -> None:
        self.make_with(self.maker(pip))

    def make_with(self, python: str) -> None:
        set_up(python, "redraft.whl", str(self.folder), self.told.append)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.home.iterdir())


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_an_environment_is_there_once_made_and_nothing_else_is(shelf: Shelf) -> None:
    assert not is_sound(str(shelf.folder))
    shelf.make("echo Collecting click; echo 'Installing collected packages: click'")
    assert is_sound(str(shelf.folder))
    assert shelf.names() == [NAME]
    assert {"log": "Collecting click"} in shelf.told
    doing = [(each["doing"], each["what"]) for each in shelf.told if "doing" in each]
    version = ".".join(map(str, sys.version_info[:3]))
    assert doing == [("making", version), ("getting", "click"), ("installing", "")]


def test_a_sound_one_is_left_and_a_broken_one_made_again(shelf: Shelf) -> None:
    shelf.make()
    shelf.make("exit 1")
    (shelf.folder / "bin" / "installed").unlink()
    assert not is_sound(str(shelf.folder))
    shelf.make()
    assert is_sound(str(shelf.folder))
    assert shelf.names() == [NAME]


@pytest.mark.parametrize("broken", [False, True])
def test_windows_that_begin_at_once_find_one_whole_environment(shelf: Shelf, broken: bool) -> None:
    python = shelf.maker()
    if broken:
        (shelf.folder / "bin").mkdir(parents=True)
    windows = [Thread(target=shelf.make_with, args=(python,)) for _ in range(3)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    assert is_sound(str(shelf.folder))
    assert shelf.names() == [NAME]


@pytest.mark.parametrize(
    ("reason", "pip"),
    [
        ("noNetwork", "echo 'WARNING: Retrying after connection broken by NewConnectionError'"),
        ("noNetwork", "echo 'ERROR: Could not find a version (ProxyError(nothing))'"),
        ("diskFull", "echo 'ERROR: Could not install: [Errno 28] No space left on device' >&2"),
        ("noVenv", "echo '/usr/bin/python3: No module named pip'"),
        ("other", "echo 'ERROR: No matching distribution found for click'; echo"),
    ],
)
def test_a_set_up_that_fails_leaves_nothing_and_says_why(
    shelf: Shelf, reason: str, pip: str
) -> None:
    with pytest.raises(Failed) as caught:
        shelf.make(f"{pip}; exit 1")
    assert caught.value.reason == reason
    assert shelf.names() == []
    if reason == "other":
        assert caught.value.detail == "No matching distribution found for click"


def test_a_place_that_cannot_be_had_is_said(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Failed, match=r"other: .*file"):
        set_up(shelf.maker(), "redraft.whl", str(tmp_path / "file" / NAME), shelf.told.append)


def test_a_python_without_venv_is_named(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(Failed) as caught:
        shelf.make()
    assert caught.value.reason == "noVenv"
    assert caught.value.detail.endswith(f"({shelf.root / 'python3'})")


def test_what_cannot_be_replaced_is_said_at_last(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again(*_: object) -> None:
        """Another window is always faster, and what it makes is broken."""

    (shelf.folder / "bin").mkdir(parents=True)
    monkeypatch.setattr(setting_up, "_clear_away", again)
    with pytest.raises(Failed, match="in the way"):
        shelf.make()
    assert shelf.names() == [NAME]


# What others left --------------------------------------------------------------------------------


def others(shelf: Shelf, *places: str) -> list[str]:
    """What is left of these once an environment has been made."""
    for place in places:
        (shelf.home / place).parent.mkdir(parents=True, exist_ok=True)
        (shelf.home / place).touch() if "~" in Path(place).name else (shelf.home / place).mkdir()
        if "~old" in place:
            os.utime(shelf.home / place, (0, 0))
    shelf.make()
    return [name for name in shelf.names() if name != NAME]


def test_other_versions_and_what_killed_set_ups_left_go(shelf: Shelf) -> None:
    used = f"1.0.0-0123456789ab/{USERS}/{NOBODY}"
    assert others(shelf, "1.1.0-0123456789ab", used, f".making-{NOBODY}-0123abcd/bin") == []


def test_those_in_use_stay(shelf: Shelf) -> None:
    me = f"{socket.gethostname()}~{os.getpid()}"
    init = f"{socket.gethostname()}~1"  # a process of somebody else's
    mine = [f"1.0.0-0123456789ab/{USERS}/{me}", f"1.1.0-0123456789ab/{USERS}/{init}"]
    draft = f".making-{me}-0123abcd/bin"
    assert others(shelf, *mine, draft) == sorted(
        place.partition("/")[0] for place in (*mine, draft)
    )


def test_another_machines_stay_until_they_are_old(shelf: Shelf) -> None:
    young, old = f"1.0.0-0123456789ab/{USERS}/elsewhere~1", f"1.1.0-0123456789ab/{USERS}/there~old"
    assert others(shelf, young, old) == ["1.0.0-0123456789ab"]


def test_what_is_not_ours_stays(shelf: Shelf) -> None:
    assert others(shelf, "notes", "1.2.3") == ["1.2.3", "notes"]


def test_those_who_used_the_environment_and_are_gone_are_forgotten(shelf: Shelf) -> None:
    me = f"{socket.gethostname()}~{os.getpid()}"
    users = shelf.folder / USERS
    users.mkdir(parents=True)
    for name in (NOBODY, me, f"{socket.gethostname()}~nonsense"):
        (users / name).touch()
    (shelf.folder / "bin").mkdir()
    (shelf.folder / "bin" / "installed").touch()
    shelf.maker()
    (shelf.root / "python3").rename(shelf.folder / "bin" / "python")
    shelf.make()
    assert [path.name for path in users.iterdir()] == [me]


def test_a_python_is_not_led_astray_by_the_variables_of_other_environments() -> None:
    given = {"PATH": "/bin", "PYTHONHOME": "/x", "PYTHONPATH": "/y", "PIP_TARGET": "/z"}
    assert clean(given | {"PIP_PROXY": "p"}) == {"PATH": "/bin", "PIP_PROXY": "p", "PIP_USER": "0"}
    assert failure_of([]).reason == "other"


# As a process ------------------------------------------------------------------------------------


def run(wheel: Path, folder: Path, env: dict[str, str]) -> subprocess.Popen[str]:
    """Run it out of a wheel, as an editor's extension does."""
    boot = "import sys; sys.path.insert(0, sys.argv[1]); from redraft.faces.setting_up import main"
    return subprocess.Popen(
        [sys.executable, "-I", "-c", f"{boot}; main(*sys.argv[1:])", str(wheel), str(folder)],
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A wheel with the server in it that needs a package from the network."""
    made = tmp_path / "redraft-1.2.3-py3-none-any.whl"
    info = "redraft-1.2.3.dist-info/"
    with zipfile.ZipFile(made, "w") as archive:
        for module in sorted((SERVER / "redraft").rglob("*.py")):
            archive.write(module, module.relative_to(SERVER).as_posix())
        meta = "Metadata-Version: 2.1\nName: redraft\nVersion: 1.2.3\nRequires-Dist: click\n"
        archive.writestr(info + "METADATA", meta)
        archive.writestr(
            info + "WHEEL",
            "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(info + "RECORD", "")
    return made


@pytest.mark.slow
@pytest.mark.parametrize("way", ["PIP_INDEX_URL", "PIP_PROXY"])
def test_real_pip_without_an_answer_is_told_as_a_network_that_fails(
    shelf: Shelf, wheel: Path, way: str
) -> None:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as door:
        closed = f"http://127.0.0.1:{door.getsockname()[1]}/simple"
    env = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
    with run(wheel, shelf.folder, env | {way: closed}) as process:
        told = [json.loads(line) for line in process.stdout or ()]
    assert process.returncode == 1
    assert told[-1]["failed"] == "noNetwork"
    assert shelf.names() == []


@pytest.mark.slow
def test_one_that_is_stopped_ends_all_it_started_and_leaves_nothing(
    shelf: Shelf, wheel: Path
) -> None:
    with run(wheel, shelf.folder, dict(os.environ)) as process:
        told: Any = iter(process.stdout or ())
        next(line for line in told if "-m venv" in line)
        while not shelf.names():
            time.sleep(0.01)  # venv makes the folder a little later
        os.killpg(process.pid, signal.SIGTERM)
        assert process.wait(60) == 1
    assert shelf.names() == []
    with contextlib.suppress(ProcessLookupError):
        while True:  # what it started ends a moment later
            os.killpg(process.pid, 0)
            time.sleep(0.01)
