"""What is told and asked when a document of the folder is not simply led to its session."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redraft.faces.lsp.dialogues.desk import Desk


async def ask(desk: Desk) -> None:
    """Ask whether a person wants the session's document; what they want for good is remembered."""
    say, path = desk.say, desk.documents()[0]
    session = await desk.name()
    lead, stay = say("Open in Session"), say("Stay")
    always, never = say("Always"), say("Never")
    choice = await desk.person.choose(
        say("{0} is also in the session {1}.", _name(path), session),
        *(lead, stay, always, never),
        modal=False,
    )
    if choice in (always, never):
        value = "always" if choice == always else "never"
        await desk.person.do("_redraft.setRedirect", value)
    if choice in (lead, always):
        await desk.person.do("_redraft.openInSession", desk.uri(session, path))


async def tell_unsaved(desk: Desk) -> None:
    """Say that documents stay open outside the session."""
    names = ", ".join(map(_name, desk.documents()))
    desk.person.tell(
        desk.say(
            "Still open outside the session, because of unsaved text: {0}. "
            "Save it, then run Session: Open in Session.",
            names,
        )
    )


async def tell_why_not(desk: Desk) -> None:
    """Say why the session's document could not be opened."""
    say, path = desk.say, desk.documents()[0]
    session = await desk.name()
    found = await desk.look(session, lambda view: view.resolve(path))
    text = (
        say("{0} is deleted in the session {1}. This is the global version.", _name(path), session)
        if found.source == "deleted"
        else say(
            "{0} could not be opened in the session {1}. This is the global version.",
            _name(path),
            session,
        )
    )
    desk.person.tell(text)


async def tell_ended(desk: Desk) -> None:
    """Ask what becomes of text that was not saved before its session ended."""
    say, session = desk.say, desk.session or ""
    home = desk.uri(session, "")
    names = await desk.person.do("_redraft.unsaved", home)
    keep = say("Keep My Text")
    choice = await desk.person.choose(
        say(
            "The session {0} has ended. Unsaved text is left in: {1}. "
            "Keep it in the global version?",
            session,
            ", ".join(names),
        ),
        *(keep, say("Discard")),
        severity="warning",
        modal=False,
    )
    await desk.person.do("_redraft.takeOut", home, choice == keep)


def _name(path: str) -> str:
    return path.rpartition("/")[2]
