"""What parents will and will not see of a profile that is being entered, in words.

What they see is read from the document that would be indexed (`registry.agrements.previews`), and from nothing else:
what was typed only says why something of it is missing there.
"""

from collections.abc import Mapping
from typing import Any

from domain import french
from domain.vocabulary import Feature, Language
from registry.offers.profiles import UNNAMED, checks, typed
from registry.offers.profiles.typed import text, ticked
from web import texts
from web.shared.profile import understood, wording

Rows = list[tuple[str, str]]

NEVER: Rows = [
    ("Nom et prénom de naissance", "seul le nom affiché est lu"),
    ("Date et lieu de naissance", "jamais montrés"),
    ("Numéro d’agrément et sa copie", "vus du modérateur seul"),
]


def preview(document: Mapping[str, Any], values: Mapping[str, str], *, messages: bool = True) -> dict[str, Any]:
    """`name`, `place`, and rows of label and text: `shown`, and `hidden` with why.

    `messages`: whether her fiche will offer to write to her (`contact.takes_messages`).
    """
    shown, hidden = _place(document, values)
    contact = document.get("contact", {})
    for name, field, label in (("telephone", "phone", "Téléphone"), ("courriel", "mail", "Mail")):
        if field in contact:
            shown.append((label, f"{contact[field]} (sur votre fiche seulement, jamais dans les listes)"))
        elif text(values, name):
            said = understood.telephone(values) if name == "telephone" else ""
            hidden.append((label, f"{said}\u00a0: vous ne le montrez pas" if said else "vous ne le montrez pas"))
    if messages:
        shown.append(("Messages", "les parents vous écrivent ici, sans voir votre adresse mail"))
    return {
        "name": "Votre nom affiché" if document["name"] == UNNAMED else document["name"],
        "shown": shown + _facts(document),
        "hidden": hidden + NEVER,
        "reachable": bool(contact) or messages,
    }


def _place(document: Mapping[str, Any], values: Mapping[str, str]) -> tuple[Rows, Rows]:
    hidden = [("Votre adresse", "jamais montrée")]
    if "mam" in document:
        return [("Lieu", f"à la MAM «\u00a0{document['mam']['name']}\u00a0», à son adresse")], hidden
    if text(values, "accueil") == "mam" and text(values, "mam"):
        why = "elle n’est pas publiée en ce moment" if ticked(values, "montrer_mam") else "vous ne la montrez pas"
        hidden.append(("Votre MAM", why))
    else:
        hidden = [("Votre adresse", "seul un secteur est montré, le même pour vos voisines")]
    if "commune" not in document:
        return [("Lieu", "un secteur de votre commune")], hidden
    town = f"{document['commune']['postcode']} {document['commune']['name']}"
    match document["precision"]:
        case "address":
            return [("Lieu", f"{document['address']}, {town}")], []
        case "street":
            return [("Lieu", f"{document['address']}, {town}")], [("Le numéro dans la rue", "vous ne le montrez pas")]
        case "commune":
            return [("Lieu", f"la commune entière, {town}")], hidden
    return [("Lieu", f"un secteur d’un à deux kilomètres, à {town}")], hidden


def _facts(document: Mapping[str, Any]) -> Rows:
    rows: Rows = []
    if "capacity" in document:
        rows.append(("Agréée pour", texts.CHILD.of(document["capacity"])))
    if "ages" in document:
        rows.append(("Âges", french.ages(document["ages"]["gte"], document["ages"]["lt"])))
    for name, label in (
        ("hourly_cents", "Tarif horaire net"),
        ("upkeep_cents", "Entretien, par jour"),
        ("meal_cents", "Repas"),
    ):
        if name in document.get("tariff", {}):
            rows.append((label, french.money(document["tariff"][name])))
    if "features" in document:
        rows.append(("Particularités", ", ".join(Feature(code).label for code in document["features"])))
    if "languages" in document:
        rows.append(("Langues", ", ".join(Language(code).label for code in document["languages"])))
    if "schools" in document:
        rows.append(("Écoles desservies", ", ".join(document["schools"])))
    if "employed" in document:
        rows.append(("Employeur", "salariée d’une structure"))
    if "project" in document:
        rows.append(("Projet d’accueil", document["project"]))
    return rows


def summary(values: Mapping[str, str]) -> list[tuple[str, str, Rows]]:
    """The pages with their heading and what was entered there, as the summary shows it to her."""
    ages = {str(months): label for months, label in (*wording.AGES_FROM, *wording.AGES_TO)}
    said = {
        "lieu_naissance": text(values, "lieu_naissance_nom") or text(values, "lieu_naissance"),
        "age_de": ages.get(text(values, "age_de"), french.age(typed.whole(values, "age_de") or 0)),
        "age_a": ages.get(text(values, "age_a"), french.age(typed.whole(values, "age_a") or 0)),
        "accueil": _where(values),
        "employee": "salariée d’une structure" if ticked(values, "employee") else "les parents",
        "particularites": ", ".join(Feature.label_of(code) for code in typed.lines(values, "particularites")),
        "langues": ", ".join(Language.label_of(code) for code in typed.lines(values, "langues")),
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
        said[name] = french.day(day) if day else text(values, name)
    for name in ("tarif_horaire", "entretien", "repas"):
        amount = typed.cents(values, name)
        said[name] = french.money(amount) if amount is not None else text(values, name)
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
    said = understood.telephone(values) if name == "telephone" else ""
    return f"{said or text(values, name)} ({'montré' if ticked(values, show) else 'non montré'} aux parents)"
