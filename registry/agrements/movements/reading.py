"""A département's file becomes movements, or says line by line what is wrong with it. Nothing is looked up here."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice

import msgspec

from domain.french import day_in_figures
from domain.spelling import fold, legible
from registry.agrements.movements import mapping
from registry.agrements.movements.mapping import FIELDS, Layout
from registry.agrements.movements.rows import Refusal, Row, key
from registry.intake import texts
from registry.intake.sheets import Damaged, opened
from registry.intake.tables import HEADER_WITHIN, Bad, Cell, Limits, Line, Unreadable, heading, within
from registry.parsing.refusals import Refused

LIMITS = Limits(bytes=5 * 1024 * 1024, lines=5_000, columns=60)
"""A département of 10,000 assistants maternels has some hundred movements a month."""

MOST_LINES_NAMED = 10
"""In one sentence about a file."""

MOST_OF_A_NUMBER, MOST_OF_A_NAME, MOST_OF_A_CELL = 40, 100, 300

FIRST_DAY = date(1977, 5, 17)
"""The law that made the agrément (loi n° 77-505): no movement is older. An earlier one is a typing error."""

FURTHEST = timedelta(days=2 * 366)
"""A movement further ahead is a typing error too."""

OLDEST_BIRTH = date(1900, 1, 1)

MOST_OF_A_QUOTE = 60
"""Letters of a refused value that a sentence quotes."""


@dataclass
class Read:
    """`notices`: French sentences about the whole file."""

    rows: list[Row] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def read(data: bytes, layout: Layout, department: str, today: date) -> Read:
    """The movements of a CSV or XLSX file, told apart by what is in it. Raises Unreadable."""
    sheets, notices = opened(data, lambda cell: fold(heading(cell)) in layout.headings, LIMITS, layout.sheet)
    mended: list[int] = []
    found: list[tuple[str, dict[str, int], list[Line]]] = []
    refused: list[Unreadable] = []
    for sheet in sheets:
        try:
            found.append((sheet.name, *_header(_plain(sheet.lines, mended), layout)))
        except Damaged:
            raise
        except Unreadable as error:
            refused.append(error)
    if not found:
        raise refused[0]
    if len(found) > 1:
        names = ", ".join(f"«\u00a0{name}\u00a0»" for name, *_ in found)
        raise Unreadable(f"Plusieurs feuilles ont des mouvements\u00a0: {names}. Envoyez-en une seule.")
    _, header, lines = found[0]
    if mended:
        notices.append(
            f"Accents rétablis dans des lignes, à vérifier\u00a0: {', '.join(map(str, mended[:MOST_LINES_NAMED]))}."
        )
    return _read(header, lines, layout, department, today, notices)


def answer(data: bytes, department: str, today: str) -> bytes:
    """What a child process says of a file: `Read` as JSON. Raises Refused with the sentence of an Unreadable."""
    try:
        return msgspec.json.encode(read(data, mapping.of(department), department, date.fromisoformat(today)))
    except Unreadable as error:
        raise Refused(str(error)) from None


def _header(lines: Iterable[Line], layout: Layout) -> tuple[dict[str, int], list[Line]]:
    """Which column holds which field, and the lines after the header."""
    best: dict[str, int] = {}
    rest = iter(lines)
    for line, cells in islice(rest, HEADER_WITHIN + 1):
        columns = _columns(line, cells, layout)
        if set(FIELDS) <= set(columns):
            return columns, list(within(rest, LIMITS))
        best = max(best, columns, key=len)
    missing = ", ".join(f"«\u00a0{label}\u00a0»" for name, label in FIELDS.items() if name not in best)
    raise Unreadable(f"Il manque des colonnes\u00a0: {missing}.")


def _plain(lines: Iterable[Line], mended: list[int]) -> Iterator[Line]:
    """Their cells without blanks around and line ends within, as texts where they are no dates. `mended`: gets the
    lines of which a text was read in a wrong code page before it came."""
    for number, cells in lines:
        yield number, [_plain_cell(cell) for cell in cells]
        if any(isinstance(cell, str) and texts.mended(cell) != cell for cell in cells):
            mended.append(number)


def _plain_cell(cell: Cell) -> Cell:
    if isinstance(cell, float):
        return Bad("est un nombre à virgule")
    if isinstance(cell, date | Bad):
        return cell
    plain = " ".join(legible(texts.mended(str(cell))).split())
    return plain if len(plain) <= MOST_OF_A_CELL else Bad("est trop long")


def _columns(line: int, cells: Iterable[Cell], layout: Layout) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, cell in enumerate(cells):
        name = layout.headings.get(fold(cell)) if isinstance(cell, str) else None
        if name is not None and columns.setdefault(name, place) != place:
            raise Unreadable(f"Ligne {line}, deux colonnes disent la même chose\u00a0: {FIELDS.get(name, name)}.")
    return columns


def _read(
    header: Mapping[str, int],
    lines: Iterable[Line],
    layout: Layout,
    department: str,
    today: date,
    notices: list[str],
) -> Read:
    result = Read(notices=notices)
    for line, cells in lines:
        values = {name: cells[place] if place < len(cells) else "" for name, place in header.items()}
        row, problems = row_of(line, values, layout, department, today)
        if row is not None:
            result.rows.append(row)
        else:
            result.refusals.append(Refusal(line, " ".join(problems)))
    if not result.rows and not result.refusals:
        raise Unreadable("Ce fichier n’a aucune ligne après ses titres.")
    return result


def row_of(
    line: int, values: Mapping[str, Cell], layout: Layout, department: str, today: date
) -> tuple[Row | None, list[str]]:
    """The movement of a line, or every French sentence that stands against it."""
    problems = [
        f"{label.capitalize()}\u00a0: la cellule {cell.reason}."
        for name, label in FIELDS.items()
        if isinstance(cell := values.get(name, ""), Bad)
    ]
    if any(unicodedata.category(letter) == "Cc" for cell in values.values() for letter in _text(cell)):
        problems.append("La ligne contient un caractère de contrôle.")
    if problems:
        return None, problems
    number = texts.code(_text(values.get("number", "")))
    if number.isdecimal():
        number = number.zfill(layout.number_length)
    last_name, first_name = _text(values.get("last_name", "")), _text(values.get("first_name", ""))
    birth_date = _date(values.get("birth_date", ""), layout)
    effective_on, effect_problems = effect_day(values.get("effective_on", ""), layout, today)
    action = layout.actions.get(fold(_text(values.get("action", ""))))
    problems = [
        *_number_problems(number),
        *_name_problems("nom", last_name),
        *_name_problems("prénom", first_name),
        *_birth_problems(values.get("birth_date", ""), birth_date, today),
        *effect_problems,
        *_department_problems(_text(values.get("department", "")), department),
    ]
    if action is None:
        problems.append(_action_problem(_text(values.get("action", ""))))
    if problems or action is None or effective_on is None:
        return None, problems
    return Row(line, number, last_name, first_name, birth_date, action, effective_on), []


def effect_day(cell: Cell, layout: Layout, today: date) -> tuple[date | None, list[str]]:
    """The day on which a movement takes effect, as a file or a form has it, or what stands against it."""
    effective_on = _date(cell, layout)
    problems = list(_effect_problems(cell, effective_on, today))
    return (None if problems else effective_on), problems


def _text(cell: Cell) -> str:
    if isinstance(cell, date):
        return cell.isoformat()
    return cell if isinstance(cell, str) else ""


def _date(cell: Cell, layout: Layout) -> date | None:
    """None when it is empty or no date. A time of midnight, which exports add, does not count."""
    if isinstance(cell, date):
        return cell
    text = re.sub(r"[ T]00:00(:00(\.0+)?)?$", "", _text(cell))
    # strptime would take "23/11/26" for the year 26.
    if not re.search(r"(?<!\d)\d{4}(?!\d)", text):
        return None
    for each in layout.dates:
        try:
            return datetime.strptime(text, each).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return None


def _number_problems(number: str) -> Iterator[str]:
    if not key(number):
        yield "Le numéro d’agrément manque."
    elif len(number) > MOST_OF_A_NUMBER:
        yield f"Le numéro d’agrément {_quoted(number)} est trop long\u00a0: {MOST_OF_A_NUMBER} caractères maximum."
    elif texts.is_shortened(number):
        yield (
            f"Le numéro d’agrément {_quoted(number)} a été abrégé par un tableur\u00a0: mettez la colonne au format"
            " texte."
        )


def _name_problems(what: str, name: str) -> Iterator[str]:
    if not fold(name):
        yield f"Le {what} manque."
    elif texts.is_broken(name):
        yield f"Le {what} a des lettres perdues ou brouillées\u00a0: corrigez le codage du fichier."
    elif len(name) > MOST_OF_A_NAME:
        yield f"Le {what} est trop long ({MOST_OF_A_NAME} caractères au plus)."


def _birth_problems(cell: Cell, birth_date: date | None, today: date) -> Iterator[str]:
    if birth_date is None and cell:
        yield f"La date de naissance {_quoted(_text(cell))} n’est pas une date comme 31/01/1980."
    elif birth_date is not None and not OLDEST_BIRTH <= birth_date < today:
        yield f"La date de naissance {_quoted(day_in_figures(birth_date))} n’est pas possible."


def _effect_problems(cell: Cell, effective_on: date | None, today: date) -> Iterator[str]:
    if effective_on is None:
        quoted = _quoted(_text(cell))
        yield f"La date d’effet {quoted} n’est pas une date comme 31/01/2026." if cell else "La date d’effet manque."
    elif effective_on < FIRST_DAY:
        yield f"La date d’effet {_quoted(day_in_figures(effective_on))} est trop ancienne."
    elif effective_on > today + FURTHEST:
        yield f"La date d’effet {_quoted(day_in_figures(effective_on))} est à plus de deux ans."


def _department_problems(told: str, department: str) -> Iterator[str]:
    if told and told.upper().zfill(2) != department:
        yield f"La ligne est d’un autre département\u00a0: {_quoted(told)}."


def _action_problem(told: str) -> str:
    if not told:
        return "Le mouvement manque."
    return f"Le mouvement {_quoted(told)} n’est ni un retrait, ni une suspension, ni une levée, ni une cessation."


def _quoted(told: str) -> str:
    """A refused value as a sentence shows it: what of a stranger's file can be printed, and not more than a few words
    of it. Names are never quoted: a refusal outlives the row that it is about."""
    shown = "".join(letter if letter.isprintable() else " " for letter in told)
    cut = shown if len(shown) <= MOST_OF_A_QUOTE else f"{shown[:MOST_OF_A_QUOTE]}…"
    return f"«\u00a0{cut}\u00a0»"
