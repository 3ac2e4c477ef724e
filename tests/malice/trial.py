"""One trial: a folder is spoiled, everything is asked of it, and the outside is looked at."""

from __future__ import annotations

import gc
import json
import os
import resource
import select
import shutil
import signal
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.malice.courses import AFTERWARDS, COURSES, Ask
from tests.malice.ground import SECRET, Ground, age, run

from redraft import errors
from redraft.commands.dispatch import Roots, to_json
from redraft.domain import layout
from redraft.errors import RedraftError

PATIENCE_S = 120.0
_MEMORY = 3 << 30
CODES = frozenset(
    kind.code
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, RedraftError)
)


class Outcome:
    """What came of trials: how often each answer was given, and what must not have happened."""

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []

    def add(self, other: Outcome) -> None:
        """Take another outcome in."""
        self.answers += other.answers
        self.failures += other.failures


def picture(outside: Iterable[Path], *, shared: bool) -> dict[str, object]:
    """What must not change outside.

    Everything a status tells, so that a reading shows too; of what has a second name inside
    (``shared``) the content and what else belongs to the file and not to its names.
    """
    found: dict[str, object] = {}
    for path in outside:
        try:
            status = path.lstat()
        except FileNotFoundError:
            found[str(path)] = "gone"
            continue
        if not shared:
            times = (status.st_atime_ns, status.st_mtime_ns, status.st_ctime_ns)
            found[str(path)] = (*tuple(status)[:7], *times)
        elif path.is_file():
            found[str(path)] = (status.st_mode, status.st_mtime_ns, path.read_bytes())
    return found


def told_inside(root: Path) -> list[str]:
    """The files inside that tell the secret; links are not followed."""
    found = []
    for parent, _, files in os.walk(root):
        for name in files:
            path = Path(parent, name)
            if path.is_symlink() or not path.is_file():
                continue
            if SECRET.encode() in path.read_bytes():
                found.append(str(path.relative_to(root)))
    return found


def ask(roots: Roots, asked: Ask, outcome: Outcome, *, secret: bool) -> None:
    """Run a command; anything but a result or a documented refusal is a failure."""
    try:
        result = run(roots, asked.verb, asked.arguments)
        text = json.dumps(to_json(result), ensure_ascii=False)
        answer = "done"
    except RedraftError as error:
        text, answer = json.dumps(error.as_dict(), ensure_ascii=False), error.code
        if error.code not in CODES:
            outcome.failures.append(f"{asked.verb}: an unknown code {error.code}")
    except Exception:  # noqa: BLE001 - what this is about
        outcome.failures.append(f"{asked.verb}: {traceback.format_exc(limit=-4)}")
        outcome.answers["broken"] += 1
        return
    if secret and SECRET in text:
        outcome.failures.append(f"{asked.verb}: the answer tells the secret")
    try:
        text.encode()
    except UnicodeEncodeError:
        outcome.failures.append(f"{asked.verb}: an answer that cannot be encoded")
    outcome.answers[answer] += 1


def try_course(
    ground: Ground, spoil: Callable[[Ground], object], course: str, *, shared: bool = False
) -> Outcome:
    """Spoil a folder, ask a course's commands of it, and look what it did outside.

    What goes on spoiling it returns how it is stopped.
    """
    outcome = Outcome()
    kept = ground.root / layout.session_folder("draft") / layout.CHECKPOINTS
    id_ = next(kept.iterdir()).name
    stop = spoil(ground)
    age(ground.beyond)
    before = picture(ground.beyond, shared=shared)
    roots = Roots([str(ground.root)])
    try:
        for asked in COURSES[course] + AFTERWARDS:
            given = {k: id_ if v == "<id>" else v for k, v in asked.arguments.items()}
            ask(roots, Ask(asked.verb, given), outcome, secret=not shared)
    finally:
        roots.close()
        if callable(stop):
            stop()
    after = picture(ground.beyond, shared=shared)
    start = len(str(ground.outside.parent)) + 1
    touched = [key[start:] for key in before if before[key] != after[key]]
    outcome.failures += [f"{name} was touched" for name in touched]
    if not shared:
        outcome.failures += [f"{name} tells the secret" for name in told_inside(ground.root)]
    return outcome


def courses_of(
    template: Ground, work: Path, spoil: Callable[[Ground], object], *, shared: bool = False
) -> Outcome:
    """Try every course, each on a spoiled copy of its own."""
    whole = Outcome()
    for course in COURSES:
        try:
            one = try_course(template.copy(work), spoil, course, shared=shared)
        finally:
            shutil.rmtree(work)
        one.failures = [f"{course}: {line}" for line in one.failures]
        whole.add(one)
    return whole


def in_child(work: Callable[[], Outcome]) -> Outcome:
    """Do something in a forked process; whatever it does but end in time is a failure."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        status = 70
        try:
            os.close(out)
            gc.disable()
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
            outcome = work()
            told = json.dumps([outcome.answers, outcome.failures]).encode()
            with os.fdopen(into, "wb") as pipe:
                pipe.write(told)
            status = 0
        except BaseException:  # noqa: BLE001 - told by the parent
            os.write(into, json.dumps([{}, [traceback.format_exc()]]).encode())
        finally:
            os._exit(status)
    os.close(into)
    try:
        return _read(out, child)
    finally:
        os.close(out)


def _read(out: int, child: int) -> Outcome:
    outcome, data = Outcome(), b""
    while True:
        ready, _, _ = select.select([out], [], [], PATIENCE_S)
        part = os.read(out, 1 << 16) if ready else b""
        if not ready:
            os.kill(child, signal.SIGKILL)
            outcome.failures.append("it hangs")
        if not part:
            break
        data += part
    _, status = os.waitpid(child, 0)
    try:
        answers, failures = json.loads(data)
        outcome.answers.update(answers)
        outcome.failures += failures
    except ValueError:
        if not outcome.failures:
            outcome.failures.append(f"it died with status {status}")
    return outcome
