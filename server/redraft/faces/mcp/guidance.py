"""What an assistant is told: about the server, about each tool, and when to record a retry."""

from __future__ import annotations

NAME = "session_management_mcp"
TITLE = "Redraft writing sessions"

WHEN_TO_RECORD = (
    "When the person's words reject the last draft of a document and ask for another try "
    '("no, too slow", "that is not her voice, again", "try it shorter"), call record_human_retry '
    "with auto_detected=true and their reason before you write the next version. Do it also when "
    "they do not name the command. Do not do it for praise, for questions, for a new task, or for "
    "a small correction that keeps the draft. If they ask for it to be recorded, call it with "
    "auto_detected=false."
)

INSTRUCTIONS = f"""\
A session is a named, isolated draft of a whole folder of documents. What you write goes to the \
active session; the real files stay as they are, byte for byte, until the session is committed. \
Commit and cancel can both be undone.

- Read with read_document and write with write_document: reads show the session's version, and \
the real file where the session has none. Every answer names the session that it used, and every \
answer that changed something ends with what the session holds now: look at it.
- read_document also gives the versions that a person rejected earlier, with the reasons. Do not \
write the same thing again.
- {WHEN_TO_RECORD}
- commit_session without force only previews. Show the preview to the person, and execute with \
force=true and its preview token when they agree.
- If no session is active, start one with create_session before you write; else a temporary one is \
made.
"""

TOOLS = {
    "create_session": (
        "Start a session, a named draft of the whole folder, and make it the active one. Nothing "
        "is copied until a document is written."
    ),
    "list_sessions": "List the sessions of the folder: status, changes, retries, age.",
    "get_active_session": (
        "Show the active session (or the named one) in full: what it modified, created and "
        "deleted, its phase and tasks, its retries, and documents that changed in the folder too."
    ),
    "switch_session": "Make another session the active one. Nothing in either session changes.",
    "pause_session": "Leave a session without ending it: no session is active afterwards.",
    "resume_session": (
        "Take a paused or completed session up again, and learn where the work stood: phase, "
        "tasks, last checkpoint, what the phase before handed over. Without a name it is the one "
        "paused last."
    ),
    "commit_session": (
        "Apply a session to the real files. Without force it changes nothing and previews what "
        "would be overwritten, created and deleted; with force=true (and the preview's token) it "
        "executes, and the session ends. Ask the person before you use force. undo_session takes "
        "it back."
    ),
    "cancel_session": (
        "Give a session up: it moves to the trash with all its changes, the real files stay as "
        "they are. Ask the person first. undo_session brings it back."
    ),
    "undo_session": (
        "Undo the newest commit, cancel or restore (or that of the named session). Files that "
        "somebody edited since are left as they are, and named."
    ),
    "complete_session": (
        "End a session without applying it, and say what stays unapplied. It goes to the archive; "
        "resume_session with its name takes it up again."
    ),
    "set_phase": "Move a session to another phase (PLAN, IMPLEMENT, REVIEW); a checkpoint is kept.",
    "checkpoint_session": "Keep the session's documents as they are now, to come back to.",
    "list_checkpoints": "List a session's checkpoints, oldest first.",
    "restore_checkpoint": (
        "Bring a checkpoint's documents back into the session. What they replace becomes a "
        "checkpoint first."
    ),
    "diff_session": "Show how the session differs from the real files, as unified differences.",
    "discard_changes": (
        "Take single changes out of the session: the documents are as in the folder again, the "
        "session's copies go to the trash."
    ),
    "recover_session": (
        "Finish or roll back an operation that was interrupted in a session, and say what was "
        "found and repaired."
    ),
    "empty_trash": (
        "List what lies in the trash and the archive; with force=true remove it for good. Use "
        "force only if the person asks for exactly this: it cannot be undone."
    ),
    "record_human_retry": (
        "Record that a person rejected the current version of a document: the version is kept "
        f"under its own number together with the reason. {WHEN_TO_RECORD}"
    ),
    "list_retries": "List the rejected versions with their reasons, of one document or of all.",
    "restore_retry": "Make a rejected version the session's version again.",
    "resolve_path": (
        "Say which file stands behind a path: the session's copy, the real file, or none because "
        "the session deleted it."
    ),
    "read_document": (
        "Read a document as the session shows it, with the reasons for which earlier versions of "
        "it were rejected. Read with encoding base64 what is not UTF-8 text."
    ),
    "write_document": (
        "Write a whole document into the session; the real file does not change. Without an "
        "active session a temporary one is made, and named in the answer."
    ),
    "delete_document": "Delete a document or folder in the session; the real one stays.",
    "rename_document": "Rename a document or folder in the session; the real one stays.",
    "list_documents": (
        "List a folder as the session shows it: with what it added, without what it deleted."
    ),
    "adopt_changes": (
        "Take edits that went past the session (a program wrote to the real file) into the "
        "session, and put the real file back."
    ),
}
"""What each tool is for, by its name."""
