"""What parents will and will not see of a profile that is being entered: pure functions of what was typed.

It says what the registry will derive (view `am_public`), in words; nothing is written to find out.
"""

from collections.abc import Mapping
from typing import Any

from registry.profiles import checks, typed
from registry.profiles.placing import street_of
from registry.profiles.typed import text, ticked
from search_api import labels
from web import formats
from web.registration import wording

Rows = list[tuple[str, str]]


def preview(values: Mapping[str, str]) -> dict[str, Any]:
    """`name`, `place`, and rows of label and text: `shown`, and `hidden` with why."""
    shown, hidden = _place(values)
    for name, show, label, read in (
        ("telephone", "montrer_telephone", "Téléphone", typed.telephone),
        ("courriel", "montrer_courriel", "Mail", str.strip),
    ):
        value = read(text(values, name)) if text(values, name) else None
        if value and ticked(values, show):
            shown.append((label, f"{value} (sur votre fiche seulement, jamais dans les listes)"))
        elif value:
            hidden.append((label, "vous ne le montrez pas"))
    shown += _told(values)
    hidden += [
        ("Nom et prénom de naissance", "seul le nom affiché est lu"),
        ("Date et lieu de naissance", "jamais montrés"),
        ("Numéro d’agrément et sa copie", "vus du modérateur seul"),
    ]
    reachable = (text(values, "telephone") and ticked(values, "montrer_telephone")) or (
        text(values, "courriel") and ticked(values, "montrer_courriel")
    )
    return {
        "name": text(values, "nom_affiche") or "Votre nom affiché",
        "shown": shown,
        "hidden": hidden,
        "reachable": bool(reachable),
    }


def _place(values: Mapping[str, str]) -> tuple[Rows, Rows]:
    commune = text(values, "commune_nom") or text(values, "commune")
    town = f"{text(values, 'code_postal')} {commune}".strip() or "votre commune"
    address = text(values, "adresse")
    if text(values, "accueil") == "mam" and text(values, "mam"):
        mam = text(values, "mam_nom") or "votre MAM"
        if ticked(values, "montrer_mam"):
            return [("Lieu", f"à la MAM «\u00a0{mam}\u00a0», à son adresse")], [("Votre adresse", "jamais montrée")]
        return [("Lieu", f"un secteur de {town}")], [
            ("Votre adresse", "jamais montrée"),
            ("Votre MAM", "vous ne la montrez pas"),
        ]
    known = bool(text(values, "lat"))
    if text(values, "montrer") == "address" and address and known:
        return [("Lieu", f"{address}, {town}")], []
    if text(values, "montrer") == "street" and address and text(values, "street_lat"):
        return [("Lieu", f"{street_of(address)}, {town}")], [("Le numéro dans la rue", "vous ne le montrez pas")]
    return [("Lieu", f"un secteur d’un à deux kilomètres, à {town} (la commune entière si elle est peu peuplée)")], [
        ("Votre adresse", "seul un secteur est montré, le même pour vos voisines")
    ]


def _told(values: Mapping[str, str]) -> Rows:
    rows: Rows = []
    capacity, youngest, oldest = (typed.whole(values, name) for name in ("capacite", "age_de", "age_a"))
    if capacity:
        rows.append(("Agréée pour", formats.plural(capacity, "enfant", "enfants")))
    if youngest is not None and oldest is not None and youngest < oldest:
        rows.append(("Âges", formats.ages(youngest, oldest)))
    for name, label in (
        ("tarif_horaire", "Tarif horaire net"),
        ("entretien", "Entretien, par jour"),
        ("repas", "Repas"),
    ):
        amount = typed.cents(values, name)
        if amount is not None:
            rows.append((label, formats.money(amount)))
    chosen = [labels.FEATURES[code] for code in typed.lines(values, "particularites") if code in labels.FEATURES]
    if chosen:
        rows.append(("Particularités", ", ".join(chosen)))
    spoken = [labels.LANGUAGES[code] for code in typed.lines(values, "langues") if code in labels.LANGUAGES]
    if spoken:
        rows.append(("Langues", ", ".join(spoken)))
    if typed.lines(values, "ecoles"):
        rows.append(("Écoles desservies", ", ".join(typed.lines(values, "ecoles"))))
    if ticked(values, "employee"):
        rows.append(("Employeur", "salariée d’une structure"))
    if text(values, "projet"):
        rows.append(("Projet d’accueil", text(values, "projet")))
    return rows


def summary(values: Mapping[str, str]) -> list[tuple[str, str, Rows]]:
    """The pages with their heading and what was entered there, as the summary shows it to her."""
    ages = {str(months): label for months, label in (*wording.AGES_FROM, *wording.AGES_TO)}
    said = {
        "lieu_naissance": text(values, "lieu_naissance_nom") or text(values, "lieu_naissance"),
        "age_de": ages.get(text(values, "age_de"), formats.age(typed.whole(values, "age_de") or 0)),
        "age_a": ages.get(text(values, "age_a"), formats.age(typed.whole(values, "age_a") or 0)),
        "accueil": _where(values),
        "employee": "salariée d’une structure" if ticked(values, "employee") else "les parents",
        "particularites": ", ".join(labels.FEATURES.get(code, code) for code in typed.lines(values, "particularites")),
        "langues": ", ".join(labels.LANGUAGES.get(code, code) for code in typed.lines(values, "langues")),
        "ecoles": ", ".join(typed.lines(values, "ecoles")),
        "adresse": f"{text(values, 'adresse')}, {text(values, 'code_postal')} {text(values, 'commune_nom')}".strip(
            ", "
        ),
        "montrer": dict(wording.SHOWS).get(text(values, "montrer"), ""),
        "telephone": _shown_or_not(values, "telephone", "montrer_telephone"),
        "courriel": _shown_or_not(values, "courriel", "montrer_courriel"),
    }
    for name in ("naissance", "debut", "fin"):
        day = typed.day(values, name)
        said[name] = formats.day(day) if day else text(values, name)
    for name in ("tarif_horaire", "entretien", "repas"):
        amount = typed.cents(values, name)
        said[name] = formats.money(amount) if amount is not None else text(values, name)
    of_page = {
        "1": checks.IDENTITY,
        "2a": checks.AGREMENT,
        "2b": checks.PROFILE,
        "2c": ("adresse", "montrer", "telephone", "courriel"),
    }
    return [
        (
            page,
            wording.HEADINGS[page],
            [
                (wording.LABELS[name], said.get(name, text(values, name)))
                for name in names
                if name in wording.LABELS and said.get(name, text(values, name))
            ],
        )
        for page, names in of_page.items()
    ]


def _where(values: Mapping[str, str]) -> str:
    if text(values, "accueil") == "mam":
        shown = "montrée" if ticked(values, "montrer_mam") else "non montrée"
        return f"MAM «\u00a0{text(values, 'mam_nom')}\u00a0», {shown} aux parents"
    return "à domicile" if text(values, "accueil") == "domicile" else ""


def _shown_or_not(values: Mapping[str, str], name: str, show: str) -> str:
    if not text(values, name):
        return ""
    return f"{text(values, name)} ({'montré' if ticked(values, show) else 'non montré'} aux parents)"
