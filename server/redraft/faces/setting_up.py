"""First use: makes the private environment in which an editor runs the server.

An editor's extension runs this out of the wheel, by whatever Python it finds, so nothing is
imported that does not come with Python. What it does is told on standard output, one JSON object in
a line: ``{"log": line}``, ``{"doing": "making", "what": version}`` (or ``getting`` a package, or
``installing``), and where it fails ``{"failed": reason, "detail": ...}``.

The environment is made aside under a name of its own and published by one rename, so that it is
whole wherever it exists. A moved virtual environment still works by ``bin/python -m ...``; only the
scripts beside it, which nobody here starts, hold its old path.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING
from uuid import uuid4

from redraft.disk.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Final

    Tell = Callable[[dict[str, str]], None]

USERS: Final = ".used-by"
"""In an environment: an empty file ``<host>~<process>`` for each that uses it."""

_CHECK: Final = "import pygls, redraft.faces.lsp.server"
_PIP: Final = "-m pip install --disable-pip-version-check --no-input --progress-bar off --retries 2"
_PUBLISHED = re.compile(r"\d[\w.]*-[0-9a-f]{12}")
_DRAFT = re.compile(r"\.making-(.+)-[0-9a-f]{8}")
_ELSEWHERE_S = 14 * 24 * 3600
_TRIES = 4
_VERSION = ".".join(map(str, sys.version_info[:3]))
# What would lead a Python to other packages than its own.
_MISLEADING = re.compile(
    r"PYTHON.*|PIP_(TARGET|PREFIX|ROOT|USER|PYTHON|REQUIRE_VIRTUALENV)|VIRTUAL_ENV", re.IGNORECASE
)
_SIGNS = (
    (
        "diskFull",
        r"No space left on device|Disk quota exceeded|not enough space on the disk|ENOSPC|EDQUOT",
    ),
    ("noVenv", r"No module named '?(venv|ensurepip|pip)\b|ensurepip is not available"),
    (
        "noNetwork",
        (
            r"NewConnectionError|ConnectTimeout|ReadTimeout|RemoteDisconnected|ProxyError|SSLError"
            r"|CERTIFICATE_VERIFY_FAILED|Max retries exceeded"
            r"|connection (broken|refused|reset|error|timed out)|network is unreachable"
            r"|name or service not known|name resolution|getaddrinfo"
            r"|(failed to|could not) (connect|resolve)|timed? ?out"
        ),
    ),
)


class Failed(Exception):
    """Why there is no environment: a reason in one word, and what was seen."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def main(wheel: str, folder: str) -> None:
    """Make the environment of a wheel in a folder; ends the process.

    Whoever stops it by ``SIGTERM`` finds nothing left of it.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        set_up(sys.executable, wheel, folder, _tell)
    except Failed as failed:
        _tell({"failed": failed.reason, "detail": failed.detail})
        sys.exit(1)


def _tell(message: dict[str, str]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def set_up(python: str, wheel: str, folder: str, tell: Tell) -> None:
    """Make the environment, unless a sound one is there; then remove those that nobody uses.

    Args:
        python: the Python to make it with.
        wheel: what is installed in it.
        folder: where it belongs, absolute; the folder above is there.
        tell: hears what is being done.

    Raises:
        Failed: it could not be made; nothing is left of it.
    """
    home_path, name = os.path.split(folder)
    try:
        with Folder.open(os.path.realpath(home_path)) as home:
            if not is_sound(folder):
                _make(home, python, wheel, name, tell)
            remove_unused(home, name)
    except OSError as error:
        raise failure_of([str(error)]) from None


def python_in(folder: str) -> str:
    """The Python of an environment."""
    windows = os.path.join(folder, "Scripts", "python.exe")
    return windows if os.name == "nt" else os.path.join(folder, "bin", "python")


def is_sound(folder: str) -> bool:
    """Whether an environment is there and what was installed in it can be imported."""
    try:
        check = [python_in(folder), "-I", "-c", _CHECK]
        return subprocess.run(check, capture_output=True, check=False).returncode == 0  # noqa: S603 - an environment of our own
    except OSError:
        return False


def _make(home: Folder, python: str, wheel: str, name: str, tell: Tell) -> None:
    draft = _aside()
    inner = python_in(os.path.join(home.path, draft))
    try:
        _insist_on_venv(python)
        tell({"doing": "making", "what": _VERSION})
        _step(tell, python, "-I", "-m", "venv", os.path.join(home.path, draft))
        _step(tell, inner, "-I", "-X", "utf8", *_PIP.split(), "--prefer-binary", wheel)
        _step(tell, inner, "-I", "-c", _CHECK)
        _publish(home, draft, name, tell)
    finally:
        home.remove_tree(draft)


def _insist_on_venv(python: str) -> None:
    try:
        import ensurepip  # noqa: F401 - bare Debian has none
        import venv  # noqa: F401 - the same
    except ImportError:
        raise Failed("noVenv", f"Python {_VERSION} ({python})") from None


def _step(tell: Tell, *command: str) -> None:
    tell({"log": "> " + " ".join(command)})
    lines = []
    with subprocess.Popen(  # noqa: S603 - the Python that a person has chosen
        command,
        env=clean(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            lines.append(line.rstrip())
            tell({"log": lines[-1]})
            _tell_progress(tell, lines[-1])
    if process.returncode:
        raise failure_of(lines)


def _tell_progress(tell: Tell, line: str) -> None:
    """What a line of pip means to a person who waits."""
    collected = re.match(r"Collecting ([\w.-]+)", line)
    if collected:
        tell({"doing": "getting", "what": collected[1]})
    elif line.startswith("Installing collected packages"):
        tell({"doing": "installing", "what": ""})


def clean(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment without what would lead a Python to other packages than its own."""
    kept = {k: v for k, v in environ.items() if not _MISLEADING.fullmatch(k)}
    # A pip.conf may ask for `--user`, which no virtual environment can do.
    return {**kept, "PIP_USER": "0"}


def failure_of(lines: list[str]) -> Failed:
    """Names the failure of a step by the lines that it wrote."""
    written = "\n".join(lines)
    found = (reason for reason, sign in _SIGNS if re.search(sign, written, re.IGNORECASE))
    spoken = [line.strip() for line in lines if line.strip()]
    errors = [line for line in spoken if re.match(r"(error|fatal)\b", line, re.IGNORECASE)]
    last = (errors or spoken or [""])[-1]
    return Failed(next(found, "other"), re.sub(r"(?i)^error:\s*", "", last))


def _publish(home: Folder, draft: str, name: str, tell: Tell) -> None:
    for _ in range(_TRIES):
        try:
            home.move(draft, home, name)
        except FileExistsError:
            # Another window was faster, or what lies there is broken and makes way.
            if is_sound(os.path.join(home.path, name)):
                return
            tell({"log": f"Replacing {name}"})
            _clear_away(home, name)
        else:
            return
    raise Failed("other", f"{name} is in the way")


def _clear_away(home: Folder, name: str) -> None:
    old = _aside()
    try:
        home.move(name, home, old)
    except FileNotFoundError:
        return  # another window did so
    home.remove_tree(old)


def remove_unused(home: Folder, name: str) -> None:
    """Remove the environments of other versions and what killed set-ups left, unless in use."""
    for other in home.names():
        if _DRAFT.fullmatch(other) or _PUBLISHED.fullmatch(other):
            used = _is_used(home, other)
            if not used and other != name:
                home.remove_tree(other)


def _is_used(home: Folder, name: str) -> bool:
    draft = _DRAFT.fullmatch(name)
    if draft:
        return _may_live(home, name, draft[1])
    users = {user: f"{name}/{USERS}/{user}" for user in _names(home, f"{name}/{USERS}")}
    alive = [user for user, place in users.items() if _may_live(home, place, user)]
    for user in users.keys() - set(alive):
        home.unlink(users[user])
    return bool(alive)


def _names(home: Folder, place: str) -> list[str]:
    return [entry.name for entry in home.scan(place)]


def _may_live(home: Folder, place: str, owner: str) -> bool:
    """A home folder may be shared by machines: of another's processes only the age can tell."""
    host, _, process = owner.partition("~")
    if host != socket.gethostname() or os.name == "nt":  # where a signal would end it
        found = home.stat(place)
        return found is not None and time.time() - found.st_mtime < _ELSEWHERE_S
    try:
        os.kill(int(process), 0)
    except PermissionError:
        return True
    except (OSError, ValueError, OverflowError):
        return False
    return True


def _aside() -> str:
    return f".making-{socket.gethostname()}~{os.getpid()}-{uuid4().hex[:8]}"
