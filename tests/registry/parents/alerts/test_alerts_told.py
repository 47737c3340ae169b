"""What opens is told, once for each opening, and never what was free before."""

from datetime import timedelta

from domain import french
from jobs import alerts
from registry import database
from registry.parents.alerts import matching, telling
from tests.conftest import TODAY
from tests.registry.parents.alerts.conftest import FULL_WEEK, WANTED, World


def test_a_place_that_opens_is_told_once_and_told_again_when_it_opens_anew(world: World) -> None:
    before = world.assistant("Libre D.", *FULL_WEEK)
    offer = world.assistant("Nadia B.")
    world.follow()
    world.live()
    assert world.follow().mails == 0
    assert world.told() == [], "what was free when the alert was asked is no news"

    world.free(offer)
    done = world.follow()
    assert (done.openings, done.mails) == (1, 1)
    (body,) = world.told()
    for part in (
        "Nadia B., assistant",
        "à Nantes",
        "1 place libre pour vos jours",
        f"/offre/{offer}",
        "Données fictives",
    ):
        assert part in body.replace("\u00a0", " "), body
    for private in ("06 39", "secrete@", "rue Introuvable", "Bensaïd"):
        assert private not in body

    for _ in range(2):
        world.sql("update offer set project = coalesce(project, '') || 'x' where id = any (%s)", [offer, before])
        assert world.follow().mails == 0, "another change of the same place is no opening"
    world.full(offer)
    world.follow()
    assert len(world.told()) == 1
    world.free(offer)
    assert world.follow().mails == 1
    assert len(world.told()) == 2


def test_the_end_of_a_place_is_told_where_it_is_known_and_that_of_a_declaration_as_such(world: World) -> None:
    declared, ending = world.assistant("Nadia B."), world.assistant("Odile C.")
    world.live()
    spring, summer = TODAY + timedelta(days=100), TODAY + timedelta(days=200)
    longer = [(day, 7 * 60, 19 * 60, 1) for day in range(5)]
    two = [(TODAY, spring, FULL_WEEK), (spring + timedelta(days=1), summer, longer)]
    world.periods(declared, *two)
    world.periods(ending, *two, (summer + timedelta(days=1), None, []))
    world.follow()
    (body,) = world.told()
    of = {name: told.splitlines()[1] for name in ("Nadia", "Odile") for _, _, told in [body.partition(name)]}
    assert f", disponibilités déclarées jusqu’au {french.day(summer)}" in of["Nadia"]
    assert f", jusqu’au {french.day(summer)}" in of["Odile"]


def test_minutes_that_are_missing_are_told_and_not_passed_over(world: World) -> None:
    """Half an hour may be missing at either end of Monday and Tuesday, from half past eight to five."""
    nearly, whole, short = world.assistant("Nadia B."), world.assistant("Odile C."), world.assistant("Trop court S.")
    world.live({**WANTED, "souplesse": "30"})
    world.free(nearly, [(day, 8 * 60 + 45, 16 * 60 + 30, 2) for day in range(5)])
    world.free(short, [(day, 8 * 60 + 45, 16 * 60 + 29, 1) for day in range(5)])
    world.free(whole)
    world.follow()
    (body,) = (each.replace("\u00a0", " ") for each in world.told())
    of = {name: told.splitlines()[1:3] for name in ("Nadia", "Odile") for _, _, told in [body.partition(name)]}
    assert of["Nadia"] == [
        "1 place libre pour vos jours et presque toutes vos heures",
        "Il manque 15 min le matin et 30 min le soir, lundi et mardi.",
    ]
    assert of["Odile"][0] == "1 place libre pour vos jours et vos heures"
    assert body.count("Il manque") == 1
    assert "Trop court" not in body


def test_two_children_without_days_are_told_of_two_places_at_once(world: World) -> None:
    one, two = world.assistant("Nadia B."), world.assistant("Odile C.")
    world.live({"ou": "Nantes", "naissance": [(TODAY - timedelta(days=300)).isoformat()] * 2})
    winter = TODAY + timedelta(days=60)
    pair = [(0, 8 * 60, 12 * 60, 2)]
    world.free(one)
    assert world.follow().mails == 0
    world.periods(two, (TODAY, winter, pair), (winter + timedelta(days=1), None, FULL_WEEK))
    world.follow()
    (body,) = (each.replace("\u00a0", " ") for each in world.told())
    assert "Nadia" not in body
    assert "jusqu’à 2 places libres" in body
    assert f"jusqu’au {french.day(winter)}".replace("\u00a0", " ") in body, "then one is left"
    world.free(two)
    world.follow()
    assert len(world.told()) == 1, "one place is none for two"


def test_a_run_that_is_repeated_tells_nothing_twice(world: World) -> None:
    offer = world.assistant("Nadia B.")
    world.live()
    world.free(offer)
    world.follow()
    world.sql("insert into indexed_change (offer) values (%s)", offer)
    world.follow()
    assert len(world.told()) == 1


def test_what_opens_before_the_alert_is_confirmed_is_told_then(world: World) -> None:
    offer = world.assistant("Nadia B.")
    letter = world.ask()
    world.follow()
    world.free(offer)
    assert world.follow().mails == 0, "nobody has confirmed"
    browser = world.rooms.visit()
    browser.get(letter.path("/alertes/confirmer/"))
    browser.post(letter.path("/alertes/confirmer/"))
    assert world.follow().mails == 1


def test_a_day_that_comes_opens_a_place_too(world: World) -> None:
    world.assistant("Bientôt L.", *FULL_WEEK, since=TODAY + timedelta(days=3))
    world.live()
    for days, mails in ((1, 0), (2, 1), (1, 0)):
        world.rooms.clock.now += timedelta(days=days)
        assert world.follow().mails == mails


def test_a_wanted_day_counts_and_counts_as_today_once_it_has_passed(world: World) -> None:
    start = TODAY + timedelta(days=20)
    short = world.assistant("Trop court S.")
    world.live({**WANTED, "des": start.isoformat()})
    world.periods(short, (TODAY, start - timedelta(days=1), FULL_WEEK))
    assert world.follow().mails == 0
    offer = world.assistant("Nadia B.", *FULL_WEEK, since=start)
    assert world.follow().mails == 1
    assert "à partir du 13 décembre 2026" in world.told()[0].replace("\u00a0", " ")
    world.rooms.clock.now += timedelta(days=25)
    world.periods(offer, (start, start + timedelta(days=2), FULL_WEEK), (start + timedelta(days=4), None, FULL_WEEK))
    world.follow()
    assert world.sql("select closed_at from alert_match where offer = %s", offer) == [(None,)]


def test_who_wants_one_mail_a_week_gets_it_on_monday_morning(world: World) -> None:
    first, second, gone = (world.assistant(name) for name in ("Une A.", "Deux B.", "Reprise C."))
    world.live(rhythm="weekly")
    for offer in (first, gone):
        world.free(offer)
    assert world.follow().mails == 0
    world.rooms.clock.now += timedelta(days=3)
    world.free(second)
    world.full(gone)
    assert world.follow().mails == 0
    world.rooms.clock.now += timedelta(days=4)
    assert world.follow().mails == 1
    (body,) = world.told()
    assert "Une A." in body
    assert "Deux B." in body
    assert "Reprise C." not in body, "taken meanwhile"
    world.full(first)
    world.follow()
    world.free(first)
    assert world.follow().mails == 0, "on Monday, and not whenever something opens after a quiet one"


def test_a_day_of_many_openings_ends_in_one_mail_for_the_rest(world: World) -> None:
    world.live()
    for number in range(telling.TOLD_AT_ONCE.most + 2):
        world.assistant(f"Place {number:02}", *FULL_WEEK)
        world.follow()
    assert len(world.told()) == telling.TOLD_AT_ONCE.most
    world.rooms.clock.now += timedelta(days=1)
    world.follow()
    assert "Place 10" in world.told()[-1]
    assert "Place 11" in world.told()[-1]


def test_an_engine_that_is_away_loses_no_opening(world: World) -> None:
    offer = world.assistant("Nadia B.")
    world.live()
    world.free(offer)
    world.index()
    away = world.settings.model_copy(update={"elasticsearch_url": "http://127.0.0.1:9"})
    assert alerts.follow(away, world.rooms.clock.now).mails == 0
    assert alerts.follow(world.settings, world.rooms.clock.now).mails == 1


def test_one_run_at_a_time(world: World) -> None:
    offer = world.assistant("Nadia B.")
    world.live()
    world.free(offer)
    world.index()
    with database.connect(world.settings.database_url, autocommit=True) as conn, matching.alone(conn) as won:
        assert won
        assert alerts.follow(world.settings, world.rooms.clock.now) == alerts.Done()
    assert alerts.follow(world.settings, world.rooms.clock.now).mails == 1


def test_changes_are_forgotten_where_nobody_waits_for_any(world: World) -> None:
    offer = world.assistant("Nadia B.", *FULL_WEEK)
    world.index()
    assert (offer,) in world.sql("select offer from indexed_change")
    world.follow()
    assert world.sql("select count(*) from indexed_change") == [(0,)]
