"""Failures as the wire shows them, and what of them is logged.

Expected failures carry their stable code and no traceback. Anything else is a bug: the client
gets a short sentence without the machine's paths, the traceback goes to the log on stderr.
"""

from __future__ import annotations

import errno
import logging
import traceback
from typing import TYPE_CHECKING, Any

from pygls.exceptions import JsonRpcException

from redraft.domain.progress import Cancelled
from redraft.errors import InvalidArguments, IoError, RedraftError, UnsupportedFile

if TYPE_CHECKING:
    from typing import Final

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
INTERNAL_ERROR: Final = -32603
NOT_INITIALIZED: Final = -32002
REQUEST_FAILED: Final = -32803
REQUEST_CANCELLED: Final = -32800

# What pygls logs of a client's mistakes: each is answered, or of no consequence.
_ANSWERED: Final = (
    "Cancel notification for unknown message",
    "Failed to handle request %r, unknown method",
    "Ignoring notification for unknown method",
    "Received response to unknown message",
    "Server shutting down. No more requests!",
)

logger = logging.getLogger("redraft.lsp")

_FILE_CODES: Final = {
    "file_not_found": "FileNotFound",
    "session_not_found": "FileNotFound",
    "invalid_session_name": "FileNotFound",
    "no_active_session": "FileNotFound",
    "file_exists": "FileExists",
    "path_outside_root": "NoPermissions",
    "protected_path": "NoPermissions",
}
_FILE_ERRNOS: Final = {
    errno.ENOENT: "FileNotFound",
    errno.EEXIST: "FileExists",
    errno.ENOTDIR: "FileNotADirectory",
    errno.EISDIR: "FileIsADirectory",
}


class NotAFolder(UnsupportedFile):
    """A document where a folder was expected."""


class IsAFolder(UnsupportedFile):
    """A folder where a document was expected."""


class ReadOnly(InvalidArguments):
    """A side for comparing, or the folder itself, was to be changed."""


def response_error(error: BaseException, what: str) -> dict[str, object]:
    """The ``error`` member of a response.

    Args:
        error: what was raised.
        what: the method or command, for the log.
    """
    if isinstance(error, Cancelled):
        return {"code": REQUEST_CANCELLED, "message": "Cancelled; nothing was changed."}
    if isinstance(error, OSError):
        error = IoError(error)
    if not isinstance(error, RedraftError):
        return unexpected(error, what)
    number = INVALID_PARAMS if isinstance(error, InvalidArguments) else REQUEST_FAILED
    return {"code": number, "message": error.message, "data": error.as_dict()}


def file_error(error: BaseException, what: str) -> dict[str, object]:
    """The same for the editor's file system: its own code in ``code``, ours in ``reason``."""
    answer = response_error(error, what)
    data = answer.get("data")
    if isinstance(data, dict):
        data["reason"] = data["code"]
        data["code"] = _file_code(error, data)
    return answer


def _file_code(error: BaseException, data: dict[str, object]) -> str:
    if isinstance(error, NotAFolder):
        return "FileNotADirectory"
    if isinstance(error, IsAFolder):
        return "FileIsADirectory"
    if isinstance(error, ReadOnly):
        return "NoPermissions"
    if data["reason"] == "io_error":
        number = data.get("errno")
        return _FILE_ERRNOS.get(number, "Unavailable") if isinstance(number, int) else "Unavailable"
    return _FILE_CODES.get(str(data["reason"]), "Unavailable")


def unexpected(error: BaseException, what: str) -> dict[str, object]:
    """A bug: logged with its traceback, named to the client by its type alone."""
    logger.error(
        "Unexpected %s in %s\n%s",
        type(error).__name__,
        what,
        "".join(traceback.format_exception(error)),
    )
    return {
        "code": INTERNAL_ERROR,
        "message": f"Redraft met an unexpected problem ({type(error).__name__}). See its log.",
    }


class Expected(JsonRpcException):
    """A failure in pygls' own terms, for the features that go its way."""


def as_json_rpc(error: BaseException, what: str) -> Expected:
    """Turn what was raised into what pygls sends."""
    member: Any = response_error(error, what)
    return Expected(member["message"], member["code"], member.get("data"))


class WithoutExpected(logging.Filter):
    """Keeps failures that are answered to the client anyway out of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is worth a line."""
        raised = record.exc_info[1] if record.exc_info else None
        if isinstance(raised, RedraftError | Cancelled | Expected):
            return False
        return not record.msg.startswith(_ANSWERED)


def configure_logging() -> None:
    """Send warnings to stderr; at INFO pygls would log every document it sends."""
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    logging.getLogger("pygls").setLevel(logging.WARNING)
    hide = WithoutExpected()
    for name in ("pygls.protocol.json_rpc", "pygls.protocol.language_server", "pygls.server"):
        logging.getLogger(name).addFilter(hide)
