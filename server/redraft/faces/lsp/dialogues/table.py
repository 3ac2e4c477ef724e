"""The dialogues by the name of the editor's command, ``redraft.ui.<name>``, that begins them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redraft.faces.lsp.dialogues import (
    committing,
    comparing,
    ending,
    keeping,
    leading,
    managing,
    menu,
    rejecting,
    sessions,
    slash,
)

if TYPE_CHECKING:
    from redraft.faces.lsp.dialogues.desk import Dialogue

DIALOGUES: dict[str, Dialogue] = {
    "menu": menu.menu,
    "status": menu.status,
    "start": sessions.start,
    "switch": sessions.switch,
    "pause": sessions.pause,
    "resume": sessions.resume,
    "phase": sessions.phase,
    "commit": committing.commit,
    "commitFile": committing.commit_documents,
    "cancel": ending.cancel,
    "complete": ending.complete,
    "undo": ending.undo,
    "discard": ending.discard,
    "checkpoint": keeping.checkpoint,
    "restoreCheckpoint": keeping.restore_checkpoint,
    "recover": keeping.recover,
    "doctor": keeping.doctor,
    "emptyTrash": keeping.empty_trash,
    "compareWithGlobal": comparing.compare,
    "openChange": comparing.compare,
    "openFile": comparing.open_document,
    "openGlobal": comparing.open_global,
    "openInSession": comparing.open_in_session,
    "compareAll": comparing.compare_all,
    "showDrift": comparing.show_drift,
    "newFile": managing.new_file,
    "newFolder": managing.new_folder,
    "renameInSession": managing.rename,
    "deleteInSession": managing.delete,
    "addFolder": managing.add_folder,
    "recordRetry": rejecting.record,
    "showRetries": rejecting.show,
    "askToLead": leading.ask,
    "tellEnded": leading.tell_ended,
    "tellUnsaved": leading.tell_unsaved,
    "tellWhyNot": leading.tell_why_not,
    "slash": slash.slash,
    "runLine": slash.run_line,
}
