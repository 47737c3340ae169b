"""The mails of the duty to declare: what they say. Their subjects tell nothing private."""

from collections.abc import Mapping
from datetime import date

MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


def day_text(day: date) -> str:
    """« 1er juin 2026 »."""
    return f"{'1er' if day.day == 1 else day.day} {MONTHS[day.month - 1]} {day.year}"


def reminder(deadline: date, days: int, until: date, tokens: Mapping[str, str], site: str) -> tuple[str, str]:
    """Subject and body. `days` before the deadline, negative after; `until`: how far « rien n’a changé » reaches;
    `tokens`: the one-tap links by purpose."""
    when = f"avant le {day_text(deadline)}"
    if days > 0:
        subject = f"Vos disponibilités sont à dire {when}"
        left = f"Il vous reste {days} jours" if days > 1 else "Il vous reste un jour"
        opening = (
            f"{left}\u00a0: {when}, vous devez dire vos disponibilités pour les six mois qui suivent\n"
            "(loi du 7 décembre 2020, article 100)."
        )
    else:
        subject = "Vos disponibilités ne sont pas à jour"
        opening = (
            f"Vos disponibilités étaient à dire {when}, et nous n’avons rien reçu.\n"
            "Il est encore temps\u00a0: dites-les maintenant, et votre profil sera de nouveau à jour."
        )
    taps = []
    if "unchanged" in tokens:
        taps.append(
            f"Rien n’a changé\u00a0: ma semaine reste la même jusqu’au {day_text(until)}.\n"
            f"{site}/d/{tokens['unchanged']}"
        )
    if "full" in tokens:
        taps.append(f"Je suis complète\u00a0: je n’ai pas de place en ce moment.\n{site}/d/{tokens['full']}")
    taps.append(f"Autre chose\u00a0: je change ma semaine.\n{site}/espace/disponibilites")
    return subject, _letter(opening, "Touchez la ligne qui vous convient, c’est tout\u00a0:", "\n\n".join(taps), _ONCE)


def warning(deadline: date, today: date, site: str) -> tuple[str, str]:
    """The written, dated warning after a first breach."""
    return f"Avertissement du {day_text(today)}", _letter(
        f"Avertissement du {day_text(today)}",
        f"Les assistantes et assistants maternels disent leurs disponibilités au moins deux fois par an, avant le\n"
        f"1er juin et avant le 1er décembre (loi du 7 décembre 2020, article 100\u00a0; décret du 30 août 2021).\n"
        f"Avant le {day_text(deadline)}, nous n’avons pas reçu les vôtres.",
        "C’est la première fois\u00a0: ce courrier est un avertissement, il n’a pas d’autre suite. Si vous pensez\n"
        "que c’est une erreur, parlez-en à votre relais petite enfance.",
        f"Pour les dire maintenant, en une minute\u00a0:\n{site}/espace/disponibilites",
    )


_ONCE = "Ces liens ne marchent qu’une fois et sont faits pour vous\u00a0: ne transférez pas ce message."


def _letter(*paragraphs: str) -> str:
    return "\n\n".join(("Bonjour,", *paragraphs, "Ribambelle")) + "\n"
