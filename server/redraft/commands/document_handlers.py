"""Handlers of the document and retry commands."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from redraft.commands import finding, results
from redraft.domain import marker, retries, temporary
from redraft.domain.changes import Survey, count
from redraft.domain.session import chosen
from redraft.domain.view import View
from redraft.domain.writing import WritableView
from redraft.errors import InvalidArguments, UnsupportedFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from redraft.commands import requests
    from redraft.domain.progress import Progress
    from redraft.domain.root import Root


def record_retry(root: Root, request: requests.RecordRetry, _: Progress) -> results.Retry:
    """Keep a rejected version with its reason."""
    with chosen(root, request.session) as session:
        view = View(root, session)
        path = finding.shown(view, request.file_path)
        kept = retries.record(view, path, request.reason, auto_detected=request.auto_detected)
        return _retry(root, session.name, kept)


def _retry(root: Root, session: str, kept: retries.Kept) -> results.Retry:
    return results.Retry(
        root=root.path,
        session=session,
        file=kept.file,
        number=kept.number,
        reason=kept.record["reason"],
        auto_detected=kept.record["auto_detected"],
        recorded_at=kept.record["recorded_at"],
        saved_to=kept.saved_to,
    )


def list_retries(root: Root, request: requests.ListRetries, _: Progress) -> results.RetryList:
    """The retries of a document or of the whole session."""
    with chosen(root, request.session) as session:
        if request.file_path is None:
            found = retries.of_session(session)
        else:
            view = View(root, session)
            found = retries.of_document(session, finding.recorded(view, request.file_path))
        rows = [_retry(root, session.name, kept) for kept in found]
        return results.RetryList(root=root.path, session=session.name, retries=rows)


def restore_retry(root: Root, request: requests.RestoreRetry, _: Progress) -> results.RestoredRetry:
    """Bring a rejected version back into the session."""
    if request.number < 1:
        raise InvalidArguments(["'number' must be 1 or more"])
    with chosen(root, request.session) as session:
        view = View(root, session)
        path = finding.recorded(view, request.file_path)
        retries.restore(view, path, request.number)
        return results.RestoredRetry(
            root=root.path, session=session.name, path=path, number=request.number
        )


def resolve(root: Root, request: requests.ResolvePath, _: Progress) -> results.Resolution:
    """Say which file stands behind a path."""
    with _looking(root, request.session) as view:
        found = view.resolve(finding.shown_or(view, request.path))
        return results.Resolution(
            root=root.path,
            session=found.session,
            path=found.path,
            resolved_path=found.resolved_path,
            source=found.source,  # type: ignore[arg-type]  # the view uses these words only
            exists=found.exists,
            modified_in_session=found.modified_in_session,
        )


def _looking(root: Root, session: str | None) -> View:
    """The view for reading: the named session's, the active one's, or plain global."""
    return View.of(root, session if session is not None else marker.active(root))


def read(root: Root, request: requests.ReadDocument, _: Progress) -> results.Document:
    """Read a document, with its earlier rejections."""
    with _looking(root, request.session) as view:
        path = finding.shown(view, request.path)
        file, source = view.open_path(path)
        with file:
            data = file.read()
        session = view.session
        earlier = retries.of_document(session, path) if session is not None else []
        return results.Document(
            root=root.path,
            session=session.name if session is not None else None,
            path=path,
            content=_encode(path, data, request.encoding),
            encoding=request.encoding,
            source=source,  # type: ignore[arg-type]  # the view uses these words only
            retries=[_retry(root, session.name, kept) for kept in earlier] if session else [],
        )


def _encode(path: str, data: bytes, encoding: str) -> str:
    if encoding == "base64":
        return base64.b64encode(data).decode("ascii")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise UnsupportedFile(path, "is not UTF-8 text; read it with encoding base64") from None


def _decode(content: str, encoding: str) -> bytes:
    try:
        if encoding == "base64":
            return base64.b64decode(content, validate=True)
        return content.encode("utf-8")
    except (UnicodeEncodeError, binascii.Error, ValueError) as error:
        raise InvalidArguments([f"'content' is not {encoding}: {error}"]) from None


def write(root: Root, request: requests.WriteDocument, _: Progress) -> results.Change:
    """Write a document into the session."""
    data = _decode(request.content, request.encoding)
    return written(root, request.session, request.path, [data])


def written(root: Root, session: str | None, path: str, chunks: Iterable[bytes]) -> results.Change:
    """Write a document's chunks into the session."""
    return _changed(root, session, lambda _: path, lambda view, at: view.write(at, chunks))


def delete(root: Root, request: requests.DeleteDocument, _: Progress) -> results.Change:
    """Delete a document or folder in the session."""

    def find(view: View) -> str:
        return finding.shown(view, request.path, follow_last=False)

    return _changed(root, request.session, find, lambda view, at: view.delete(at))


def rename(root: Root, request: requests.RenameDocument, _: Progress) -> results.Change:
    """Rename a document or folder in the session."""

    def act(view: WritableView, at: str) -> str:
        source = finding.shown(view, request.path, follow_last=False)
        return view.rename(source, at, overwrite=request.overwrite)

    return _changed(root, request.session, lambda _: request.new_path, act)


def _changed(
    root: Root,
    session: str | None,
    find: Callable[[View], str],
    act: Callable[[WritableView, str], str],
) -> results.Change:
    """Do one step on a document and say what the session holds now.

    Without a session a temporary one is made, but only once the path is known to be good.
    """
    with _looking(root, session) as plain:
        plain.path_of(find(plain), follow_last=False)
    with temporary.Destination(root, session) as to, WritableView.of(root, to.name) as view:
        path = find(view)
        kind: Any = act(view, path)
        opened = view.session
        return results.Change(
            root=root.path,
            session=opened.name if opened is not None else to.name,
            path=view.path_of(path, follow_last=False),
            kind=kind,
            change_count=count(opened.folder) if opened is not None else 0,
        )


def list_documents(root: Root, request: requests.ListDocuments, _: Progress) -> results.Listing:
    """List a folder as the session shows it."""
    with _looking(root, request.session) as view:
        path = view.path_of(request.path)
        if request.recursive:
            found = list(view.walk(path))
        else:
            start = f"{path}/" if path else ""
            found = [(start + name, kind) for name, kind in view.list_path(path)]
        survey = Survey(view.session.folder) if view.session is not None else None
        entries = [
            results.Entry(path=p, type=kind, kind=_kind(survey, p))  # type: ignore[arg-type]  # the view uses these words only
            for p, kind in found
        ]
        name = view.session.name if view.session is not None else None
        return results.Listing(root=root.path, session=name, entries=entries)


def _kind(survey: Survey | None, path: str) -> results.ChangeKind | None:
    if survey is None:
        return None
    if path in survey.modified:
        return "modified"
    return "created" if path in survey.created else None
