"""What the status bar says of a folder's session."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from redraft.commands.results import Shown

if TYPE_CHECKING:
    from redraft.commands.results import Snapshot, Summary
    from redraft.faces.lsp.dialogues.phrases import Phrases

_SPECIAL = re.compile(r"[!-/:-@\[-`{-~]")


def shown(say: Phrases, snapshot: Snapshot, folder: str = "") -> Shown:
    """Text, severity and tooltip of the item.

    Args:
        say: says things in the editor's language.
        snapshot: the folder's state.
        folder: its name, where the window has several.
    """
    return Shown(
        text=_text(say, snapshot),
        severity="error" if snapshot.crashed else "warning" if snapshot.drifted else "none",
        tooltip="\n\n".join([*_facts(say, snapshot, folder), "---", _links(say, snapshot)]),
    )


def _text(say: Phrases, snapshot: Snapshot) -> str:
    active, drifted, crashed = snapshot.active, snapshot.drifted, snapshot.crashed
    numbers = []
    if active and active.change_count:
        numbers.append(say.changes(active.change_count))
    if active and active.retry_count:
        numbers.append(say.retries(active.retry_count))
    if drifted:
        numbers.append(say("{0} changed in the folder", len(drifted)))
    if crashed:
        numbers.append(say("recovery needed"))
    icon = "$(error)" if crashed else "$(warning)" if drifted else "$(book)"
    named = _named(say, active)
    return f"{icon} {named}  {', '.join(numbers)}" if numbers else f"{icon} {named}"


def _named(say: Phrases, active: Summary | None) -> str:
    if active is None:
        return say("No session")
    return say("Temporary session") if active.temporary else active.name


def _facts(say: Phrases, snapshot: Snapshot, folder: str) -> list[str]:
    active, where = snapshot.active, f" ({escaped(folder)})" if folder else ""
    if active is None:
        facts = [say("No session is active.") + where]
    else:
        facts = [f"**{escaped(active.name)}**{where}"]
        if active.description:
            facts.append(escaped(active.description))
        facts.append(" · ".join(map(escaped, _numbers(say, active))))
        if active.temporary:
            facts.append(
                say("A temporary session: something was written while no session was active.")
            )
    drifted, crashed = (
        say.names([escaped(name) for name in names])
        for names in (snapshot.drifted, snapshot.crashed)
    )
    if drifted:
        facts.append("$(warning) " + say("Changed in the folder since: {0}", drifted))
    if crashed:
        facts.append("$(error) " + say("Cut off and not repaired: {0}", crashed))
    return facts


def _numbers(say: Phrases, active: Summary) -> list[str]:
    return [
        active.phase,
        say.changes(active.change_count),
        say.retries(active.retry_count),
        say.size(active.size_bytes),
        say("started {0}", say.age(active.created_at)),
    ]


def _links(say: Phrases, snapshot: Snapshot) -> str:
    active = snapshot.active
    links = []
    if snapshot.crashed:
        links.append((say("Recover..."), "recover"))
    if active and active.change_count:
        links += [(say("Commit..."), "commit"), (say("Compare All"), "compareAll")]
    if active is None:
        links.append((say("Start..."), "start"))
    links += [(say("Switch to..."), "switch"), (say("More..."), "menu")]
    about = quote(json.dumps([{"root": snapshot.root}]))
    return " · ".join(f"[{title}](command:redraft.ui.{name}?{about})" for title, name in links)


def escaped(text: str) -> str:
    """A text as Markdown that shows it letter by letter, so that nobody's words become a link."""
    return " ".join(_SPECIAL.sub(lambda sign: f"\\{sign[0]}", text).split())
