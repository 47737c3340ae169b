"""Strangers' files and mails: whatever they hold, reading one ends soon, and costs nobody else his page."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from jobs import answers
from registry import database
from registry.agrements.documents import DocumentRefused, rendered, rendering
from registry.agrements.movements import opening
from registry.agrements.movements.reading import LIMITS
from registry.intake.tables import Unreadable
from registry.parsing import child, children
from registry.parsing.children import MIB, Bounds, Busy, Failed, OneInHand, TooOften, Turns
from registry.parsing.refusals import Refused
from tests.conftest import TODAY, wait_for
from tests.product.security import hostile
from tests.records import assistant
from tests.registry.agrements.documents import files
from tests.registry.agrements.movements.people import as_csv, line
from tests.rooms import Browser, Rooms

CPU_S = 2
"""Of a hostile file in these tests; the product gives more to honest ones on slow machines."""

SMALL = Bounds(memory_bytes=256 * MIB, cpu_s=1, wall_s=10, answer_bytes=1000)

READERS = "tests.product.security.readers"


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (opening, rendering, answers):
        monkeypatch.setattr(module, "BOUNDS", replace(module.BOUNDS, cpu_s=CPU_S))


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("name", [*hostile.WORKBOOKS, *hostile.TABLES])
def test_a_hostile_file_of_movements_ends_in_a_sentence(name: str) -> None:
    data = (hostile.WORKBOOKS | hostile.TABLES)[name]
    try:
        read = opening.opened(data, "44", TODAY, f"who sends {name}")
    except Unreadable as error:
        said = str(error)
    else:
        assert not read.rows
        said = read.refusals[0].reason
    assert said.endswith(".")
    assert len(said) < 300


def test_a_far_row_does_not_hide_what_stands_before_it() -> None:
    """Who has coloured a whole column sends such a file."""
    row = '<row r="2">{}</row><row r="1048576"><c s="1"/></row>'
    cells = "".join(
        f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in line("retrait", TODAY.isoformat(), "044-001")
    )
    read = opening.opened(hostile.xlsx(hostile.header() + row.format(cells)), "44", TODAY, "a caf")
    assert [(each.number, each.last_name, each.action) for each in read.rows] == [("044-001", "LE GOFF", "retrait")]
    assert not read.refusals


def test_what_a_process_of_its_own_reads_is_what_is_there() -> None:
    data = as_csv(line("retrait", TODAY.isoformat()), line("retrait", "never"))
    read = opening.opened(data, "44", TODAY, "a caf")
    assert [(each.line, each.effective_on, each.birth_date) for each in read.rows] == [(2, TODAY, date(1980, 1, 31))]
    assert [each.line for each in read.refusals] == [3]


def test_a_file_that_is_too_large_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "read", lambda *_: pytest.fail("opened"))
    with pytest.raises(Unreadable, match="5\u00a0Mo maximum"):
        opening.opened(b"x" * (LIMITS.bytes + 1), "44", TODAY, "a caf")


@pytest.mark.usefixtures("short")
def test_a_hostile_copy_of_an_agrement_ends_in_a_sentence() -> None:
    sent = hostile.nested_forms(each=400)
    assert len(sent) < 12_000
    with pytest.raises(DocumentRefused, match="photographiez"):
        rendered(sent, "her")


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("name", list(hostile.MAILS))
def test_of_a_hostile_mail_the_head_is_read_at_once_and_the_rest_elsewhere(name: str) -> None:
    content = hostile.mail("a@reponses.localhost", "camille@example.org", *hostile.MAILS[name])
    began = time.process_time()
    try:
        head = answers.head_of(content)
        assert answers.sender_of(head) == "camille@example.org"
        answers.is_automatic(head)
        answers.mark_of(head, content)
    except ValueError:
        assert name == "a head without end"
        return
    finally:
        assert time.process_time() - began < 0.5
    with contextlib.suppress(Failed):
        assert len(answers.text_by_child(content, f"who writes {name}")) <= answers.MOST_OF_A_TEXT


@pytest.mark.parametrize(
    "sender",
    ["(" * 900 + "a@example.org", "a@example.org" + "(" * 1990, '"' * 900, "a@b.fr, c@d.fr", "g: a@b.fr, c@d.fr;", ""],
)
def test_a_sender_that_cannot_be_read_is_none(sender: str) -> None:
    head = answers.head_of(hostile.mail("x@example.org", sender))
    assert answers.sender_of(head) == ""


# The processes


def test_a_process_gets_no_environment_and_no_more_than_its_bounds() -> None:
    def read(function: str, **more: Any) -> bytes:
        return children.read(f"{READERS}:{function}", b"abc", [], replace(SMALL, **more), f"of {function}")

    assert read("environment") == b"[]"
    assert read("turned") == b"cba"
    with pytest.raises(Refused, match=r"^no such thing$"):
        read("refusing")
    with pytest.raises(Failed, match="broken"):
        read("failing")
    for endless in ("computing", "filling", "talking"):
        with pytest.raises(Failed, match="out of bounds"):
            read(endless)
    with pytest.raises(Busy):  # which says nothing of what it read
        read("sleeping", wall_s=1)
    with pytest.raises(Failed):
        read("writing")
    assert read("niceness") == str(child.POLITENESS).encode()


PARENT = """
import ctypes, os
from registry.parsing import children

def is_read_by_a_child():
    pid = os.fork()
    if not pid:
        try:
            with open(f"/proc/{os.getppid()}/environ", "rb") as file:
                os._exit(b"A SECRET" in file.read())
        except PermissionError:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

if os.geteuid() == 0:  # who may read everything; the site runs as somebody else
    os.setgroups([]), os.setresgid(65534, 65534, 65534), os.setresuid(65534, 65534, 65534)
    ctypes.CDLL(None).prctl(children.PR_SET_DUMPABLE, 1, 0, 0, 0)  # as a process is that began as that user
before = is_read_by_a_child()
children.keep_secrets()
print(before, is_read_by_a_child())
"""


def test_a_process_that_is_taken_over_finds_no_key_of_ours() -> None:
    """It has our user: what keeps it out is the kernel's mark on our process."""
    ran = subprocess.run(
        [sys.executable, "-B", "-c", PARENT],
        env={"PYTHONPATH": str(children.ROOT), "KEY": "A SECRET"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == ["1", "0"], ran.stderr


def test_nothing_is_left_of_a_process_that_was_ended() -> None:
    me = psutil.Process()
    before = {each.pid for each in me.children(recursive=True)}
    with pytest.raises(Busy):
        children.read(f"{READERS}:sleeping", b"", [], replace(SMALL, wall_s=1), "an owner")
    assert {each.pid for each in me.children(recursive=True)} <= before


def test_a_fault_of_ours_is_not_the_files(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """A library that does not load, a machine out of memory or processes: whoever sent it may send it again."""
    for reader in ("no.such.module:read", f"{READERS}:no_such_function", f"{READERS}:killed"):
        with pytest.raises(Busy):
            children.read(reader, b"", [], SMALL, reader)
        assert reader in caplog.text
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: _none_left())
    with pytest.raises(Busy):
        children.read(f"{READERS}:turned", b"", [], SMALL, "an owner")
    assert "no process could be started" in caplog.text


def _none_left() -> None:
    raise BlockingIOError(11, "Resource temporarily unavailable")


def test_who_leaves_a_process_behind_keeps_nobody_waiting() -> None:
    began = time.monotonic()
    with pytest.raises(Busy):
        children.read(f"{READERS}:leaving", b"", [], replace(SMALL, wall_s=3), "an owner")
    assert time.monotonic() - began < 15, "what it left lives for twenty seconds"


def test_an_owner_whose_files_take_all_that_they_may_waits_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "TURNS", Turns())
    for _ in range(children.ENDLESS_MOST):
        with pytest.raises(Failed):
            children.read(f"{READERS}:computing", b"", [], SMALL, "an owner")
    with pytest.raises(TooOften):
        children.read(f"{READERS}:turned", b"ab", [], SMALL, "an owner")
    assert children.read(f"{READERS}:turned", b"ab", [], SMALL, "another") == b"ba"
    monkeypatch.setattr(children, "ENDLESS_FOR_S", 0.0)
    assert children.read(f"{READERS}:turned", b"ab", [], SMALL, "an owner") == b"ba", "their time is over"


@pytest.mark.parametrize(
    "said",
    [{"number": "1\0"}, {"last_name": "a" * 100_000}, {"line": -5}, {"first_name": "a\u202eb"}],
    ids=lambda said: next(iter(said)),
)
def test_what_a_reader_that_was_taken_over_says_is_looked_at(
    said: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"line": 2, "number": "1", "last_name": "a", "first_name": "b", "birth_date": None, "action": "retrait"}

    def answer(**more: object) -> bytes:
        return json.dumps({"rows": [{**row, "effective_on": "2026-11-23", **more}]}).encode()

    monkeypatch.setattr(children, "read", lambda *_: answer())
    assert len(opening.opened(b"x", "44", TODAY, "a caf").rows) == 1
    for wrong in (answer(**said), b'{"rows": [1]}', b"{", b"\xff"):
        monkeypatch.setattr(children, "read", lambda *_, wrong=wrong: wrong)
        with pytest.raises(Unreadable, match="abîmé"):
            opening.opened(b"x", "44", TODAY, "a caf")


def test_the_queue_refuses_at_once_and_no_owner_fills_it() -> None:
    turns = Turns(at_once=1, most_waiting=1, patience_s=20)
    with ThreadPoolExecutor(2) as threads:
        with turns.taken("a"):
            with pytest.raises(OneInHand), turns.taken("a"):
                pass
            waiting = threads.submit(_taken, turns, "b")
            wait_for(lambda: "b" in turns.owners, what="the second to wait")
            began = time.monotonic()
            with pytest.raises(Busy), turns.taken("c"):
                pass
            assert time.monotonic() - began < 1
            assert not waiting.done()
        assert waiting.result(20) == "b"
    with turns.taken("c"):
        pass
    impatient = Turns(at_once=1, most_waiting=1, patience_s=0.01)
    with impatient.taken("a"):
        with pytest.raises(Busy), impatient.taken("b"):
            pass
        assert impatient.owners == {"a"}


def _taken(turns: Turns, owner: str) -> str:
    with turns.taken(owner):
        return owner


# The pages


def minder(rooms: Rooms) -> Browser:
    """An assistant maternel's, signed in, on the page where she sends her agrément."""
    with database.connect(rooms.settings.database_url) as conn:
        offer = assistant(conn)
    browser = rooms.visit(rooms.account("am", offer=offer))
    assert browser.get("/espace/agrement").status_code == 200
    return browser


def uploads(
    rooms: Rooms, browsers: list[Browser], path: str, field: str, data: bytes, **more: str
) -> list[Future[httpx.Response]]:
    """The same file by all of them at once."""

    def sending(browser: Browser) -> Callable[[], Any]:
        fields = {"csrf": browser.csrf, **more}
        return lambda: browser.http.post(path, data=fields, files={field: ("a.bin", data)}, follow_redirects=False)

    return [rooms.portal.start_task_soon(each) for each in [sending(browser) for browser in browsers]]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Readers that read until this file is gone; it goes at the end."""
    held = tmp_path / "held"
    held.touch()
    real = children.read
    # Of a patience that outlives the test, on whatever machine.
    monkeypatch.setattr(children, "TURNS", Turns(patience_s=300))
    monkeypatch.setattr(
        children, "read", lambda _, data, __, bounds, owner: real(f"{READERS}:held", data, [str(held)], bounds, owner)
    )
    yield held
    held.unlink(missing_ok=True)


def test_whoever_signs_in_waits_for_nobody_s_file(rooms: Rooms, slow: Path) -> None:
    """44 copies of agréments at once, each of which takes long: six are in hand, the others are told to come back,
    most of them before anything of theirs is read."""
    people = [minder(rooms) for _ in range(44)]
    sent = uploads(rooms, people, "/espace/agrement", "copie", files.pdf())
    wait_for(lambda: sum(each.done() for each in sent) >= 38, what="the others to be refused")
    refused = [each.result() for each in sent if each.done()]
    assert {each.status_code for each in refused} <= {422, 503}
    for each in refused:
        assert ("Renvoyez-le dans une minute" if each.status_code == 422 else "rechargez-la") in each.text
    visitor = rooms.visit()
    assert visitor.get("/connexion").status_code == 200
    assert visitor.post("/connexion", {"mail": "quelquun@example.org"}).status_code == 200
    assert sum(not each.done() for each in sent) == children.AT_ONCE + children.MOST_WAITING, "still being read"
    slow.unlink()
    assert {each.result(60).status_code for each in sent} <= {303, 422, 503}


def test_no_connection_is_held_while_a_file_is_read(rooms: Rooms, slow: Path) -> None:
    """More files than the pool has connections, and the account's page still comes."""
    cafs = [rooms.visit(rooms.account("caf", department="44")) for _ in range(6)]
    sent = uploads(rooms, cafs, "/mouvements", "fichier", as_csv(line("retrait", TODAY.isoformat())))
    wait_for(lambda: len(children.TURNS.owners) == 6, what="all of them to be in hand")
    site = rooms.app.state.site
    stats = site.registry.get_stats()
    assert stats["pool_available"] == stats["pool_size"], "nobody holds one"
    assert rooms.visit(rooms.account("am")).get("/compte").status_code == 200
    slow.unlink()
    assert all(each.result(60).status_code < 500 for each in sent)


def test_an_account_has_so_many_files_read_in_an_hour(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    from registry.accounts import throttle
    from registry.accounts.throttle import Limit

    monkeypatch.setattr(throttle, "FILES_BY_ACCOUNT", Limit(1, throttle.FILES_BY_ACCOUNT.window))
    browser = minder(rooms)
    copy = {"copie": ("a.pdf", files.pdf(), "application/pdf")}
    browser.post("/espace/agrement", files=copy)
    assert "Vous avez envoyé trop de fichiers" not in browser.text
    browser.post("/espace/agrement", files=copy)
    assert "Vous avez envoyé trop de fichiers. Renvoyez celui-ci dans" in browser.text


def test_a_form_without_a_file_is_small(rooms: Rooms) -> None:
    """Who is not signed in sends no other one."""
    visitor = rooms.visit()
    visitor.get("/connexion")
    assert visitor.post("/connexion", {"mail": "a" * 200_000}).status_code == 413
    empty = rooms.portal.call(
        lambda: visitor.http.post(
            "/deconnexion", content=b"&" * 100_000, headers={"content-type": "application/x-www-form-urlencoded"}
        )
    )
    assert empty.status_code in (400, 403), "refused before its pairs are looked at one by one"
    with_file = visitor.post("/connexion", {"mail": "a@example.org"}, files={"x": ("a", b"b")})
    assert with_file.status_code in (400, 403)
    assert "html" in with_file.headers["content-type"]
