"""The step-by-step guide: its steps, and the real screens beside them (taken by `python -m docs.guide`)."""

from collections.abc import Callable
from dataclasses import dataclass

from web.core.rendering import STATIC

FOLDER = STATIC / "parents" / "guide"


@dataclass(frozen=True)
class Step:
    """`picture`: a file in web/static/parents/guide, and the name that docs/guide.py takes it by; `told`: one sentence
    each, with scales in braces."""

    picture: str
    title: str
    told: tuple[str, ...]


STEPS = (
    Step(
        "depart",
        "Préparez ce qu’il faut",
        (
            "Votre attestation d’agrément, papier ou photo.",
            "Votre pièce d’identité et votre carte Vitale\u00a0: son numéro sert à vérifier qui vous êtes"
            " et n’est pas gardé.",
            "Une adresse mail que vous lisez. Comptez un quart d’heure\u202f; vous pouvez vous arrêter et reprendre.",
        ),
    ),
    Step(
        "code",
        "Entrez le code reçu par mail",
        (
            "Ouvrez «\u00a0S’inscrire\u00a0», écrivez votre adresse mail, puis demandez un code.",
            "Un mail arrive avec six chiffres, valables dix minutes. Recopiez-les."
            " Il n’y a pas de mot de passe à retenir.",
            "Rien ne vient\u00a0? Regardez dans les courriers indésirables, puis demandez un autre code.",
        ),
    ),
    Step(
        "identite",
        "Dites qui vous êtes",
        (
            "Nom de naissance, tous vos prénoms, date et lieu de naissance, comme sur votre pièce d’identité.",
            "Vos noms ne sont pas montrés aux parents\u00a0: vous choisirez le nom affiché plus loin.",
        ),
    ),
    Step(
        "agrement",
        "Recopiez votre agrément",
        (
            "Le numéro, les dates et le nombre d’enfants, tels qu’ils sont écrits sur l’attestation.",
            "Ajoutez une photo lisible de chaque page\u00a0: à plat, bien éclairée, sans doigt sur le texte.",
        ),
    ),
    Step(
        "accueil",
        "Présentez votre accueil",
        (
            "Votre projet d’accueil, vos tarifs, ce que vous proposez. Quelques phrases suffisent.",
            "N’écrivez ni téléphone, ni mail, ni rue dans vos textes\u00a0: le site vous le dira.",
        ),
    ),
    Step(
        "adresse",
        "Choisissez ce qui est montré",
        (
            "Adresse exacte, rue, ou seulement le quartier\u00a0: à vous de choisir, et vous pourrez changer d’avis.",
            "À côté, vous voyez votre fiche comme un parent la verra.",
        ),
    ),
    Step(
        "resume",
        "Relisez et envoyez",
        (
            "Une dernière page reprend tout. Corrigez ce qui doit l’être, puis envoyez.",
            "Un modérateur vérifie votre agrément sous {agrement_decision_hours} heures."
            " Un mail vous dit à chaque fois où en est votre demande.",
        ),
    ),
    Step(
        "disponibilites",
        "Indiquez vos disponibilités",
        (
            "Pour chaque jour, les heures et le nombre de places libres."
            " «\u00a0Je suis complète\u00a0» suffit si vous l’êtes.",
            "Remettez-les à jour avant le 1er juin et avant le 1er décembre\u00a0: un mail vous le rappelle,"
            " et un seul appui y suffit si rien n’a changé.",
        ),
    ),
)


def steps(dated: Callable[[str], str]) -> list[dict[str, object]]:
    """For the page; a picture that was not taken yet is left out. `dated` puts in what scales say (`Site.dated`)."""
    return [
        {
            "title": step.title,
            "told": [dated(sentence) for sentence in step.told],
            "picture": f"parents/guide/{step.picture}.png" if (FOLDER / f"{step.picture}.png").exists() else "",
        }
        for step in STEPS
    ]
