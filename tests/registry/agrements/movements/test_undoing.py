"""Movements are taken back exactly, or not at all; and whoever was told is told again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID

import pytest

from domain import civil
from registry import accounts, database
from registry.accounts import Account
from registry.agrements import movements
from registry.agrements.movements import files, queue, undoing
from registry.agrements.movements.stored import select
from registry.database import Connection
from registry.intake import runs
from registry.intake.runs import RunGone
from registry.privacy import leaving
from tests.conftest import TODAY
from tests.registry.agrements.movements.people import as_csv, line, person, preview, public, status
from tests.rooms import NOW

SOON = TODAY + timedelta(days=3)
WHY = "Mauvais fichier."


@pytest.fixture
def caf(registry: Connection) -> Account:
    return accounts.create(registry, "caf@example.org", "caf", department="44")


def applied(conn: Connection, caf: Account, *rows: list[str], name: str = "a.csv") -> UUID:
    id = preview(conn, caf, as_csv(*rows), TODAY, name)
    files.apply(conn, id, caf, NOW)
    return id


def undo(conn: Connection, caf: Account, id: UUID) -> int:
    seen = undoing.told(undoing.of_file(conn, runs.find(conn, id), civil.day(NOW)))
    return undoing.undo_file(conn, id, caf, WHY, NOW, seen)


def undo_movement(conn: Connection, caf: Account, id: int) -> None:
    movement = queue.one(conn, "44", id, "applied")
    undoing.undo_one(conn, "44", id, caf, WHY, NOW, undoing.told([undoing.of_one(conn, movement, TODAY)]))


def obstacles(conn: Connection, caf: Account, id: UUID) -> list[str]:
    with pytest.raises(undoing.NotUndoable) as refused:
        undo(conn, caf, id)
    return refused.value.obstacles


def of_file(conn: Connection, id: UUID) -> dict[int, tuple[str, str | None]]:
    return {each.row.line: (each.state, each.reason) for each in select(conn, "m.file = %s", [id])}


def test_a_wrong_suspension_is_lifted_on_its_own_day_and_can_be_sent_again(registry: Connection, caf: Account) -> None:
    offer = person(registry)
    accounts.create(registry, "anais@example.org", "am", offer=offer)
    accounts.create(registry, "rpe@example.org", "rpe", communes=["44109"])
    row = line("suspension", TODAY.isoformat())
    file = applied(registry, caf, row)
    assert not public(registry, offer)
    assert undo(registry, caf, file) == 1
    assert (status(registry, offer), public(registry, offer)) == ("valid", True)
    assert of_file(registry, file) == {2: ("undone", "Annulé le 23\u00a0novembre\u00a02026\u00a0: Mauvais fichier.")}
    mails = registry.execute("select recipient, body from mail_outbox order by queued_at, recipient").fetchall()
    hers, theirs = ([body for to, body in mails if to == f"{who}@example.org"] for who in ("anais", "rpe"))
    assert len(hers) == len(theirs) == 2
    assert "Cette information a été annulée" in hers[1]
    assert "Les parents trouvent votre fiche" in hers[1]
    assert "a été annulé" in theirs[1]
    assert not any(word in theirs[1] for word in ("Goff", "Anaïs", "044-001"))
    noted = registry.execute("select action, account from audit where action like 'movement.undo%'").fetchall()
    assert set(noted) == {("movement.undo", caf.id), ("movement.undo_file", caf.id)}
    with pytest.raises(RunGone):
        undoing.undo_file(registry, file, caf, WHY, NOW, "")
    again = applied(registry, caf, row)
    assert again != file
    assert status(registry, offer) == "suspended"


@pytest.mark.parametrize(
    ("before", "action", "ends_on"),
    [
        ("suspended", "retrait", date(2028, 12, 31)),
        ("valid", "cessation", date(2028, 12, 31)),
        ("suspended", "levée", date(2028, 12, 31)),
        ("expired", "suspension", TODAY - timedelta(days=30)),
    ],
)
def test_the_agrement_stands_again_as_it_did(
    registry: Connection, caf: Account, before: str, action: str, ends_on: date
) -> None:
    offer = person(registry, status=before, ends_on=ends_on)
    undo(registry, caf, applied(registry, caf, line(action, TODAY.isoformat())))
    assert status(registry, offer) == before


def test_an_agrement_that_ended_meanwhile_comes_back_as_ended(registry: Connection, caf: Account) -> None:
    offer = person(registry)
    file = applied(registry, caf, line("suspension", TODAY.isoformat()))
    registry.execute("update agrement set ends_on = %s where offer = %s", [TODAY - timedelta(days=1), offer])
    undo(registry, caf, file)
    assert status(registry, offer) == "expired"


def test_several_movements_of_one_agrement_are_taken_back_together(registry: Connection, caf: Account) -> None:
    offer, other = person(registry), person(registry, "044-002")
    rows = [
        line("suspension", "01/11/2026"),
        line("levée", "05/11/2026"),
        line("suspension", SOON.isoformat()),
        line("retrait", TODAY.isoformat(), "044-002"),
        line("retrait", TODAY.isoformat(), "044-404"),
    ]
    file = applied(registry, caf, *rows)
    assert undo(registry, caf, file) == 3
    assert [state for state, _ in of_file(registry, file).values()].count("undone") == 3
    assert [state for state, _ in of_file(registry, file).values()].count("dropped") == 2
    assert (status(registry, offer), status(registry, other)) == ("valid", "valid")
    assert movements.apply_due(registry, SOON) == 0
    assert queue.unmatched(registry, caf, "44") == []


def test_nothing_is_taken_back_under_a_later_movement(registry: Connection, caf: Account) -> None:
    offer, other = person(registry), person(registry, "044-002")
    first = applied(
        registry, caf, line("suspension", "01/11/2026"), line("suspension", "01/11/2026", "044-002"), name="a.csv"
    )
    second = applied(registry, caf, line("levée", "05/11/2026"), name="b.csv")
    (named,) = obstacles(registry, caf, first)
    assert "b.csv" in named
    assert "levée de suspension au 5\u00a0novembre\u00a02026" in named
    # One obstacle holds all of the file back.
    assert (status(registry, offer), status(registry, other)) == ("valid", "suspended")
    undo(registry, caf, second)
    assert status(registry, offer) == "suspended"
    undo(registry, caf, first)
    assert (status(registry, offer), status(registry, other)) == ("valid", "valid")


def test_nothing_is_taken_back_under_one_that_waits_for_it(registry: Connection, caf: Account) -> None:
    person(registry)
    first = applied(registry, caf, line("suspension", TODAY.isoformat()))
    applied(registry, caf, line("levée", SOON.isoformat()), name="b.csv")
    (named,) = obstacles(registry, caf, first)
    assert "à venir" in named
    (waiting,) = queue.waiting(registry, caf, "44")
    queue.drop(registry, caf, "44", waiting.id, "Erreur du département.")
    undo(registry, caf, first)


def test_what_another_file_says_too_is_not_lost(registry: Connection, caf: Account) -> None:
    offer = person(registry)
    first = applied(registry, caf, line("suspension", TODAY.isoformat()))
    second = applied(registry, caf, line("suspension", TODAY.isoformat(), birth_date=""), name="b.csv")
    (named,) = obstacles(registry, caf, first)
    assert "b.csv" in named
    undo(registry, caf, second)
    undo(registry, caf, first)
    assert status(registry, offer) == "valid"


def test_an_agrement_that_changed_otherwise_is_left_as_it_is(registry: Connection, caf: Account) -> None:
    offer = person(registry)
    file = applied(registry, caf, line("suspension", TODAY.isoformat()))
    registry.execute("update agrement set status = 'withdrawn' where offer = %s", [offer])
    (named,) = obstacles(registry, caf, file)
    assert "retiré par le département" in named
    assert status(registry, offer) == "withdrawn"


def test_one_movement_is_taken_back_and_the_others_stay(registry: Connection, caf: Account) -> None:
    offer, other = person(registry), person(registry, "044-002")
    rows = [line("suspension", TODAY.isoformat()), line("suspension", TODAY.isoformat(), "044-002")]
    file = applied(registry, caf, *rows)
    first, second = select(registry, "m.file = %s", [file])
    undo_movement(registry, caf, first.id)
    assert (status(registry, offer), status(registry, other)) == ("valid", "suspended")
    assert runs.find(registry, file).state == "applied"
    with pytest.raises(queue.MovementGone):
        queue.one(registry, "44", first.id, "applied")
    with pytest.raises(queue.MovementGone):
        undoing.undo_one(registry, "49", second.id, caf, WHY, NOW, "")
    undo_movement(registry, caf, second.id)
    assert runs.find(registry, file).state == "undone", "nothing of it is left: it can be sent again"


def test_a_line_that_was_answered_waits_again(registry: Connection, caf: Account) -> None:
    person(registry)
    applied(registry, caf, line("retrait", "01/11/2026", last_name="Le Gof"))
    right = applied(registry, caf, line("retrait", "01/11/2026"), name="b.csv")
    assert queue.unmatched(registry, caf, "44") == []
    undo(registry, caf, right)
    assert [each.row.last_name for each in queue.unmatched(registry, caf, "44")] == ["Le Gof"]


def test_only_what_was_shown_is_taken_back(registry: Connection, caf: Account) -> None:
    person(registry)
    file = applied(registry, caf, line("suspension", SOON.isoformat()))
    seen = undoing.told(undoing.of_file(registry, runs.find(registry, file), TODAY))
    movements.apply_due(registry, SOON)
    with pytest.raises(files.PlanChanged):
        undoing.undo_file(registry, file, caf, WHY, NOW, seen)


def test_a_withdrawal_is_taken_back_from_a_number_whose_holder_has_left(registry: Connection, caf: Account) -> None:
    offer = person(registry)
    file = applied(registry, caf, line("retrait", "01/11/2026"))
    leaving.leave(registry, accounts.create(registry, "anais@example.org", "am", offer=offer), NOW)
    assert undo(registry, caf, file) == 1
    again = person(registry)
    movements.rematch(registry, "44", "044-001", NOW)
    assert (status(registry, again), public(registry, again)) == ("valid", True)


def test_a_movement_of_before_the_column_is_taken_back_by_what_was_applied(registry: Connection, caf: Account) -> None:
    offer = person(registry)
    applied(registry, caf, line("suspension", "01/11/2026"))
    last = applied(registry, caf, line("retrait", TODAY.isoformat()), name="b.csv")
    registry.execute("update movement set status_before = null")
    undo(registry, caf, last)
    assert status(registry, offer) == "suspended"


def test_a_relais_reads_that_it_was_taken_back(registry: Connection, caf: Account) -> None:
    person(registry)
    relais = accounts.create(registry, "rpe@example.org", "rpe", communes=["44109"])
    undo(registry, caf, applied(registry, caf, line("suspension", TODAY.isoformat())))
    assert [each.undone for each in queue.of_communes(registry, relais, date(2026, 10, 1))] == [True]


def at_once(url: str, *work: Callable[[Connection], object]) -> list[object]:
    """What each piece of work gave, or the refusal that it met; all begun together."""

    def run(each: Callable[[Connection], object]) -> object:
        try:
            return database.retried(url, each)
        except (RunGone, undoing.NotUndoable, files.PlanChanged) as refused:
            return refused

    with ThreadPoolExecutor(len(work)) as workers:
        return [done.result() for done in [workers.submit(run, each) for each in work]]


def test_of_two_who_take_one_file_back_one_does(registry: Connection, registry_url: str, caf: Account) -> None:
    offer = person(registry)
    file = applied(registry, caf, line("suspension", TODAY.isoformat()))
    registry.commit()
    done = at_once(registry_url, *[lambda conn: undo(conn, caf, file)] * 4)
    assert [each for each in done if isinstance(each, int)] == [1]
    assert all(isinstance(each, RunGone) for each in done if not isinstance(each, int))
    assert status(registry, offer) == "valid"


@pytest.mark.parametrize("attempt", range(4))
def test_taking_back_and_building_on_it_exclude_each_other(
    registry: Connection, registry_url: str, caf: Account, attempt: int
) -> None:
    """A levée that comes while its suspension is taken back: either it stands on it, or it is refused."""
    offer = person(registry)
    file = applied(registry, caf, line("suspension", "01/11/2026"))
    later = preview(registry, caf, as_csv(line("levée", TODAY.isoformat())), TODAY, "b.csv")
    registry.commit()
    undone, _ = at_once(
        registry_url, lambda conn: undo(conn, caf, file), lambda conn: files.apply(conn, later, caf, NOW)
    )
    ((lifted, _),) = of_file(registry, later).values()
    assert status(registry, offer) == "valid"
    if isinstance(undone, int):
        assert lifted == "refused"
    else:
        assert lifted == "applied"
        assert runs.find(registry, file).state == "applied"
