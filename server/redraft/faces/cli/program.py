"""Running a program as a child: inside a lent view, with its signals and exit code passed on.

The program stays in our process group, so that the terminal treats both as one: it may read, draw
and be stopped, and what the keyboard sends (Ctrl-C, Ctrl-Z) reaches it without us.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redraft.disk import namespace
from redraft.disk.paths import OWN
from redraft.domain.loans import OVERLAY, RUNNING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from redraft.domain.loans import Loan

NOT_FOUND, NOT_RUNNABLE, KILLED = 127, 126, 128
_PASSED_ON = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
    if hasattr(signal, name)
)
_FROM_KEYBOARD = ("SIGINT", "SIGQUIT")
_BY_KERNEL = 0x80  # si_code of a signal that the terminal sent to the whole group
_NONE, _LOOK_S = 0, 0.5  # no signal came for this long
_RESET = ("SIGPIPE", "SIGXFSZ", "SIGINT")  # Python has these its own way


@dataclass(frozen=True, slots=True)
class Program:
    """A program to run.

    Attributes:
        words: its name and arguments.
        environ: its environment.
        folder: its working folder.
        root: the root whose view it sees.
    """

    words: Sequence[str]
    environ: Mapping[str, str]
    folder: str
    root: str


class Unmounted(OSError):
    """The view could not be laid over the root here; nothing was run."""


def run(program: Program, loan: Loan) -> int:
    """Run a program to its end; returns its exit code, 128 and the number after a signal.

    Raises:
        Unmounted: the view could not be laid over the root; another way may work.
    """
    running = loan.take(RUNNING, wait=True)
    told, telling = os.pipe()
    earlier = signal.pthread_sigmask(signal.SIG_BLOCK, {*_PASSED_ON, signal.SIGCHLD})
    try:
        child = os.fork()
        if child == 0:
            os.close(told)
            _become(program, loan, running, telling, earlier)
        os.close(telling)
        if running is not None:
            loan.let(running)  # the program and its children hold it on
        refusal = _hear(told)
        if refusal is None:
            return _wait(child)
        os.waitpid(child, 0)
        return _refused(program, *refusal)
    finally:
        os.close(told)
        signal.pthread_sigmask(signal.SIG_SETMASK, earlier)


def _become(
    program: Program, loan: Loan, running: int | None, telling: int, mask: set[int | signal.Signals]
) -> None:
    """In the child: become the program, or say why not, and never come back."""
    stage = "mount"
    try:
        if running is not None:
            os.set_inheritable(running, True)
        if loan.how == OVERLAY:
            namespace.cover(program.root, loan.path, OWN)
        stage = "run"
        _go_to(program)
        for name in _RESET:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        os.execvpe(program.words[0], list(program.words), dict(program.environ))  # noqa: S606 - what was asked for
    except OSError as error:
        os.write(telling, f"{stage} {error.errno or 0} {error.strerror}".encode())
    finally:
        os._exit(NOT_FOUND)


def _go_to(program: Program) -> None:
    """Enter the working folder as the view shows it; where it shows none, the top."""
    for folder in (program.folder, program.environ["REDRAFT_VIEW"]):
        try:
            os.chdir(folder)
        except OSError:
            continue
        return


def _hear(told: int) -> tuple[str, int, str] | None:
    """What the child could not do; None once it has become the program."""
    said = b""
    while part := os.read(told, 4096):
        said += part
    if not said:
        return None
    stage, number, text = said.decode("utf-8", "replace").split(" ", 2)
    return stage, int(number), text


def _refused(program: Program, stage: str, number: int, text: str) -> int:
    if stage == "mount":
        raise Unmounted(number, text)
    print(f"redraft: {program.words[0]}: {text}", file=sys.stderr)
    return NOT_FOUND if isinstance(OSError(number, ""), FileNotFoundError) else NOT_RUNNABLE


def _wait(child: int) -> int:
    """Wait for the program, handing on what others send to us meanwhile."""
    while True:
        number, by_keyboard = _next_signal()
        if number in (signal.SIGCHLD, _NONE):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else KILLED - code
        elif not by_keyboard:
            os.kill(child, number)


def _next_signal() -> tuple[int, bool]:
    wanted = {*_PASSED_ON, signal.SIGCHLD}
    if hasattr(signal, "sigtimedwait"):  # macOS has none
        # In a process of several threads, one that does not block SIGCHLD may swallow it.
        info = signal.sigtimedwait(wanted, _LOOK_S)
        return (info.si_signo, info.si_code == _BY_KERNEL) if info else (_NONE, False)
    number = signal.sigwait(wanted)
    return number, signal.Signals(number).name in _FROM_KEYBOARD
