"""Free text → a query: every word must be found somewhere, a name finds its offer first, typing errors are forgiven.

Scores are sums of constants, not BM25: a score then depends on the offer and the request alone, so that paging
by score lives through other offers' changes and through a rebuild (DESIGN.md, cursors).
"""

import re
import unicodedata

from mappings import indexes
from search_api.filters import Clause, any_of

EXACT_NAME, PHRASE_IN_NAME = 100, 20
"""Added once for the whole text. An offer with these words in its name has the most that words can give already, so
that a name finds its offer first."""

NAME, NAME_PREFIX, COMMUNE, WHAT, MANAGER, POSTCODE, PROJECT, MISSPELT = 8, 6, 5, 4, 3, 3, 1, 0.5
"""Where a word is found best counts. A name says more than a kind, which thousands share; a project is long and
mentions many things; a word that is only nearly found comes last."""

MAX_WORDS = 20
"""Words after these are not looked at: each costs a dozen clauses."""

FUZZINESS = "AUTO:4,8"
"""One error from 4 letters, two from 8; fewer letters have too many neighbours."""

LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "’": "'", "ʼ": "'", "`": "'"})
SPELLINGS = {"st": "saint", "ste": "sainte", "saint": "st", "sainte": "ste"}


def fold(text: str) -> str:
    """Lower case without accents, as the analysers of the index fold."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(LETTERS))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def key(words: list[str]) -> tuple[str, ...]:
    """Words without the mark of the plural."""
    return tuple(word.rstrip("sx") for word in words)


ANALYSIS = indexes.body("offers")["settings"]["analysis"]["filter"]
ARTICLES = frozenset(ANALYSIS["french_elision"]["articles"])
SILENT = ARTICLES | frozenset(ANALYSIS["french_stop"]["stopwords"])
"""Words that the index leaves out: none of them can be asked for."""

PHRASES = frozenset(
    key(synonym.split())
    for rule in ANALYSIS["french_synonyms"]["synonyms"]
    for synonym in rule.split(",")
    if len(synonym.split()) > 1 and "=>" not in rule
)
"""The synonyms of several words."""

LONGEST_PHRASE = max(len(phrase) for phrase in PHRASES)


def words(text: str) -> list[str]:
    """Folded, without the articles before an apostrophe ("l’envol"); another apostrophe stays ("p’tits")."""
    found = []
    for word in re.findall(r"[a-z0-9]+(?:'[a-z0-9]+)*", fold(text)):
        article, _, rest = word.partition("'")
        found.append(rest if rest and article in ARTICLES else word)
    return found[:MAX_WORDS]


def groups(text: str) -> list[str]:
    """What must be found, each alone: words, or several that make one synonym ("centre aéré")."""
    told = [word for word in words(text) if word not in SILENT] or words(text)
    found: list[str] = []
    while told:
        size = next((n for n in range(LONGEST_PHRASE, 1, -1) if len(told) >= n and key(told[:n]) in PHRASES), 1)
        found.append(" ".join(told[:size]))
        told = told[size:]
    return found


def clause(text: str) -> Clause:
    """The scored query of a free text."""
    every = [somewhere(group) for group in groups(text)]
    if not every:
        return {"match_none": {}}
    # A name alone is enough: the index keeps "1,2,3" and "C.H.R.U." as one word each, which no group is.
    alternatives = [
        {"bool": {"must": every}},
        worth(EXACT_NAME, {"term": {"name.sort": text}}),
        worth(PHRASE_IN_NAME, {"match_phrase": {"name": {"query": text, "analyzer": "french"}}}),
    ]
    return any_of(*alternatives)


def somewhere(group: str) -> Clause:
    """One group of words in the field where it counts most."""
    alternatives = [
        worth(NAME, match("name", group)),
        worth(COMMUNE, match("commune.name", group)),
        worth(WHAT, match("what", group)),
        worth(MANAGER, match("manager.name", group)),
        worth(PROJECT, match("project", group)),
    ]
    if " " not in group:
        alternatives += single_word(group)
    return {"dis_max": {"queries": alternatives}}


def single_word(word: str) -> list[Clause]:
    """A word may be the start of one, a postcode, misspelt, or have another spelling."""
    found = [worth(NAME_PREFIX, {"prefix": {"name.prefix": {"value": word}}})]
    if word.isdigit():
        return [*found, worth(POSTCODE, {"prefix": {"commune.postcode": {"value": word}}})]
    if word in SPELLINGS:
        found += [worth(COMMUNE, match("commune.name", SPELLINGS[word])), worth(NAME, match("name", SPELLINGS[word]))]
    nearly = [
        misspelt("name.prefix", word, "names"),
        misspelt("commune.name", word, "names"),
        misspelt("what", word, "french"),
    ]
    return [*found, worth(MISSPELT, any_of(*nearly))]


def match(field: str, text: str) -> Clause:
    # Synonyms of several words as words, not as phrases: the stop words left out of the index leave gaps.
    return {"match": {field: {"query": text, "operator": "and", "auto_generate_synonyms_phrase_query": False}}}


def misspelt(field: str, word: str, analyzer: str) -> Clause:
    # A wrong first letter is rare and would cost a walk through all terms.
    return {"match": {field: {"query": word, "fuzziness": FUZZINESS, "prefix_length": 1, "analyzer": analyzer}}}


def worth(boost: float, clause: Clause) -> Clause:
    return {"constant_score": {"filter": clause, "boost": boost}}


def spellings(text: str) -> list[list[str]]:
    """The words of a place's name as given and, as places write it, with "saint" where "st" was typed."""
    given = words(text)
    written_out = [SPELLINGS[word] if word in ("st", "ste") else word for word in given]
    return [given] if written_out == given else [given, written_out]
