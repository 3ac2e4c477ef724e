"""Views lent to programs: laid over the root or copied, what comes back is the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import picture
from tests.domain.desk import Desk
from tests.domain.lender import begin, contents, done, play, shown

from redraft.disk.folder import Folder
from redraft.domain import layout, loans, taking_back, temporary
from redraft.domain.handing import hand_over
from redraft.domain.lending import copy_entry
from redraft.domain.loans import COPY, OVERLAY, OWNER, Loan, unfinished
from redraft.domain.refreshing import refresh
from redraft.domain.session import Session
from redraft.domain.taking_back import take_back
from redraft.errors import RedraftError, SessionNotFound

WAYS = (OVERLAY, COPY)


@pytest.fixture(params=WAYS)
def how(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# Any program ----------------------------------------------------------------

PATHS = ("a", "b", "d/a", "d/b", "d/e/c", "f")
NAMES = (*PATHS, "d", "d/e", "g")
NAME, PATH = st.sampled_from(NAMES), st.sampled_from(PATHS)
STEP = st.one_of(
    st.tuples(st.just("w"), PATH, st.sampled_from("xyz")),
    st.tuples(st.just("a"), PATH, st.just("+")),
    st.tuples(st.just("rm"), NAME, st.just("")),
    st.tuples(st.just("mv"), NAME, NAME),
    st.tuples(st.just("mkdir"), st.sampled_from(("d", "d/e", "g", "a")), st.just("")),
    st.tuples(st.just("chmod"), PATH, st.sampled_from(("600", "644"))),
    st.tuples(st.just("cp"), NAME, NAME),
)
SHELL = {
    "w": '[ -d "{0}" ] || {{ mkdir -p "$(dirname {0})" && echo {1} > {0}; }}',
    "a": '[ -f "{0}" ] && echo {1} >> {0}',
    "rm": "rm -rf {0}",
    "mv": "mv -T {0} {1}",
    "mkdir": "mkdir -p {0}",
    "chmod": "[ -f {0} ] && chmod {1} {0}",
    "cp": "[ -e {1} ] || cp -rT {0} {1}",
}


def script(steps: list[tuple[str, str, str]]) -> str:
    lines = [f"( {SHELL[word].format(*rest)} ) 2> /dev/null" for word, *rest in steps]
    return "\n".join([*lines, "true"])


@settings(max_examples=25)
@given(
    before=st.lists(PATH, max_size=5, unique=True),
    earlier=st.lists(STEP, max_size=5),
    steps=st.lists(STEP, min_size=1, max_size=8),
)
def test_a_session_shows_what_any_program_would_have_made_of_a_plain_folder(
    before: list[str], earlier: list[tuple[str, str, str]], steps: list[tuple[str, str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as base:
        plain = Path(base, "plain")
        plain.mkdir()
        for path in before:
            if not any(path.startswith(f"{p}/") or p.startswith(f"{path}/") for p in before):
                (plain / path).parent.mkdir(parents=True, exist_ok=True)
                (plain / path).write_text("old\n")
        desks = []
        for way in WAYS:
            shutil.copytree(plain, Path(base, way, "x"))
            desk = Desk(Path(base, way, "root"))
            shutil.copytree(plain, desk.path, dirs_exist_ok=True)
            desk.start()
            desks.append((way, desk, picture(desk.path)))
        for part in (earlier, steps):
            ran = subprocess.run(["sh", "-c", script(part)], cwd=plain, check=True)
            assert ran.returncode == 0
            for way, desk, untouched in desks:
                done(desk, way, script(part))
                assert shown(desk) == contents(plain), way
                assert picture(desk.path) == untouched
        for _, desk, _ in desks:
            desk.close()


# What a session holds when the view is laid out -------------------------------------------------


def test_a_view_shows_every_shape_of_a_session(draft: Desk, how: str) -> None:
    draft.put("x/deep/one.md")
    draft.put("gone.md")
    draft.put("doc/in.md")
    draft.put("empty/e.md")
    draft.put("deep/down/one.md")
    draft.put("deep/down/two.md")
    draft.run("delete", path="deep/down/one.md")
    draft.run("delete", path="x")
    draft.write("x/deep/new.md", "new\n")
    draft.run("delete", path="gone.md")
    (draft.path / "gone.md").unlink()
    draft.run("delete", path="doc")
    draft.write("doc", "a document\n")
    draft.run("delete", path="empty")
    with draft.view() as view:
        view.make_folder("empty")
    draft.run("delete", path="part/sub/c.md")
    draft.write("part/sub/d.md", "d\n")
    (draft.path / "link").symlink_to(draft.path / "a.md")
    (draft.path / "out").symlink_to("../private")
    (draft.path / ".workflow/draft/files/own").symlink_to("a.md")
    os.mkfifo(draft.path / "pipe")
    loan = done(draft, how, "ls -a . * > ../listed; cat doc x/deep/new.md link > ../read; rm -f no")
    assert (loan.changed, loan.aside, loan.left) == ({}, {}, {})


def test_what_other_programs_may_not_see_lies_where_they_cannot_look(draft: Desk) -> None:
    loan = begin(draft, COPY)
    open_to_all = draft.path.parent / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    with loan, Session.open(draft.root, "draft") as session, pytest.raises(PermissionError):
        Loan.begin(session, str(open_to_all), COPY)


# Taking back ----------------------------------------------------------------


def test_taking_back_twice_changes_nothing_more(draft: Desk, how: str) -> None:
    with begin(draft, how) as loan:
        play(draft, loan, "echo x > x.md; rm -r part; chmod 600 a.md; mkdir new; rm x.md; echo > y")
        take_back(draft.root, loan)
        before = shown(draft)
        with Loan.open(loan.path) or loan as again:
            take_back(draft.root, again)
        assert shown(draft) == before
        loan.load()
        loan.views = {k: v for k, v in loan.views.items() if k == "a.md"}
        take_back(draft.root, loan)  # as after a death before the manifest was written
        assert shown(draft) == before
        assert loan.aside == {}


def test_what_came_back_is_counted_from_the_programs_side(draft: Desk, how: str) -> None:
    with begin(draft, how) as loan:
        play(draft, loan, "echo x > x.md; echo y > y.md; rm a.md; echo b > part/b.md")
        take_back(draft.root, loan)
        play(draft, loan, "rm x.md part/b.md; echo more >> y.md; echo again > a.md")
        take_back(draft.root, loan)
        wanted = {"y.md": "created", "a.md": "modified", "part/b.md": "deleted"}
        assert loan.changed == wanted


def test_a_folder_whose_documents_changed_meanwhile_keeps_those(draft: Desk, how: str) -> None:
    with begin(draft, how) as loan:
        play(draft, loan, "rm -r part")
        draft.write("part/sub/c.md", "theirs\n")
        take_back(draft.root, loan)
        assert draft.read("part/sub/c.md") == "theirs\n"
        assert draft.changes()[2] == ["part/b.md"]
        assert loan.aside == {"part/sub/c.md": ""}


def test_a_later_version_of_what_was_set_aside_is_set_aside_too(draft: Desk, how: str) -> None:
    with begin(draft, how) as loan:
        play(draft, loan, "echo one > a.md; echo one > b.md")
        draft.write("a.md", "theirs\n")
        draft.write("b.md", "theirs\n")
        take_back(draft.root, loan)
        play(draft, loan, "echo two > a.md")
        take_back(draft.root, loan)
        assert draft.read("a.md") == draft.read("b.md") == "theirs\n"
        assert (draft.path / loan.aside["a.md"]).read_text() == "two\n"


def test_links_and_pipes_leave_what_was_there_as_it_was(draft: Desk, how: str) -> None:
    (draft.path / "link").symlink_to("a.md")
    loan = done(
        draft,
        how,
        "rm a.md part/b.md; ln -s x a.md; mkfifo part/b.md; rm -r part/sub; ln -s y part/sub;"
        "touch -h link; rm link; ln -s a.md link; mkdir .git; echo > .git/x; mkdir -p p/.GIT",
    )
    assert sorted(loan.left) == [".git", "a.md", "p/.GIT", "part/b.md", "part/sub"]
    assert draft.changes() == ([], [], [])


def test_a_link_that_gave_way_to_a_document_is_not_followed(draft: Desk, how: str) -> None:
    (draft.path / "link").symlink_to("a.md")
    (draft.path / "there").symlink_to("part")
    loan = done(draft, how, "rm link there; echo own > link; mkdir there; echo in > there/in.md")
    assert loan.left == {}
    assert draft.read("a.md") == "one\ntwo\nthree\n"
    assert shown(draft)["link"] == (0o644, b"own\n")
    assert shown(draft)["there/in.md"] == (0o644, b"in\n")


def test_a_document_that_vanishes_while_it_is_taken_is_left_to_the_next_pass(
    draft: Desk, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with begin(draft, how) as loan:
        play(draft, loan, "echo x > x.md")
        part = Path(loan.path, loan.part, "x.md")
        real = loans.shown

        def seen(view: object, path: str) -> object:
            part.unlink(missing_ok=True)
            return real(view, path)  # type: ignore[arg-type]  # the view is passed through

        monkeypatch.setattr(taking_back, "shown", seen)
        take_back(draft.root, loan)
        assert "x.md" not in loan.changed


def test_what_no_session_can_hold_is_named(draft: Desk, how: str) -> None:
    os.mkfifo(draft.path / "pipe")
    loan = done(draft, how, "rm -f pipe; echo x > pipe")
    assert list(loan.left) == ["pipe"]
    assert draft.changes() == ([], [], [])


def test_a_loan_of_an_ended_session_waits(draft: Desk, how: str) -> None:
    with begin(draft, how) as loan:
        play(draft, loan, "echo x > x.md")
        draft.run("session cancel")
        with pytest.raises(SessionNotFound):
            take_back(draft.root, loan)
        with Folder.open(draft.root.path) as seen:
            refresh(draft.root, loan, seen)
    left = draft.run("doctor").left
    assert any(loan.path in line for line in left)
    draft.undo()
    done_now = draft.run("doctor")
    assert any("Took 1 document" in line for line in done_now.repaired)
    assert draft.read("x.md", session="draft") == "x\n"


def test_what_was_set_aside_after_a_death_is_reported(draft: Desk, how: str) -> None:
    with begin(draft, how) as loan:
        play(draft, loan, "echo x > a.md; rm part/b.md; ln -s x l; echo y > y; echo z > z")
        draft.write("a.md", "theirs\n")
        draft.write("part/b.md", "theirs\n")
    told = draft.run("session recover")
    assert any("'a.md'" in line and ".trash/" in line for line in told.repaired)
    assert any("had deleted it" in line for line in told.repaired)
    assert any("Left out 'l'" in line for line in told.repaired)
    assert any("Took 2 documents" in line for line in told.repaired)


# Loans that are none ----------------------------------------------------------------


def test_only_whole_loans_of_this_root_are_taken_up(draft: Desk, tmp_path: Path) -> None:
    notes = draft.path / layout.LOANS
    with begin(draft, COPY) as loan:
        assert list(unfinished(draft.root)) == []  # we hold it ourselves
        name = loan.id
    (notes / "broken").write_text("{")
    (notes / ".new-x").write_text("{}")
    (notes / "elsewhere").write_text(json.dumps({"at": loan.path}))
    (notes / "nowhere").write_text(json.dumps({"at": "/nowhere/nowhere"}))
    hollow = tmp_path / "hollow"
    hollow.mkdir()
    (notes / "hollow").write_text(json.dumps({"at": str(hollow)}))
    (hollow / "manifest.json").write_text("[]")
    assert [each.id for each in unfinished(draft.root)] == [name]
    assert list(unfinished(draft.root, name)) == []
    manifest = Path(loan.path, "manifest.json")
    saved = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(saved | {"root": 1}))
    assert list(unfinished(draft.root)) == []
    (hollow / "manifest.json").write_text("{")
    assert Loan.open(str(hollow)) is None
    (hollow / "manifest.json").write_text(json.dumps(saved | {"views": 5}))
    assert Loan.open(str(hollow)) is None
    assert Loan.open(str(tmp_path / "nowhere")) is None
    manifest.write_text(json.dumps(saved))
    assert [each.id for each in unfinished(draft.root)] == [name]
    Path(loan.path).chmod(0o777)
    assert list(unfinished(draft.root)) == []  # anybody could have put that there
    Path(loan.path).chmod(0o700)
    if os.geteuid() == 0:  # who is nobody else may give nothing away
        os.chown(loan.path, 65534, 65534)
        assert list(unfinished(draft.root)) == []  # somebody else did put it there
        os.chown(loan.path, 0, 0)
    assert [each.id for each in unfinished(draft.root)] == [name]


def test_a_loan_that_came_with_the_root_is_none_of_ours(draft: Desk) -> None:
    """Its folder would be taken back, and removed, wherever a stranger says that it is."""
    with begin(draft, COPY) as loan:
        name = loan.id
    inside = draft.path / "part" / name
    shutil.copytree(loan.path, inside)
    inside.chmod(0o700)
    note = draft.path / layout.LOANS / name
    for place in (inside, f"{draft.path}/part/../part/{name}", f"/\0/{name}"):
        note.write_text(json.dumps({"at": str(place)}))
        assert list(unfinished(draft.root)) == []
    assert (inside / "manifest.json").exists()


def test_a_claim_is_let_go_when_it_is_given_back(draft: Desk) -> None:
    with begin(draft, COPY) as loan, Loan.open(loan.path) or loan as other:
        assert other.take(OWNER) is None
        taken = loan.take("sync")
        assert taken is not None
        loan.let(taken)
        assert other.take("sync") is not None


def test_the_door_to_the_real_root_is_never_removed_with_what_is_behind(draft: Desk) -> None:
    with begin(draft, OVERLAY) as loan:
        behind = Path(loan.path, "real", "precious.md")
        behind.write_text("x")
        with pytest.raises(OSError, match="not empty"):
            loan.end(draft.root)
        assert behind.exists()


# Refreshing ----------------------------------------------------------------


def test_a_program_is_shown_what_the_session_took_from_elsewhere(draft: Desk) -> None:
    draft.put("del/x.md")
    draft.put("del/sub/y.md")
    draft.put("other.md")
    with begin(draft, COPY) as loan, loan.folder.sub("view") as view:
        here = Path(loan.path, "view")
        draft.write("a.md", "new\n")
        draft.write("fresh/f.md", "f\n")
        draft.run("delete", path="del")
        draft.write("part/b.md", "theirs\n")
        (here / "part/b.md").write_text("the program's\n")
        (here / "del/x.md").unlink()
        draft.run("delete", path="other.md")
        with draft.view() as own:
            own.delete("part/sub/c.md")
            own.make_folder("part/sub/c.md")
        refresh(draft.root, loan, view)
        assert (here / "a.md").read_text() == "new\n"
        assert (here / "fresh/f.md").read_text() == "f\n"
        assert not (here / "del").exists()
        assert (here / "part/b.md").read_text() == "the program's\n"
        take_back(draft.root, loan)
        assert draft.read("a.md") == "new\n"
        assert draft.read("part/b.md") == "theirs\n"
        assert list(loan.aside) == ["part/b.md"]
        draft.run("session discard", paths=["other.md"])
        refresh(draft.root, loan, view)
        assert (here / "other.md").read_text() == "text\n"
        with draft.view() as own:
            own.make_folder("del")
        refresh(draft.root, loan, view)
        assert list((here / "del").iterdir()) == []


def test_a_document_and_a_folder_change_places_for_the_program(draft: Desk) -> None:
    with begin(draft, COPY) as loan, loan.folder.sub("view") as view:
        here = Path(loan.path, "view")
        draft.run("delete", path="a.md")
        draft.write("a.md/in.md", "in\n")
        draft.run("delete", path="part")
        draft.write("part", "a document\n")
        refresh(draft.root, loan, view)
        assert (here / "a.md/in.md").read_text() == "in\n"
        assert (here / "part").read_text() == "a document\n"
        take_back(draft.root, loan)
        assert (loan.changed, loan.aside) == ({}, {})


def test_a_folder_made_anew_holds_only_what_is_new(draft: Desk, how: str) -> None:
    draft.put("part/sub/deep/x.md")
    draft.put("part/keep/k.md", "k\n")
    loan = done(
        draft,
        how,
        "rm -r part; mkdir -p part/sub/deep part/keep; echo k > part/keep/k.md; echo n > part/n.md;"
        "echo new > part/sub/deep/new.md; true",
    )
    assert draft.changes() == (
        [],
        ["part/n.md", "part/sub/deep/new.md"],
        ["part/b.md", "part/sub/c.md", "part/sub/deep/x.md"],
    )
    assert len(loan.changed) == 5


def test_a_link_that_was_only_touched_is_no_change(draft: Desk, how: str) -> None:
    (draft.path / "link").symlink_to("a.md")
    (draft.path / ".workflow/draft/files/own").symlink_to("a.md")
    with begin(draft, how) as loan:
        play(draft, loan, "touch -h link own; cp -P link l2; mv l2 link; cp -P own o2; mv o2 own")
        loan.views = {}  # as if it had never been looked at
        take_back(draft.root, loan)
        assert (loan.changed, loan.left) == ({}, {})


def test_a_loan_finds_its_session_among_others(draft: Desk) -> None:
    with begin(draft, COPY) as loan:
        draft.start("another")
        draft.run("session cancel", name="draft")
        with pytest.raises(SessionNotFound):
            loan.find(draft.root)
        draft.undo(name="draft")
        loan.session = "zzz"
        with loan.find(draft.root) as found:
            assert found.name == "draft"


def test_a_document_that_vanishes_is_not_lent(draft: Desk, tmp_path: Path) -> None:
    with Folder.open(str(tmp_path)) as folder:
        copy_entry(folder, "gone", folder, "copy")
        assert folder.stat("copy") is None


def test_a_temporary_session_goes_only_while_it_is_empty(desk: Desk) -> None:
    desk.put("a.md")
    for make in (
        lambda name: None,
        lambda name: desk.write("a.md"),
        lambda name: (desk.path / ".workflow" / name / "plan.md").touch(),
        lambda name: hand_over(desk.view(name), "a.md", copy=False),
    ):
        name, made = temporary.ensure(desk.root, None)
        assert made
        make(name)
        gone = temporary.drop_if_empty(desk.root, name)
        assert gone == (not (desk.path / ".workflow" / name).exists())
        assert gone == (desk.root.folder.stat(f".workflow/{name}") is None)
        if not gone:
            desk.run("session cancel")


def test_nothing_is_lent_beneath_an_impossible_place(draft: Desk) -> None:
    with Session.open(draft.root, "draft") as session, pytest.raises((OSError, RedraftError)):
        Loan.begin(session, str(draft.path / "a.md" / "below"), COPY)
