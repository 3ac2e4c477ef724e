"""What each argument means, in a sentence: for the schemas of tools and the page of commands."""

from __future__ import annotations

_ANY = ""
_PATH = "relative to the root, absolute inside it, or a file: or redraft: URI"
_NAMED = f"its path ({_PATH}), or its bare name if only one has it"

_TEXTS = {
    _ANY: {
        "root": "The folder of documents (a path or file: URI); needed only if several are open.",
        "name": "The session it is about: another word for session.",
        "file_path": f"The document: {_NAMED}.",
        "path": f"The document: {_NAMED}.",
        "paths": f"The documents, each by {_NAMED}.",
        "content": "The whole new text, or its octets in base64 if encoding says so.",
        "encoding": "How content is written: as text, or in base64 for anything that is not UTF-8.",
    },
    "session start": {
        "session": "Only the same as name, if it is given at all.",
        "name": "The new session's name: letters, digits, hyphens and underscores, up to 64.",
        "description": "What the session is for, in a sentence.",
        "type": "How large the work is.",
        "from_temporary": "Give the temporary session this name instead of making a new one.",
    },
    "session list": {
        "completed": "Also those committed or completed.",
        "trash": "Also those cancelled, as long as the trash holds them.",
    },
    "session switch": {
        "session": "Only the same as name, if it is given at all.",
        "name": "The session that shall be the active one.",
    },
    "session commit": {
        "force": "Execute. Without it nothing is changed, and the answer is a preview.",
        "preview": "The preview's token: refuse if anything changed since that preview.",
        "paths": (f"Commit only these documents, each by {_NAMED}; the rest stays in the session."),
        "on_conflict": (
            "What to do with a document that changed in the folder too and does not merge: stop "
            "before anything is written, overwrite the folder's, or skip it."
        ),
    },
    "session cancel": {"backup_retries": "Keep the rejected versions in the retries' archive."},
    "session undo": {"preview": "Only say what would be undone."},
    "session complete": {"archive": "Move the session's folder to the completed ones."},
    "session phase": {
        "phase": "The phase that begins now.",
        "current_tasks": "What is being worked on in it.",
        "artifacts": (
            'What the phase that ends hands over, by role: {"plan_document": "IMPL_PLAN.md"}. '
            "Where the phase does not change, it is kept until it does."
        ),
    },
    "session checkpoint": {"label": "A word for finding it again."},
    "session restore": {"id": "The checkpoint, as the list of checkpoints names it."},
    "session diff": {
        "path": f"Only this document: {_NAMED}.",
        "context_lines": "How many lines to show around each change.",
    },
    "session trash": {
        "force": "Remove for good. Without it nothing is removed, and the answer is a list.",
        "older_than_days": "Only what is older than this.",
    },
    "retry": {
        "reason": "Why the version is rejected, in the person's own words.",
        "auto_detected": (
            "True if you noticed the rejection yourself in what the person said; false if they "
            "asked for it to be recorded."
        ),
    },
    "retry list": {"file_path": "Only the retries of this document."},
    "retry restore": {"number": "The retry's number, as the list of retries shows it."},
    "write": {"path": f"The document, taken to the letter: {_PATH}."},
    "rename": {
        "new_path": f"Where it goes: {_PATH}.",
        "overwrite": "Replace a document that is there already.",
    },
    "files": {
        "path": "The folder; the root if left out.",
        "recursive": "Also all that lies deeper.",
    },
    "adopt": {
        "paths": f"Only these documents, each by {_NAMED}; all that the session knows if left out."
    },
    "run": {"line": "The slash line, with or without its slash."},
}


_MEANT = {
    "session resume": "the session left last",
    "session undo": "the session committed, cancelled or restored last",
}


def meant(verb: str) -> str:
    """Which session a command is about where none is named."""
    return _MEANT.get(verb, "the active session")


def described(verb: str, argument: str) -> str:
    """The sentence about an argument of a command.

    Args:
        verb: the command's verb.
        argument: the argument's name in snake_case.
    """
    own = _TEXTS.get(verb, {})
    if argument in own:
        return own[argument]
    if argument == "session":
        return f"The session it is about; {meant(verb)} if left out."
    return _TEXTS[_ANY][argument]
