"""What movements do to an agrément, and what they must not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from registry import accounts, database
from registry.accounts import Account
from registry.agrements import movements
from registry.agrements.movements import files, queue
from registry.database import Connection
from registry.intake import runs
from tests.conftest import TODAY
from tests.registry.agrements.movements.people import as_csv, line, person, preview, public, send, status
from tests.rooms import NOW

SOON = TODAY + timedelta(days=3)


@pytest.fixture
def caf(registry: Connection) -> Account:
    return accounts.create(registry, "caf@example.org", "caf", department="44")


def states(outcome: list[tuple[int, str, str | None]]) -> list[str]:
    return [state for _, state, _ in outcome]


def reason(outcome: list[tuple[int, str, str | None]], number: int) -> str:
    return next(why or "" for line, _, why in outcome if line == number)


@pytest.mark.parametrize(
    ("action", "ends"), [("retrait", "withdrawn"), ("suspension", "suspended"), ("cessation d’activité", "ceased")]
)
def test_a_movement_of_today_hides_her_at_once(registry: Connection, caf: Account, action: str, ends: str) -> None:
    offer = person(registry)
    assert states(send(registry, caf, as_csv(line(action, f"{TODAY:%d/%m/%Y}")), NOW)) == ["applied"]
    assert (status(registry, offer), public(registry, offer)) == (ends, False)


def test_a_future_movement_waits_for_its_day_in_france(registry: Connection, caf: Account) -> None:
    offer = person(registry)
    assert states(send(registry, caf, as_csv(line("suspension", SOON.isoformat())), NOW)) == ["waiting"]
    assert movements.apply_due(registry, SOON - timedelta(days=1)) == 0
    assert public(registry, offer)
    # The job was down for a week.
    assert movements.apply_due(registry, SOON + timedelta(days=7)) == 1
    assert status(registry, offer) == "suspended"
    assert movements.apply_due(registry, SOON + timedelta(days=7)) == 0


def test_a_lifted_suspension_brings_back_what_was_in_force_and_no_more(registry: Connection, caf: Account) -> None:
    valid = person(registry, "044-001", status="suspended")
    over = person(registry, "044-002", status="suspended", ends_on=TODAY - timedelta(days=1))
    rows = [line("levée de suspension", TODAY.isoformat(), number) for number in ("044-001", "044-002")]
    assert states(send(registry, caf, as_csv(*rows), NOW)) == ["applied", "applied"]
    assert (status(registry, valid), public(registry, valid)) == ("valid", True)
    assert (status(registry, over), public(registry, over)) == ("expired", False)


def test_nothing_leaves_a_final_state(registry: Connection, caf: Account) -> None:
    offer = person(registry)
    send(registry, caf, as_csv(line("retrait", "01/11/2026")), NOW)
    outcome = send(registry, caf, as_csv(line("levée de suspension", "02/11/2026")), NOW)
    assert states(outcome) == ["refused"]
    assert "ligne 2 du fichier «\u00a0mouvements.csv\u00a0»" in reason(outcome, 2)
    assert status(registry, offer) == "withdrawn"


def test_contradictory_rows_are_both_refused_and_name_each_other(registry: Connection, caf: Account) -> None:
    offer, other = person(registry), person(registry, "044-002")
    outcome = send(
        registry,
        caf,
        as_csv(
            line("retrait", "02/11/2026"),
            line("suspension", "02/11/2026"),
            line("suspension", "02/11/2026", "044-002"),
            line("retrait", "20/11/2026", "044-002"),
            line("levée", "21/11/2026", "044-002"),
        ),
        NOW,
    )
    assert states(outcome) == ["refused", "refused", "applied", "refused", "refused"]
    for number, pair in ((2, ("ligne 2 ", "ligne 3 ")), (3, ("ligne 2 ", "ligne 3 ")), (6, ("ligne 5 ", "ligne 6 "))):
        assert all(each in reason(outcome, number) for each in pair)
    assert (status(registry, offer), status(registry, other)) == ("valid", "suspended")


def test_a_row_that_contradicts_a_waiting_one_is_refused_until_that_is_cancelled(
    registry: Connection, caf: Account
) -> None:
    offer = person(registry, status="suspended")
    send(registry, caf, as_csv(line("levée", SOON.isoformat())), NOW)
    data = as_csv(line("retrait", TODAY.isoformat()), line("retrait", TODAY.isoformat(), "044-999"))
    outcome = send(registry, caf, data, NOW)
    assert states(outcome) == ["refused", "unmatched"]
    assert "levée de suspension au 26\u00a0novembre\u00a02026" in reason(outcome, 2)
    (waiting,) = queue.waiting(registry, caf, "44")
    queue.drop(registry, caf, "44", waiting.id, "Erreur du département.")
    assert status(registry, offer) == "suspended"
    file = files.history(registry, "44")[0][0]
    assert files.retry(registry, file, caf, NOW) == 1
    assert status(registry, offer) == "withdrawn"


def test_the_same_row_in_another_file_changes_nothing(registry: Connection, caf: Account) -> None:
    offer = person(registry)
    send(registry, caf, as_csv(line("suspension", "01/11/2026")), NOW)
    send(registry, caf, as_csv(line("levée", "05/11/2026")), NOW)
    again = send(registry, caf, as_csv(line("SUSPENSION", "2026-11-01", "044 001", "le goff", "ANAÏS")), NOW)
    assert states(again) == ["duplicate"]
    # Without her birth date it is another row, which says the same of the same agrément.
    told = send(registry, caf, as_csv(line("suspension", "01/11/2026", birth_date="")), NOW)
    assert states(told) == ["duplicate"]
    assert status(registry, offer) == "valid"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"number": "044-010"}, "Aucun agrément"),
        ({"last_name": "Le Gall"}, "pas sous ce nom"),
        ({"birth_date": "01/02/1980"}, "date de naissance diffère"),
        ({"first_name": "Anaïs Marie", "birth_date": ""}, "pas sous ce nom"),
    ],
)
def test_whoever_is_not_surely_meant_is_left_alone(
    registry: Connection, caf: Account, changed: dict[str, str], why: str
) -> None:
    offer = person(registry)
    outcome = send(registry, caf, as_csv(line("retrait", "01/11/2026", **changed)), NOW)
    assert states(outcome) == ["unmatched"]
    assert why in reason(outcome, 2)
    assert status(registry, offer) == "valid"


def test_all_first_names_are_as_good_as_the_first(registry: Connection, caf: Account) -> None:
    person(registry, first_name="Anaïs", last_name="D’Alès-Roux")
    row = line("retrait", "01/11/2026", last_name="DALES ROUX", first_name="ANAIS MARIE JOSEE")
    assert states(send(registry, caf, as_csv(row), NOW)) == ["applied"]


def test_what_was_told_before_she_came_holds_when_she_comes(registry: Connection, caf: Account) -> None:
    rows = [line("suspension", "01/11/2026"), line("levée", SOON.isoformat())]
    assert states(send(registry, caf, as_csv(*rows), NOW)) == ["unmatched", "unmatched"]
    offer = person(registry)
    assert movements.rematch(registry, "44", "044 001", NOW) == 1
    assert status(registry, offer) == "suspended"
    assert movements.apply_due(registry, SOON) == 1
    assert status(registry, offer) == "valid"


def test_a_withdrawn_number_stays_so_when_its_holder_leaves_and_comes_back(registry: Connection, caf: Account) -> None:
    first = person(registry)
    send(registry, caf, as_csv(line("retrait", "01/11/2026")), NOW)
    for table in ("agrement", "am_identity", "am_home", "am_contact"):
        registry.execute(f"update offer set publication = 'closed' where id = '{first}'")
        registry.execute(f"delete from {table} where offer = %s", [first])
    second = person(registry)
    movements.rematch(registry, "44", "044-001", NOW)
    assert (status(registry, second), public(registry, second)) == ("withdrawn", False)


def test_a_waiting_movement_follows_the_number_and_not_the_person(registry: Connection, caf: Account) -> None:
    offer = person(registry)
    send(registry, caf, as_csv(line("retrait", SOON.isoformat())), NOW)
    registry.execute("update agrement set number = '044-777' where offer = %s", [offer])
    assert movements.apply_due(registry, SOON) == 0
    assert status(registry, offer) == "valid"
    (queued,) = queue.unmatched(registry, caf, "44")
    assert queued.row.number == "044-001"


def test_a_corrected_row_answers_the_one_in_the_queue(registry: Connection, caf: Account) -> None:
    person(registry)
    wrong = line("retrait", "01/11/2026", last_name="Le Gof")
    # Somebody else, with a wrong number: this one must not be lost.
    other = line("retrait", "01/11/2026", last_name="Roux", birth_date="02/03/1975")
    send(registry, caf, as_csv(wrong, other), NOW)
    assert states(send(registry, caf, as_csv(line("retrait", "01/11/2026")), NOW)) == ["applied"]
    assert [each.row.last_name for each in queue.unmatched(registry, caf, "44")] == ["Roux"]


def test_a_person_matches_what_the_number_did_not(registry: Connection, caf: Account) -> None:
    offer = person(registry)
    elsewhere = person(registry, "049-001")
    registry.execute("update agrement set department = '49' where offer = %s", [elsewhere])
    send(registry, caf, as_csv(line("retrait", SOON.isoformat(), "044-0001")), NOW)
    (queued,) = queue.unmatched(registry, caf, "44")
    assert [each.offer for each in queue.candidates(registry, caf, queued)] == [offer]
    with pytest.raises(queue.MovementGone):
        queue.match_by_hand(registry, caf, "44", queued.id, elsewhere, NOW)
    assert queue.match_by_hand(registry, caf, "44", queued.id, offer, NOW).state == "waiting"
    assert movements.apply_due(registry, SOON) == 1
    assert status(registry, offer) == "withdrawn"


def test_a_file_is_applied_once_and_only_as_it_was_shown(registry: Connection, caf: Account) -> None:
    offer = person(registry)
    data = as_csv(line("suspension", TODAY.isoformat()))
    id = preview(registry, caf, data, TODAY)
    twin = preview(registry, caf, data, TODAY)
    _, shown = files.planned(registry, caf, runs.find(registry, id), TODAY)
    seen = files.told(shown)
    registry.execute("update agrement set status = 'withdrawn' where offer = %s", [offer])
    with pytest.raises(files.PlanChanged):
        files.apply(registry, id, caf, NOW, seen=seen)
    registry.execute("update agrement set status = 'valid' where offer = %s", [offer])
    assert files.apply(registry, id, caf, NOW, seen=seen) == 1
    assert files.apply(registry, id, caf, NOW, seen=seen) == 0
    assert files.apply(registry, twin, caf, NOW) == 0
    assert preview(registry, caf, data, TODAY, "b.csv") == id


def test_she_and_the_relais_are_told_once_and_nobody_is_named(registry: Connection, caf: Account) -> None:
    offer = person(registry)
    accounts.create(registry, "anais@example.org", "am", offer=offer)
    relais = accounts.create(registry, "rpe@example.org", "rpe", communes=["44109"])
    accounts.create(registry, "ailleurs@example.org", "rpe", communes=["49007"])
    send(registry, caf, as_csv(line("suspension", TODAY.isoformat())), NOW)
    mails: dict[str, str] = dict(registry.execute("select recipient, subject || body from mail_outbox").fetchall())
    assert set(mails) == {"anais@example.org", "rpe@example.org"}
    assert "suspendu à partir du 23\u00a0novembre\u00a02026" in mails["anais@example.org"]
    assert not any(word in mails["rpe@example.org"] for word in ("Goff", "Anaïs", "044-001", "suspen"))
    assert [(each.name, each.action) for each in queue.of_communes(registry, relais, date(2026, 10, 1))] == [
        ("Anaïs L.", "suspension")
    ]


def test_what_the_caf_changes_and_reads_is_written_down(registry: Connection, caf: Account) -> None:
    offer = person(registry)
    send(registry, caf, as_csv(line("retrait", TODAY.isoformat())), NOW)
    noted = registry.execute("select action, account, offer, detail::text from audit order by id").fetchall()
    assert ("movement.accept", caf.id, offer) in [row[:3] for row in noted]
    assert {"movement.preview", "movement.apply", "movement.read"} <= {row[0] for row in noted}
    assert not any("Goff" in row[3] or "044-001" in row[3] for row in noted)


def test_a_preview_that_nobody_applies_is_deleted(registry: Connection, caf: Account) -> None:
    person(registry)
    id = preview(registry, caf, as_csv(line("retrait", TODAY.isoformat())), TODAY)
    registry.execute("update intake_run set received_at = %s", [NOW - timedelta(days=8)])
    assert runs.purge(registry, NOW) == 1
    with pytest.raises(runs.RunGone):
        runs.find(registry, id)


def test_two_who_apply_one_file_at_once_apply_it_once(registry: Connection, registry_url: str, caf: Account) -> None:
    offers = [person(registry, f"044-{number:03}") for number in range(8)]
    for offer in offers:
        accounts.create(registry, f"{offer}@example.org", "am", offer=offer)
    data = as_csv(*[line("suspension", TODAY.isoformat(), f"044-{number:03}") for number in range(8)])
    ids = [preview(registry, caf, data, TODAY) for _ in range(2)]
    registry.commit()
    with ThreadPoolExecutor(4) as workers:
        done = [
            workers.submit(database.retried, registry_url, lambda conn, id=id: files.apply(conn, id, caf, NOW))
            for id in ids * 2
        ]
        assert sorted(each.result() for each in done) == [0, 0, 0, 8]
    assert registry.execute("select count(*) from mail_outbox").fetchall()[0][0] == 8
