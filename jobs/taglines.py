"""Lines that mail programs and providers add of themselves: « Envoyé de mon iPhone ». Pure.

A line is one of them as a whole or not at all. People begin sentences so too (« Envoyé avec mon mobile car je n’ai plus
d’ordinateur »), and what goes on after a device or a program is theirs. A line of a program that is not named here is
kept, and harms nobody.
"""

import re

from registry import links

MOST = 120
"""Letters of such a line, without the addresses in it."""

_LINK = re.compile(r"<[^<>\s]{1,2000}>")
_MARKDOWN = re.compile(r"\[([^\[\]]{1,60})\]\(https?://[^()\s]{1,500}\)")

_BRAND = (
    r"(?:i ?phone|i ?pad|mac ?book|mac|samsung galaxy|galaxy|samsung|huawei|honor|xiaomi|redmi|poco|oppo|realme|oneplus"
    r"|sm-[a-z]\d{3}[a-z]{0,2}|google pixel|pixel|nokia|sony xperia|xperia|sony|motorola|moto|wiko|fairphone|crosscall"
    r"|blackberry|android|ios|windows phone|orange|sfr|free|bouygues(?: telecom)?|sosh)"
)
_NAMED = (
    r"(?: (?:note|tab|mate|nova|edge|fold|flip|plus|pro|max|mini|lite|ultra|air|se|fe|xr|xs|x|z|mobile|[45]g)){0,3}"
)
_MODEL = rf"{_BRAND}(?: {_BRAND})?{_NAMED}(?: [a-z]{{0,3}}-?[a-z]?\d{{1,3}}[a-z]{{0,2}})?{_NAMED}"
"""One number at most, and a short one: two may be a telephone's."""

_DEVICE = (
    rf"(?:mon|ma|un|une|my|an?) (?:(?:appareil mobile|appareil|téléphone(?: portable| mobile| intelligent)?|portable"
    rf"|mobile|smartphone|tablette|ordinateur|(?:mobile |cell ?)?phone|(?:mobile )?device)(?: {_MODEL})?"
    rf"|{_MODEL}(?: (?:device|phone|smartphone|tablet))?)"
    r"(?: de (?:chez )?(?:orange|sfr|free|bouygues(?: telecom)?|sosh))?"
)
_SYSTEM = (
    r"(?: (?:pour|sur|for|on) (?:ios|i ?phone|i ?pad|android|mac(?:os)?|windows(?: 1[01]| phone)?|desktop|ordinateur"
    r"|mobile))?"
)
_APP = (
    r"(?:(?:l'appli(?:cation)? (?:mobile )?|la messagerie (?:sécurisée )?|courriel |the )?"
    r"(?:outlook(?:\.com| mobile)?|yahoo ?mail|proton ?mail|mail orange|orange mail|mail sfr|sfr mail|free mail"
    r"|mail laposte|laposte\.net|gmail(?: mobile)?|mailo|zimbra|blue ?mail|k-9 mail|fairemail|thunderbird|aqua ?mail"
    r"|aol(?: mail)?|tuta(?:nota)?|icloud)"
    rf"(?: secure email|, la messagerie sécurisée)?{_SYSTEM}(?: app)?"
    r"|(?:mail for|courrier pour) windows(?: 1[01])?)"
)
_TAGLINE = re.compile(
    r"(?:(?:(?:message )?(?:envoyée?|expédiée?|écrit) (?:de |depuis |à partir de |à partir d'|avec |via )"
    r"|sent (?:from|with|using|via) )"
    rf"(?:{_DEVICE}(?: (?:avec|via|with|using) {_APP})?|{_APP})"
    r"(?:\. (?:veuillez excuser|excusez|please excuse) (?:ma|la|my) (?:brièveté|brevity))?"
    rf"|(?:get|download|obtene[zr]|obtenir|télécharge[zr]) {_APP}"
    r"|provenance ?: courrier pour windows(?: 1[01])?"
    r"|yahoo mail ?: (?:recherchez, organisez, maîtrisez|search, organize, conquer))",
    re.IGNORECASE,
)

_SITE_OF_ANTIVIRUS = r"(?:https?://)?www\.(?:avast|avg)\.com(?:/[^\s<>]{0,1000})?"
_ANTIVIRUS = re.compile(
    rf"<#[\w-]{{1,80}}>|<{_SITE_OF_ANTIVIRUS}>|(?:(?:garanti )?sans virus|virus-free)\. ?{_SITE_OF_ANTIVIRUS}"
    rf"(?: ?<{_SITE_OF_ANTIVIRUS}>)?|{_SITE_OF_ANTIVIRUS}",
    re.IGNORECASE,
)

_SITE_OF_A_PROVIDER = re.compile(
    r"<?\b(?:https?://(?:www\.)?|www\.)(?:laposte\.net|orange\.fr|free\.fr|sfr\.fr|bbox\.fr|numericable\.fr|mailo\.com"
    r"|yahoo\.(?:com|fr)|gmx\.(?:com|fr)|caramail\.fr|avast\.com|avg\.com)(?:/[^\s<>]{0,1000})?>?(?![\w.-])",
    re.IGNORECASE,
)

_ADDRESS_ALONE = re.compile(r"<?(?:https?://|www\.)[^\s<>@]{1,2000}>?")


def is_tagline(line: str) -> bool:
    """Whether a line, with usual spaces, is a program's sentence about itself from its first letter to its last."""
    bare = _MARKDOWN.sub(r"\1", _LINK.sub("", line[:2500])).strip(" .*_-[]()").replace("’", "'")
    return len(bare) <= MOST and _TAGLINE.fullmatch(" ".join(bare.split())) is not None


def is_antivirus(line: str) -> bool:
    """Whether it is a line of the sentence that Avast and AVG put below a mail, with its links."""
    return len(line) <= 2500 and _ANTIVIRUS.fullmatch(line) is not None


def is_of_a_provider(paragraph: str) -> bool:
    """Whether it advertises a mailbox: it ends with the site of a provider, leads nowhere else, and has no number; or
    it is an address of the web without a word."""
    if _ADDRESS_ALONE.fullmatch(paragraph):
        return True
    *_, last = [0, *(found.end() for found in _SITE_OF_A_PROVIDER.finditer(paragraph))]
    without = _SITE_OF_A_PROVIDER.sub("", paragraph)
    return 0 < last == len(paragraph) and not re.search(r"\d", without) and not links.holds_one(without)
