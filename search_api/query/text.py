"""Free text → a query: every word must be found somewhere, a name finds its offer first, typing errors are forgiven.

Scores are sums of constants, not BM25: a score then depends on the offer and the request alone, so that paging
by score lives through other offers' changes and through a rebuild (docs/design.md, "The API").
tests/product/relevance judges them.
"""

import re

from domain.spelling import SAINTS, plain
from domain.vocabulary import Kind, Language, Subkind
from mappings import indexes
from search_api.query.filters import Clause, any_of, worth

EXACT_NAME = 100
"""Added once for the whole text. An offer with these words in its name has the most that words can give already, so
that a name finds its offer first."""

MINDS_CHILDREN, PHRASE_IN_NAME, NEEDLESS_IN_NAME = 2.5, 2, 1
"""Added for the whole text, and less than a word: among offers with the same words, the crèches, MAM and
assistants maternels that most parents look for, then the names that hold the words in their order. Who types a
commune wants its crèches before "France services" with the commune in its name."""

NAME, WHAT, COMMUNE, NAME_PREFIX, MEANING, COMMUNE_PREFIX, MANAGER, POSTCODE = 8, 8, 8, 6, 5, 4, 3, 3
PROJECT, ALIKE, NEARLY, MISSPELT = 1, 0.8, 0.6, 0.4
"""Where a word is found best counts. The kind and the commune say as much as a name: "crèche" in a name does not make
a better crèche. A project is long and mentions many things; a word that is only nearly found comes last."""

MAX_WORDS = 20
"""Words after these are not looked at: each costs a dozen clauses."""

FUZZINESS = "AUTO:4,8"
"""One error from 4 letters, two from 8; fewer letters have too many neighbours."""

TWO_ERRORS_FROM = 8
VOWELS = "aeiouy"

CARE = ["eaje", "mam", "assistant_maternel"]

MEANINGS: dict[str, list[tuple[str, str]]] = {
    "periscolaire": [("kind", "accueil_loisirs"), ("features", "school_run")],
    "trajet ecole": [("features", "school_run")],
    "sortie ecole": [("features", "school_run")],
    "ecole": [("features", "school_run")],
    "horaires decales": [("features", "atypical_hours")],
    "horaires atypiques": [("features", "atypical_hours")],
    "nuit": [("features", "atypical_hours")],
    "week end": [("features", "atypical_hours")],
    "urgence": [("features", "emergency_places")],
    "occasionnel": [("features", "occasional_care"), ("subkind", "halte_garderie")],
    "accueil occasionnel": [("features", "occasional_care"), ("subkind", "halte_garderie")],
    "handicap": [("features", "handicap")],
    "handicape": [("features", "handicap")],
    "pmr": [("features", "handicap")],
    "inclusif": [("features", "handicap")],
    "jardin": [("features", "garden")],
    "non fumeur": [("features", "no_smoking")],
    "sans animaux": [("features", "no_pets")],
    "animaux": [("features", "pets")],
    "repas": [("features", "meals")],
    "couches": [("features", "nappies")],
    "psu": [("funding", "psu")],
    "paje": [("funding", "paje")],
    "municipal": [("manager.type", "commune")],
    "municipale": [("manager.type", "commune")],
    "associatif": [("manager.type", "association")],
    "associative": [("manager.type", "association")],
    "privee": [("manager.type", "entreprise")],
    "entreprise": [("manager.type", "entreprise")],
    "hopital": [("manager.type", "hopital")],
    "langue signes": [("languages", "lsf")],
}
"""What parents write for what an offer says in codes: folded, without silent words. Languages are added below."""

OPTIONAL = """
cherche recherche trouver place disponible disponibilite libre urgent garde garder accueil accueillir enfant bebe
qui parle nord sud est ouest centre quartier proche environs
"""
"""Words that an offer need not have: they ask for what every offer is, or, as quarters do, for what no offer tells."""


def key(words: list[str]) -> tuple[str, ...]:
    """Words without the mark of the plural."""
    return tuple(word.rstrip("sx") for word in words)


ANALYSIS = indexes.body(indexes.OFFERS)["settings"]["analysis"]
FILTERS = ANALYSIS["filter"]
ARTICLES = frozenset(FILTERS["french_elision"]["articles"])
SILENT = ARTICLES | frozenset(FILTERS["french_stop"]["stopwords"])
"""Words that the index leaves out: none of them can be asked for."""

RESPELT = [
    # (?iU) are Java's flags for letters of all alphabets: Python has these anyway.
    (re.compile(chars["pattern"].replace("(?iU)", "(?i)")), chars["replacement"])
    for chars in (ANALYSIS["char_filter"][name] for name in ANALYSIS["analyzer"]["names"]["char_filter"])
    if chars["type"] == "pattern_replace"
]
"""How the index writes what people spell in many ways: p'tit, bout de chou, 1, 2, 3, St, s/."""

MEANT = {key(words.split()): codes for words, codes in MEANINGS.items()} | {
    key(plain(language).split()): [("languages", code)] for code, language in Language.labels().items() if code != "fr"
}
SYNONYMS = [synonym.split() for rule in FILTERS["french_synonyms"]["synonyms"] for synonym in re.split(",|=>", rule)]

PHRASES = frozenset(key(words) for words in SYNONYMS if len(words) > 1) | {words for words in MEANT if len(words) > 1}
"""Several words that mean one thing."""

LONGEST_PHRASE = max(len(phrase) for phrase in PHRASES)

NEEDLESS = frozenset(key([word])[0] for word in OPTIONAL.split())

KIND_WORDS = frozenset(
    word
    for phrase in [*SYNONYMS, *(re.findall("[a-z]+", plain(each.label)) for each in (*Kind, *Subkind))]
    for word in key(phrase)
)


def words(text: str) -> list[str]:
    """Folded and respelt as the index does, without the articles before an apostrophe ("l’envol")."""
    respelt = plain(text)
    for pattern, replacement in RESPELT:
        respelt = pattern.sub(replacement, respelt)
    found = []
    for word in re.findall(r"[a-z0-9]+(?:'[a-z0-9]+)*", respelt):
        article, _, rest = word.partition("'")
        found.append(rest if rest and article in ARTICLES else word)
    return found[:MAX_WORDS]


def groups(text: str) -> list[str]:
    """What must be found, each alone: words, or several that mean one thing ("centre aéré")."""
    told = [word for word in words(text) if word not in SILENT] or words(text)
    found: list[str] = []
    while told:
        size = next((n for n in range(LONGEST_PHRASE, 1, -1) if len(told) >= n and key(told[:n]) in PHRASES), 1)
        found.append(" ".join(told[:size]))
        told = told[size:]
    return found


def clause(text: str) -> Clause:
    """The scored query of a free text."""
    told = groups(text)
    if not told:
        return {"match_none": {}}
    needed = [group for group in told if key([group])[0] not in NEEDLESS] or told
    found = {
        "must": [somewhere(group, last=group is told[-1]) for group in needed],
        "should": [
            worth(MINDS_CHILDREN, {"terms": {"kind": CARE}}),
            *(worth(NEEDLESS_IN_NAME, match("name", group)) for group in told if group not in needed),
        ],
    }
    # A name alone is enough: "Dis pourquoi??" and what else is no word.
    alternatives = [{"bool": found}, worth(EXACT_NAME, {"term": {"name.sort": text}})]
    if not KIND_WORDS.issuperset(word for group in told for word in key(group.split())):
        alternatives.append(worth(PHRASE_IN_NAME, {"match_phrase": {"name": {"query": text, "analyzer": "french"}}}))
    return any_of(*alternatives)


def somewhere(group: str, *, last: bool) -> Clause:
    """One group of words in the field where it counts most; the last one may still be on its way."""
    alternatives = [
        worth(NAME, match("name", group)),
        worth(COMMUNE, match("commune.name", group)),
        worth(WHAT, match("what", group)),
        worth(MANAGER, match("manager.name", group)),
        worth(PROJECT, match("project", group)),
    ]
    alternatives += [worth(MEANING, {"term": {field: code}}) for field, code in MEANT.get(key(group.split()), ())]
    if " " not in group:
        alternatives += single_word(group, last=last)
    return {"dis_max": {"queries": alternatives}}


def single_word(word: str, *, last: bool) -> list[Clause]:
    """A word may be the start of one, a postcode, misspelt, or have another spelling."""
    found = [worth(NAME_PREFIX, {"prefix": {"name.prefix": {"value": word}}})]
    if word.isdigit():
        return [*found, worth(POSTCODE, {"prefix": {"commune.postcode": {"value": word}}})]
    if word in SAINTS:  # the index has them written out, but for the last word of a name
        found += [worth(COMMUNE, match("commune.name", SAINTS[word])), worth(NAME, match("name", SAINTS[word]))]
    if last and len(word) >= 3:
        found.append(worth(COMMUNE_PREFIX, {"prefix": {"commune.name": {"value": word}}}))
    found += [worth(ALIKE, match("name", other)) for other in alike(word)]
    if len(word) >= TWO_ERRORS_FROM:
        one_error = [misspelt(field, word, "names", "1") for field in ("name.prefix", "commune.name")]
        found.append(worth(NEARLY, any_of(*one_error)))
    nearly = [
        misspelt("name.prefix", word, "names"),
        misspelt("commune.name", word, "names"),
        misspelt("what", word, "french"),
    ]
    return [*found, worth(MISSPELT, any_of(*nearly))]


def alike(word: str) -> list[str]:
    """Words that sound the same and begin with another letter, where `misspelt` cannot find them: a silent h, an
    apostrophe that was left out ("lile")."""
    if len(word) < 4:
        return []
    found = [f"h{word}"] if word[0] in VOWELS else [word[1:]] if word[0] == "h" else []
    return [*found, word[1:]] if word[0] in "ld" and word[1] in VOWELS else found


def match(field: str, text: str) -> Clause:
    # Synonyms of several words as words, not as phrases: the stop words left out of the index leave gaps.
    return {"match": {field: {"query": text, "operator": "and", "auto_generate_synonyms_phrase_query": False}}}


def misspelt(field: str, word: str, analyzer: str, fuzziness: str = FUZZINESS) -> Clause:
    # A wrong first letter is rare and would cost a walk through all terms.
    return {"match": {field: {"query": word, "fuzziness": fuzziness, "prefix_length": 1, "analyzer": analyzer}}}
