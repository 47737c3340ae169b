"""More offers than a screen holds, around the centre of Nantes, and the addresses and windows in which they are looked
at: for the tests of the layout (test_layout.py, test_layout_form.py)."""

from datetime import date

from mappings.documents import Range
from tests.search_api import documents

PLACE = "/?ou=Nantes&lieu=commune:44109"
NEED = f"{PLACE}&type=eaje&type=assistant_maternel&jour=lun&jour=mar&jour=jeu&jour=ven&debut=08:00&fin=18:00"
HEIGHTS = {360: 780, 768: 1024, 1280: 800, 1920: 1080}
"""Of a window of that width, in CSS pixels."""
WIDTHS = sorted(HEIGHTS)

CARERS = 30
MANY = [
    *(
        documents.offer(
            f"am{n:02}",
            "assistant_maternel",
            f"Huguette B. {n:02}",
            47.2186 + n / 2_000,
            -1.5541 + n % 5 / 2_000,
            precision="zone" if n % 2 else "address",
            address=None if n % 2 else f"{n} rue des Tilleuls",
            capacity=3,
            ages=Range(gte=3, lt=36),
            features=["garden", "meals", "no_smoking"],
            # Some cover the four days, others three of them: the list says both.
            availability=[
                documents.period("2026-09-01", None, ("mon-fri" if n < 12 else "mon-thu", "07:30", "19:00", 1))
            ],
            confirmed_on=date(2026, 8, 3),
        )
        for n in range(CARERS)
    ),
    documents.offer(
        "creche",
        "eaje",
        "Les Pieds dans l’eau",
        47.2190,
        -1.5545,
        subkind="micro_creche",
        address="21 rue des Orchestres",
        opening=documents.opening("mon-fri", "07:30", "18:30"),
        fictitious=False,
    ),
]
