"""``redraft exec``: programs see a session's view, and what they change lands in the session."""

from __future__ import annotations

import errno
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.faces.exec_desk import DOCUMENTS, Place

# Whole programs, many of which start Python again.
pytestmark = pytest.mark.slow
WAYS = ("overlay", "copy")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path.resolve())


@pytest.fixture
def draft(place: Place) -> Place:
    """With a session that holds a change of each kind."""
    place.run("session start", name="draft")
    place.write("a.md", "mine\n")
    place.write("new/n.md", "new\n")
    place.run("delete", path="part/sub")
    return place


@pytest.fixture(params=WAYS)
def how(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_program_sees_what_the_session_shows(draft: Place, how: str) -> None:
    ran = draft.sh("cat a.md new/n.md; find . -name '*.md' -not -path './.w*' | sort", how)
    assert ran.out.split() == [
        *("mine", "new", "./a.md", "./new/n.md"),
        *("./other/d.md", "./other/e.md", "./part/b.md"),
    ]
    assert ran.changed == {"modified": [], "created": [], "deleted": []}
    assert draft.untouched()
    assert draft.leftovers() == []


CREATED = [
    *("brand.md", "hard.md", "other/moved.md", "part/sub/again.md"),
    *("partly/b.md", "Ünï 日本/ö .md"),
]
SCRIPT = """
set -e
cat part/b.md > /dev/null
echo more >> a.md
printf 'in place' | dd of=other/d.md conv=notrunc 2> /dev/null
echo brand > brand.md
mv other/e.md other/moved.md
mv part partly
rm new/n.md; rmdir new
mkdir -p part/sub; echo again > part/sub/again.md
chmod 600 other/moved.md
mkdir 'Ünï 日本'; echo x > 'Ünï 日本/ö .md'
ln -s a.md link.md; ln brand.md hard.md; mkfifo pipe
echo outside > "$OUTSIDE"
exit 3
"""


def test_what_a_program_changes_lands_in_the_session(draft: Place, how: str) -> None:
    outside = draft.state.parent / "outside"
    ran = draft.sh(SCRIPT, how, OUTSIDE=str(outside))
    assert ran.code == 3, ran.said
    assert draft.untouched()
    assert outside.read_text() == "outside\n"
    assert ran.changed == {
        "modified": ["a.md", "other/d.md"],
        "created": CREATED,
        "deleted": ["new/n.md", "other/e.md", "part/b.md"],
    }
    assert {each["path"] for each in ran.told["left_out"]} == {"link.md", "pipe"}
    assert draft.changes() == {
        "modified": ["a.md", "other/d.md"],
        "created": CREATED,
        "deleted": ["other/e.md", "part/b.md", "part/sub/c.md"],
    }
    assert draft.read("a.md") == "mine\nmore\n"
    assert draft.read("other/d.md") == "in place"
    copy = draft.root / ".workflow/draft/files/other/moved.md"
    assert copy.stat().st_mode & 0o777 == 0o600
    assert draft.leftovers() == []


def test_redraft_called_inside_acts_on_the_real_session(draft: Place, how: str) -> None:
    ran = draft.sh(
        """
        echo by-program > other/d.md; redraft read other/d.md
        mkdir deep; cd deep
        echo by-redraft | redraft write in.md; cat in.md
        cd ..; redraft delete other/e.md > /dev/null; ls other
        redraft session status --json > /dev/null && redraft resolve a.md
        mkdir .workflow/harm 2> /dev/null
        """,
        how,
    )
    lines = ran.out.splitlines()
    assert lines[0] == "by-program"
    assert lines[2:4] == ["by-redraft", "d.md"]
    assert lines[4] == f"{draft.root}/.workflow/draft/files/a.md"
    assert ran.changed == {"modified": ["other/d.md"], "created": [], "deleted": []}
    assert draft.changes()["created"] == ["deep/in.md", "new/n.md"]
    assert not (draft.root / ".workflow/harm").exists()
    assert draft.untouched()


def test_what_redraft_changed_inside_is_not_called_nothing(draft: Place, how: str) -> None:
    draft.run("session start", name="other")
    words = ("exec", "--how", how, "--session", "other", "--")
    ran = draft.call(*words, "sh", "-c", "echo x | redraft write new.md")
    assert ran.stdout == "new.md created in session other (1 change).\n"
    assert ran.stderr == "Nothing else changed in session other.\n"
    ran = draft.call(*words, "sh", "-c", "redraft session status > /dev/null")
    assert ran.stderr == "Nothing changed in session other.\n"


def test_a_program_may_commit_its_own_session(draft: Place, how: str) -> None:
    ran = draft.call(
        *("exec", "--how", how, "--", "sh", "-c", "echo x > a.md; redraft session commit --force")
    )
    assert ran.returncode == 0 or "any more" in ran.stderr
    assert (draft.root / "a.md").read_text() == "x\n"


def test_a_program_that_removes_all_it_sees_harms_no_session(draft: Place, how: str) -> None:
    draft.run("retry", file_path="a.md", reason="too short")
    draft.sh("rm -rf ./* ./.w* 2> /dev/null", how)
    assert draft.untouched()
    assert draft.changes()["deleted"] == sorted(DOCUMENTS)
    assert [each.file for each in draft.run("retry list").retries] == ["a.md"]


def test_the_environment_names_root_session_and_folder(draft: Place, how: str) -> None:
    ran = draft.sh(
        'cd part; printf "%s\\n" "$REDRAFT_ROOT" "$REDRAFT_SESSION" "$REDRAFT_SESSION_DIR"; '
        'cat "$REDRAFT_VIEW/a.md"; ls "$REDRAFT_SESSION_DIR/files"',
        how,
    )
    home = f"{draft.root}/.workflow/draft"
    assert ran.out.splitlines() == [str(draft.root), "draft", home, "mine", "a.md", "new"]


def test_a_program_is_kept_in_its_session_whatever_its_shell_was_told(
    draft: Place, how: str
) -> None:
    draft.run("session start", name="active")
    script = 'echo x > in-draft.md; redraft read in-draft.md; printf "%s" "$REDRAFT_SESSION"'
    told = {"REDRAFT_SESSION": "active", "REDRAFT_FOLLOW": "1"}
    ran = draft.sh(script, how, "--session", "draft", **told)
    assert (ran.out, ran.told["session"]) == ("x\ndraft", "draft")
    assert draft.sh("true", how, **told).told["session"] == "active"


def test_the_working_folder_is_the_same_place_in_the_view(draft: Place, how: str) -> None:
    ran = draft.sh("cat b.md; echo y > y.md", how, cwd=draft.root / "part")
    assert (ran.out, ran.told["created"]) == ("b\n", ["part/y.md"])


def test_absolute_paths_work_from_elsewhere(draft: Place) -> None:
    ran = draft.sh(
        f"echo abs > '{draft.root}/a.md'", "overlay", "--root", str(draft.root), cwd=Path("/")
    )
    assert ran.told["modified"] == ["a.md"]
    assert draft.untouched()
    assert draft.read("a.md") == "abs\n"


def test_a_copy_is_no_place_of_the_real_one(draft: Place) -> None:
    """What names the real folder means it, and what is not the program's is not there."""
    (draft.root / ".git").mkdir()
    ran = draft.sh(f"ls -A; echo abs > '{draft.root}/part/b.md'", "copy")
    assert ran.out.split() == ["a.md", "new", "other", "part"]
    assert ran.changed == {"modified": [], "created": [], "deleted": []}
    assert (draft.root / "part/b.md").read_text() == "abs\n"


def test_a_folder_of_the_real_one_is_not_renamed_in_one_step(draft: Place) -> None:
    rename = "import os; os.rename('other', 'moved')"
    ran = draft.sh(f'"{sys.executable}" -c "{rename}" 2>&1; mv other moved', "overlay")
    assert f"[Errno {errno.EXDEV}]" in ran.out
    assert ran.changed["created"] == ["moved/d.md", "moved/e.md"]
    assert ran.changed["deleted"] == ["other/d.md", "other/e.md"]
    assert draft.untouched()


def test_links_inside_the_root_lead_nobody_to_global(place: Place, how: str) -> None:
    (place.root / "absolute.md").symlink_to(place.root / "a.md")
    (place.root / "relative").symlink_to("part")
    place.before = place.picture()
    place.run("session start", name="draft")
    ran = place.sh("echo x > absolute.md; echo y > relative/b.md", how)
    assert ran.changed == {"modified": ["a.md", "part/b.md"], "created": [], "deleted": []}
    assert ran.told["left_out"] == []
    assert place.untouched()


def test_git_is_left_alone(place: Place, how: str) -> None:
    (place.root / ".git").mkdir()
    (place.root / ".git/HEAD").write_text("ref\n")
    place.before = place.picture()
    place.run("session start", name="draft")
    ran = place.sh("mkdir -p .git; echo x > .git/HEAD; echo y > y.md", how)
    assert ran.told["created"] == ["y.md"]
    assert [each["path"] for each in ran.told["left_out"]] == [".git"]
    assert place.untouched()


def test_the_exit_code_is_the_programs_own(draft: Place) -> None:
    assert draft.call("exec", "--", "sh", "-c", "exit 42").returncode == 42
    assert draft.call("exec", "--", "sh", "-c", "kill -9 $$").returncode == 137
    assert draft.call("exec", "--", "no-such-program").returncode == 127
    assert draft.call("exec", "--", "/etc/passwd").returncode == 126
    assert draft.call("exec").returncode == 2
    assert draft.leftovers() == []


def test_streams_are_the_programs_own(draft: Place, how: str) -> None:
    ran = draft.call(
        *("exec", "--quiet", "--how", how, "--", "sh", "-c", "cat; echo err >&2; echo z > z.md"),
        stdin="in",
    )
    assert (ran.stdout, ran.stderr) == ("in", "err\n")
    assert "z.md" in draft.changes()["created"]


def test_what_changed_is_said_on_standard_error(draft: Place) -> None:
    ran = draft.call("exec", "--", "sh", "-c", "echo x > a.md; rm other/e.md; echo y > y.md")
    assert ran.stderr == "3 documents changed in session draft: M a.md, D other/e.md, A y.md\n"
    assert draft.call("exec", "true").stderr == "Nothing changed in session draft.\n"


def test_options_after_the_program_are_the_programs(draft: Place) -> None:
    assert draft.call("exec", "echo", "--session", "-n").stdout == "--session -n\n"


def test_an_unknown_session_runs_nothing(draft: Place) -> None:
    ran = draft.call("exec", "--session", "nobody", "--", "touch", str(draft.state.parent / "ran"))
    assert (ran.returncode, "session_not_found" in ran.stderr) == (1, True)
    assert not (draft.state.parent / "ran").exists()


def test_without_a_session_a_temporary_one_is_made_and_told_of(place: Place) -> None:
    ran = place.call("exec", "--", "sh", "-c", "echo x > a.md")
    assert "changed in session temp-" in ran.stderr
    assert "session start NAME --from-temporary" in ran.stderr
    assert place.untouched()
    place.run("session start", name="kept", from_temporary=True)
    assert place.read("a.md", "kept") == "x\n"


def test_a_temporary_session_that_was_not_needed_is_gone(place: Place) -> None:
    assert place.call("exec", "--", "cat", "a.md").stderr == "Nothing changed.\n"
    assert place.run("session list", trash=True).sessions == []
    assert list((place.root / ".workflow").glob(".active-*")) == []


def test_rewriting_the_same_is_no_change(draft: Place, how: str) -> None:
    ran = draft.sh("cp part/b.md t && cat t > part/b.md && rm t; touch other/d.md", how)
    assert ran.changed == {"modified": [], "created": [], "deleted": []}
    assert draft.untouched()


def test_a_folder_may_give_way_to_a_document_and_back(draft: Place, how: str) -> None:
    draft.sh("rm -r other; echo file > other; rm a.md; mkdir a.md; echo in > a.md/in.md", how)
    assert draft.read("other") == "file\n"
    assert draft.read("a.md/in.md") == "in\n"
    draft.sh("rm other; mkdir other; echo back > other/d.md; rm -r a.md; echo f > a.md", how)
    assert draft.changes()["modified"] == ["a.md", "other/d.md"]
    assert "other/e.md" in draft.changes()["deleted"]
    assert draft.untouched()


def test_a_file_that_nobody_may_read_stays_readable_for_the_session(draft: Place, how: str) -> None:
    draft.sh("echo x > x.md; chmod 0 x.md; mkdir shut; echo y > shut/y.md; chmod 0 shut", how)
    assert draft.read("x.md") == "x\n"
    assert draft.read("shut/y.md") == "y\n"
    assert draft.leftovers() == []


def test_a_big_file_is_streamed(draft: Place, how: str) -> None:
    ran = draft.sh("head -c 300000000 /dev/zero > big.bin; printf end >> big.bin", how)
    assert ran.told["created"] == ["big.bin"]
    assert (draft.root / ".workflow/draft/files/big.bin").stat().st_size == 300_000_003


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(draft: Place, how: str) -> None:
    with draft.begin("exec", "--how", how, "--json", "--", "sh", "-c", WAITS) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        draft.write("a.md", "theirs\n")
        draft.write("other/d.md", "theirs too\n")
        draft.write("brand.md", "theirs new\n")
        _, said = running.communicate("go\n")
    told = json.loads(said.splitlines()[-1])
    assert {each["path"] for each in told["set_aside"]} == {"a.md", "brand.md", "other/d.md"}
    assert draft.read("a.md") == "theirs\n"
    assert draft.read("other/d.md") == "theirs too\n"
    kept = {each["path"]: each["kept_at"] for each in told["set_aside"]}
    assert kept["a.md"].startswith(".workflow/.trash/draft-")
    assert "/set-aside/" in kept["a.md"]
    assert (draft.root / kept["a.md"]).read_text() == "program\n"
    assert (draft.root / kept["brand.md"]).read_text() == "program\n"
    assert kept["other/d.md"] is None
    assert told["created"] == ["alone.md"]


WAITS = """
echo ready; read go
echo program > a.md; echo program > brand.md; rm other/d.md; echo x > alone.md
"""


def test_global_changed_meanwhile_is_noticed(draft: Place, how: str) -> None:
    with draft.begin("exec", "--how", how, "--json", "--", "sh", "-c", WAITS) as running:
        assert running.stdout is not None
        running.stdout.readline()
        (draft.root / "other/d.md").write_text("changed outside\n")
        _, said = running.communicate("go\n")
    told = json.loads(said.splitlines()[-1])
    assert [each["path"] for each in told["set_aside"]] == ["other/d.md"]
    assert (draft.root / "other/d.md").read_text() == "changed outside\n"


def test_two_programs_in_one_session_lose_nothing(draft: Place, how: str) -> None:
    script = "echo ready; read go; echo $1 >> $1.md; echo $1 > both.md"
    words = ("exec", "--how", how, "--json", "--", "sh", "-c", script, "sh")
    with draft.begin(*words, "one") as one, draft.begin(*words, "two") as two:
        for each in (one, two):
            assert each.stdout is not None
            each.stdout.readline()
        told = [json.loads(e.communicate("go\n")[1].splitlines()[-1]) for e in (one, two)]
    assert draft.read("one.md") == "one\n"
    assert draft.read("two.md") == "two\n"
    assert draft.read("both.md") == "one\n"
    [aside] = told[1]["set_aside"]
    assert (draft.root / aside["kept_at"]).read_text() == "two\n"


def test_two_programs_in_two_sessions_do_not_meet(draft: Place, how: str) -> None:
    draft.run("session start", name="second")
    script = "echo ready; read go; cat a.md; echo $1 > a.md"
    running = [
        draft.begin("exec", "--session", name, "--how", how, "--", "sh", "-c", script, "sh", name)
        for name in ("draft", "second")
    ]
    for each in running:
        assert each.stdout is not None
        each.stdout.readline()
    seen = [each.communicate("go\n")[0] for each in running]
    assert seen == ["mine\n", "one\n"]
    assert draft.read("a.md", "draft") == "draft\n"
    assert draft.read("a.md", "second") == "second\n"
    assert draft.untouched()


def test_programs_that_are_left_running_are_told_of(draft: Place, how: str) -> None:
    script = "sleep 1000 > /dev/null 2>&1 & echo $!; echo x > x.md"
    ran = draft.call("exec", "--how", how, "--", "sh", "-c", script)
    os.kill(int(ran.stdout), signal.SIGKILL)
    assert "programs that it left running" in ran.stderr
    assert draft.read("x.md") == "x\n"


FORBID = 'echo 0 > /proc/sys/user/max_mnt_namespaces && exec "$@"'


def test_where_no_view_can_be_laid_over_the_folder_it_is_copied(draft: Place) -> None:
    script = 'printf "%s" "$REDRAFT_VIEW"; echo x > x.md'
    assert draft.call("exec", "--", "sh", "-c", script).stdout == str(draft.root)
    said = []
    for way in ((), ("--how", "overlay")):
        ran = subprocess.run(
            [
                *("unshare", "-Ur", "sh", "-c", FORBID, "sh", f"{draft.programs}/redraft", "exec"),
                *(*way, "--", "sh", "-c", script.replace("x.md", "y.md")),
            ],
            cwd=draft.root,
            env=draft.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        said.append((ran.returncode, ran.stdout.startswith(str(draft.state)), ran.stderr))
    assert said[0][:2] == (0, True)
    assert said[1][:2] == (1, False)
    assert "A view cannot be laid over this folder here: unshare: " in said[1][2]
    assert draft.changes()["created"] == ["new/n.md", "x.md", "y.md"]
    assert draft.untouched()


# Deaths ----------------------------------------------------------------------------------------


def killed(draft: Place, how: str, script: str) -> None:
    """Run a script that prints a line, and kill redraft exec and the script then."""
    running = draft.begin("exec", "--how", how, "--", "sh", "-c", script, start_new_session=True)
    with running:
        assert running.stdout is not None
        running.stdout.readline()
        os.killpg(running.pid, signal.SIGKILL)
    draft.wait_until_nobody_runs()


@pytest.mark.parametrize("verb", ["exec", "session recover", "doctor"])
def test_what_was_written_before_a_kill_is_taken_back_by_the_next_command(
    draft: Place, how: str, verb: str
) -> None:
    killed(draft, how, "echo x > x.md; rm other/e.md; echo ready; exec sleep 100")
    assert draft.leftovers()
    if verb == "exec":
        draft.call("exec", "--", "true")
    else:
        draft.run(verb)
    assert draft.read("x.md") == "x\n"
    assert "other/e.md" in draft.changes()["deleted"]
    assert draft.leftovers() == []
    assert draft.untouched()


def test_a_program_that_outlives_us_keeps_its_view(draft: Place, how: str) -> None:
    script = "echo ready; read go; redraft doctor > /dev/null; echo late > late.md"
    running = draft.begin("exec", "--how", how, "--", "sh", "-c", script)
    with running:
        assert running.stdout is not None
        assert running.stdin is not None
        running.stdout.readline()
        running.kill()
        running.wait()
        draft.run("doctor")
        assert draft.leftovers(), "the program still runs: its folder is not a dead one"
        running.stdin.write("go\n")
        running.stdin.flush()
    draft.wait_until_nobody_runs()
    draft.run("doctor")
    assert draft.read("late.md") == "late\n"
    assert draft.leftovers() == []


def test_a_session_that_ended_meanwhile_gets_it_when_it_is_back(draft: Place, how: str) -> None:
    with draft.begin("exec", "--how", how, "--", "sh", "-c", WAITS) as running:
        assert running.stdout is not None
        running.stdout.readline()
        draft.run("session cancel", name="draft")
        _, said = running.communicate("go\n")
    assert "is kept in" in said
    assert running.returncode == 1
    assert draft.leftovers()
    draft.run("session undo", name="draft")
    draft.run("doctor")
    assert draft.read("alone.md") == "x\n"
    assert draft.read("a.md") == "program\n"
    assert draft.leftovers() == []


def test_a_renamed_session_is_found(place: Place, how: str) -> None:
    script = "echo ready; read go; echo x > x.md"
    with place.begin("exec", "--how", how, "--", "sh", "-c", script) as running:
        assert running.stdout is not None
        running.stdout.readline()
        place.run("session start", name="named", from_temporary=True)
        _, said = running.communicate("go\n")
    assert "1 document changed in session named: A x.md" in said
    assert place.read("x.md", "named") == "x\n"


# Signals and terminals ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1"])
def test_a_signal_is_passed_on(draft: Place, name: str) -> None:
    number = getattr(signal, name)
    script = f"trap 'echo got > got.md; exit 5' {name[3:]}; echo ready; read go"
    words = ("exec", "--", "sh", "-c", script)
    # A shell cannot trap what was ignored before it began, as SIGHUP is below nohup.
    with draft.begin(*words, preexec_fn=lambda: signal.signal(number, signal.SIG_DFL)) as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.send_signal(number)
        running.wait()  # before its input is closed, which would end it too
    assert running.returncode == 5
    assert draft.read("got.md") == "got\n"


def test_the_keyboard_interrupts_the_program_once(draft: Place) -> None:
    script = (
        "import os, signal, sys\n"
        "seen = []\n"
        "signal.signal(signal.SIGINT, lambda *_: seen.append(1))\n"
        "print(os.isatty(0), os.tcgetpgrp(0) == os.getpgrp(), flush=True)\n"
        "while not seen: signal.pause()\n"
        "signal.signal(signal.SIGALRM, lambda *_: 0); signal.alarm(1); signal.pause()\n"
        "print('seen', len(seen), flush=True)\n"
    )
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(draft.root)
        words = [sys.executable, "-P", "-m", "redraft", "exec", "--", sys.executable, "-c", script]
        os.execve(words[0], words, draft.environ)  # noqa: S606 - ourselves, on a terminal
    try:
        assert "True True" in until(terminal, "True True")
        os.write(terminal, b"\x03")
        assert "seen 1" in until(terminal, "seen 1")
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0
    finally:
        os.close(terminal)


def until(terminal: int, wanted: str) -> str:
    seen = ""
    deadline = time.monotonic() + 30
    while wanted not in seen and time.monotonic() < deadline:
        if select.select([terminal], [], [], 1)[0]:
            try:
                seen += os.read(terminal, 4096).decode()
            except OSError:
                break
    return seen


# Other users -------------------------------------------------------------------------------------


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_somebody_without_rights_has_it_too() -> None:
    import tempfile

    python = "/usr/bin/python3"
    if not os.path.exists(python):
        pytest.skip("no Python that everybody may run")
    with tempfile.TemporaryDirectory() as base:
        os.chmod(base, 0o755)  # noqa: S103 - another user must get in
        mine = Place(Path(base) / "x")
        for parent, folders, files in os.walk(base):
            for name in (*folders, *files):
                os.chown(os.path.join(parent, name), 65534, 65534)
        code = (
            "import sys; sys.path[:0] = sys.argv[1].split(':'); sys.argv[1:2] = []; "
            "from redraft.faces.cli.main import main; sys.exit(main(sys.argv[1:]))"
        )
        ran = subprocess.run(
            [
                *("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"),
                *(python, "-c", code, ":".join(p for p in sys.path if p)),
                *("exec", "--json", "--", "sh", "-c", "id -u; pwd; echo x > a.md"),
            ],
            cwd=mine.root,
            env=mine.environ | {"HOME": base},
            capture_output=True,
            text=True,
            check=False,
        )
        if "Permission denied" in ran.stderr and "redraft" not in ran.stdout + ran.stderr:
            pytest.skip("this Python's libraries are not for everybody")
        assert ran.returncode == 0, ran.stderr
        told = json.loads(ran.stderr.splitlines()[-1])
        assert told["modified"] == ["a.md"]
        assert mine.untouched()
