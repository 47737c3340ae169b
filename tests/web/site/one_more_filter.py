"""The site with one row more in the table of filters. In a process of its own, as the table is read on import.

Reads settings from its input and writes what the site answers, as JSON. With `without-a-clause` the row has no field.
"""

import json
import sys
from dataclasses import replace

from domain.vocabulary import ManagerType
from search_api import filter_table
from search_api.filter_table import Codes, Filter

ROW = Filter(
    "manager_type",
    "Qui gère l’offre.",
    Codes(ManagerType, "association"),
    "manager.type",
    structures_only=True,
    page="gestion",
    title="Qui gère",
    chip="Géré par\u00a0: {label}",
)


def main() -> None:
    row = replace(ROW, field=None) if "without-a-clause" in sys.argv else ROW
    filter_table.FILTERS = (*filter_table.FILTERS, row)
    from settings import Settings
    from tests.web.site.conftest import visitor  # which imports the site, now that the row is there

    with visitor(Settings.model_validate_json(sys.stdin.read())) as site:
        api, page = "/api/v1/offers", {"ou": "Nantes", "lieu": "commune:44109", "gestion": "commune"}
        json.dump(
            {
                "document": site.get("/openapi.json").json(),
                "answer": site.offers(manager_type="commune", facets="manager_type", kind="eaje"),
                "others": site.get(api, {"manager_type": "association"}).json()["total"],
                "map": site.get("/api/v1/map", {"bbox": "-2,47,-1,48", "zoom": 9, "manager_type": "commune"}).json(),
                "counts": site.get("/api/v1/counts", {"by": "manager_type"}).json()["counts"],
                "refused": site.get(api, {"manager_type": "x"}).json(),
                "page": site.get("/", page).text,
                "refused_page": site.get("/", {**page, "gestion": "x"}).text,
            },
            sys.stdout,
        )


if __name__ == "__main__":
    main()
