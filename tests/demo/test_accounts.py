"""The demo's accounts: one that can be signed in with for every role, made once."""

from datetime import timedelta

from demo.accounts import demo_accounts
from registry import accounts
from registry.accounts import ROLES
from registry.database import Connection
from tests.conftest import TODAY
from tests.records import assistant


def test_there_is_one_for_every_role_and_a_second_start_makes_no_more(registry: Connection) -> None:
    offer = assistant(registry, commune="44162", postcode="44800", home=(47.211, -1.6487))
    registry.execute("update agrement set ends_on = %s", [TODAY + timedelta(days=700)])
    made = demo_accounts(registry, TODAY)
    assert demo_accounts(registry, TODAY) == made
    found = [accounts.by_mail(registry, each.mail) for each in made]
    by_role = {account.role: account for account in found if account}
    # Those three have nothing to show yet: claims of crèches, and articles, come later.
    assert set(ROLES) - set(by_role) == {"manager", "writer", "reviewer"}
    assert sum(account is not None and account.role == "moderator" for account in found) == 2, "one confirms a refusal"
    account = accounts.of_offer(registry, offer)
    assert account is not None
    assert account.mail == "am@demo.example"
    assert accounts.relais_of(registry, "44162") == [by_role["rpe"]]
    assert by_role["department"].department == by_role["caf"].department == "44"
    fresh = accounts.by_mail(registry, "nouvelle@demo.example")
    assert fresh is not None
    assert fresh.offer is None
