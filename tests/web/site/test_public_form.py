"""Forms that anybody may send share one guard; what each of them tells is in the tests of its own folder."""

import re

from tests.conftest import ROOT
from web.core.public_form import OPENED, TRAP
from web.parents.alerts import routes as alerts
from web.parents.contact import routes as contact
from web.parents.reports import routes as reports

GUARDS = (contact.GUARD, reports.GUARD, alerts.GUARD)


def test_every_form_with_the_trap_is_shown_by_a_guard() -> None:
    templates = ROOT / "web" / "templates"
    trapped = {
        str(path.relative_to(templates)) for path in templates.rglob("*.html") if "f.trap(" in path.read_text("utf-8")
    }
    assert trapped == {guard.template for guard in GUARDS}
    assert len({guard.name for guard in GUARDS}) == len(GUARDS), "signatures and counts are of one form"


def test_nobody_else_reads_the_trap_or_signs_the_moment() -> None:
    of_its_own = re.compile(rf'posted\.text\(\w+, "({TRAP}|{OPENED})"\)|signer\("form"')
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "web").rglob("*.py")
        if of_its_own.search(path.read_text("utf-8"))
    }
    # The thanks for a report sign its number, a copy that waits its id, not a form.
    assert found == {"web/core/public_form.py", "web/parents/reports/routes.py", "web/am/space/staging.py"}
