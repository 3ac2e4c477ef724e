"""Bad arguments over the wire: the same refusals, with LSP's numbers, and nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from pygls.exceptions import JsonRpcException
from tests.bad_input import SESSION, cases, make_root
from tests.commands.test_bad_input import everything
from tests.faces.lsp.editor import Editor

from redraft.commands.parameters import parameters

pytestmark = pytest.mark.asyncio(loop_scope="module")


def camel(name: str) -> str:
    """A declared argument's name as LSP writes it."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


async def test_every_bad_call_is_refused_and_changes_nothing(
    server: Editor, tmp_path: Path
) -> None:
    book = make_root(tmp_path / "bad book")
    server.folders(added=[book])
    await server.until(lambda: server.last(book))
    await server.command("session.start", name=SESSION)
    await server.command("session.phase", phase="IMPLEMENT")
    before = everything(book)
    wrong: list[str] = []
    for case in cases():
        if case.command.lsp is None:
            continue
        known = parameters(case.command.request)
        sent = {camel(k) if k in known else k: v for k, v in case.arguments.items()}
        with pytest.raises(JsonRpcException) as caught:
            await server.command(case.command.lsp, **sent)
        number = -32602 if case.code == "invalid_arguments" else -32803
        data = caught.value.data or {}
        if caught.value.code != number or data.get("code") != case.code:
            wrong.append(f"{case}: {caught.value.code} {data}")
    server.folders(removed=[book])
    assert not wrong, "\n".join(wrong)
    assert everything(book) == before
