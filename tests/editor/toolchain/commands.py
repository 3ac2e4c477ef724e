"""Running the tools of others: quietly while they succeed, with all that they said when not."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path


class ToolFailedError(Exception):
    """A tool ended with an error; the message holds what it said."""


def say(text: str) -> None:
    """Tell the person who waits what is being done."""
    print(text, flush=True)


def run(
    words: Sequence[str | Path],
    *,
    folder: Path | None = None,
    env: Mapping[str, str] | None = None,
    tries: int = 1,
    timeout: float = 900,
) -> str:
    """Run a tool to its end.

    Args:
        words: the program and its arguments.
        folder: where it runs.
        env: what is added to this process's environment.
        tries: how often at most; registries drop a connection now and then.
        timeout: seconds for one try.

    Returns:
        What it printed.

    Raises:
        ToolFailedError: if it is missing, ended with an error in every try, or took too long.
    """
    command = [str(word) for word in words]
    said = "was not tried"
    for again in range(tries):
        if again:
            say(f"  once more: {' '.join(command)}")
            time.sleep(2 * again)  # what the registry's limit or a dropped line asks for
        try:
            result = subprocess.run(
                command,
                cwd=folder,
                env={**os.environ, **(env or {})},
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                stdin=subprocess.DEVNULL,
                timeout=timeout,
            )
        except FileNotFoundError:
            raise ToolFailedError(f"there is no {command[0]} on this machine") from None
        except subprocess.TimeoutExpired:
            said = f"took longer than {timeout:.0f} seconds"
            continue
        if result.returncode == 0:
            return result.stdout
        said = f"ended with {result.returncode}:\n{result.stdout[-4000:]}{result.stderr[-4000:]}"
    raise ToolFailedError(f"{' '.join(command)} {said}")
