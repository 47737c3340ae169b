"""Addresses in messages and profiles: none passes however it is written, and what people write otherwise does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import links
from registry.offers import free_text

LINKS = [
    *(
        "https://a.b",
        "HTTP://EXEMPLE.FR",
        "hxxp://exemple.fr",
        "ｈｔｔｐ：//exemple",
        "h t t p s ://exemple",
        "www.exemple",
    ),
    *("exemple.com", "Exemple.FR", "Exemple.Com", "mon-site.bzh", "exemple.co.uk", "nounou.wixsite.com", "163.com"),
    *("exemple.shop", "nounou44.online", "exemple.app?x=1", "exemple.de/prix", "(exemple.com)"),
    *("exemple.com.Je", "exemple.com,", "exemple.com:8080", "exemple.de:8080", "//exemple.com", "//exemple.de"),
    *("bit.ly/abc", "bit.ly", "t.me/x", "t.me", "wa.me", "wa.me/33612345678", "fb.me", "m.me/nounou", "youtu.be"),
    *(
        "youtu.be/abc",
        "is.gd",
        "is.gd/a",
        "goo.gl",
        "tinyurl.com",
        "linktr.ee/nounou",
        "discord.gg/abc",
        "t.co",
        "x.com",
    ),
    *("moi@exemple.org", "moi＠exemple．com", "moi@банк.рф", "mailto:moi", "moi@exemple.de"),
    *("192.168.1.10", "192.168.1.10:8080/x", "[2001:db8::1]", "http://[::1]/"),
    *(
        "exemple[.]com",
        "exemple(point)com",
        "exemple [dot] com",
        "exemple (.) com",
        "exemple{point}fr",
        "exemple<dot>org",
    ),
    *("« exemple ( point ) fr »", "exemple . com", "exemple .fr", "exemple. com"),
    *(
        "банк.рф/compte",
        "банк.рф",
        "τράπεζα.ελ",
        "موقع.مصر",
        "例子.中国",
        "例子。中国",
        "例子｡公司",
        "사이트.한국",
        "אתר.קום",
    ),
    *("пример.com", "exemple.рф", "ехаmple.com", "exаmple.fr", "example.соm", "xn--80ak6aa92e.com", "exemple.xn--p1ai"),
    *(
        "exemple⁄com.fr",
        "exemple.de∕prix",
        "exemple․com",
        "exemple·com",
        "ｅｘｅｍｐｌｅ．ｃｏｍ",
        "𝐞𝐱𝐞𝐦𝐩𝐥𝐞.𝐜𝐨𝐦",
        "ⓔxemple.com",
    ),
    *("exem\u200bple.com", "exem\u00adple.com", "exe\u202emple.com", "exe\u034fmple.com", "exemple.c\u0336om"),
    # A capital on the ending: names of hosts have no case.
    *("caf-verif.Online", "Caf-Verif.Support", "caf-aide.Info", "ameli-caf.Io", "caf.Online", "CAF.SERVICES", "x.Io"),
    # An ending that is a word excuses no name that is none.
    *("caf-paiement.services", "colis-laposte.express", "ants-gouv.care", "mon-compte.photo", "caf-verif.contact"),
    *("mon-evil.place.", "mon-evil.de", "Mon-Evil.De", "a.b.c.d.me", "a.b.c.d.Me", "caf.verif.place", "caf.place.La"),
    *("evil.ai", "evil.in", "evil.es", "nounou.es", "paiement.es", "caf.services", "caf.contact", "caf44.place"),
    # Payments, chats, short links.
    *("paypal.me", "PayPal.Me", "revolut.me", "lydia.me", "line.me", "signal.me", "ig.me", "g.page", "bit.do"),
    *("tiny.one", "v.ht", "shorturl.at", "u.to", "x.co"),
    # Vowel signs are no letters to `\w`, nor are emoji.
    *("हिन्दी.com", "दुनिया.भारत", "नमस्ते.भारत", "moi@हिन्दी.com", "i❤.ws", "😀.ws", "💩.la/x", "exemple.la/💩", "💩.la"),
    *("2026.site", "0800.bet", "777.ws", "x.io", "z.gg", "a.de"),
    *("whatsapp:send?phone=33", "skype:jean?call", "sms:+33639981234?body=oui", "callto:jean", "facetime:jean"),
    *("file:evil", "\\\\evil\\share", "tg:resolve?domain=nounou", "skype:jean"),
]
"""Each also amid a sentence."""

HONEST = [
    *(
        "Bonjour.Je cherche",
        "bonjour.je cherche",
        "merci.de rien",
        "MERCI.DE RIEN",
        "Et voilà…je vous attends",
        "Bonjour…",
    ),
    *("au calme.Place libre", "au calme.place libre", "jardin.maison calme", "fait.Moi aussi", "le point.Info utile"),
    *(
        "et.au calme",
        "16h.Ou",
        "crèche.il faut",
        "né.se réjouit",
        "aujourd’hui.Elle",
        "Rendez-vous.De 8h",
        "dans un café.la",
    ),
    *(
        "à 8.30",
        "8h30-18h",
        "8:30:15",
        "[8:30]",
        "1.5 km",
        "1.5km",
        "2.km",
        "env.2 km",
        "n°2.Rue",
        "vol. 2",
        "v1.2",
        "1.2.3",
    ),
    *("12.50 €", "3.20€", "10.000 euros", "1.234,56", "06.12.34.56.78", "mon tél.06 12 34 56 78", "12.03.2027"),
    *("30.11.2026 à 17.30", "lun.mar.mer", "lundi.mardi", "etc.etc", "ex.:", "c.-à-d.", "n.b. plus bas", "n.c."),
    *("M.Dupont", "Mme.Li", "M.Li", "M.Dupont/Mme Durand", "Jean.Paul", "St.Nazaire", "St.Jean/St.Paul", "S.A.R.L"),
    *(
        "(a.m.)",
        "p.m.i.",
        "la P.M.I.",
        "le relais (point info)",
        "chez moi(point final)",
        "point relais",
        "un point fort",
    ),
    *("assistant.e.s maternel.le.s", "ravi.es", "heureu.x.se.s", "assistant·e·s maternel·le·s", "intéressé·es"),
    *(
        "Bonjour ; « ça va » ?",
        "et/ou",
        "2 ans 1/2",
        "(...)",
        "[…]",
        "😀.Merci",
        "1️⃣.Le matin",
        "Привет",
        "مرحبا",
        "你好",
    ),
    # What the labels above look like.
    *("1.Bonjour", "8h.Merci", "17h30.Je finis", "17h30.je finis", "rdv.Mardi", "rdv.Contact par mail", "2.Le soir"),
    *("1.Place libre", "2ans.Il marche", "en 2019.Je travaille", "p.ex.le mardi", "M.Martin", "M.Dupont", "Mme.Ng"),
    *("demi-journée.Merci", "peut-être.De plus", "garde-t-elle.Je", "c'est-à-dire.En", "rendez-vous.Site de la PMI"),
    *("l’après-midi.Je cherche", "l’après-midi.je cherche", "Saint-Nazaire.Je cherche", "au week-end.Il dort"),
    *("merci 😀.Bonne journée", "merci😀.Je cherche", "😀.Place libre", "A.R.T.", "la P.M.I.Je", "plan B.Il reste"),
    *("06.12.34.56.78.Je suis là", "06 12 34 56 78.me rappeler", "le 12.03.2027.La crèche", "5 enfants.AM agréée"),
    *("tel:06 12 34 56 78", "sms:0612345678", "WhatsApp:oui", "skype : oui", "une file : non", "ça va?Et vous"),
    *("connecté.e.s.Je", "acti.f.ve.s", "gardien.ne", "parent.es", "bienvenu.es", "professeur.es"),
    *("bonjour.Merci.Je cherche", "une place.Merci.de rien", "lu.ma.je.ve", "en CE1.Ma fille", "75011.Je cherche"),
    *("merci.me contacter", "calme.Info utile", "calme.Paris 12e", "va sur place.la crèche", "c’est net. Net avantage"),
    *("C’est noté ! À bientôt… 😊", "lundi // mardi", "rdv @ 8h", "le site de la mairie"),
]


def test_there_are_enough_of_both() -> None:
    assert min(len(set(LINKS)), len(set(HONEST))) >= 60


@pytest.mark.parametrize("link", LINKS)
def test_a_link_is_found_however_it_is_written(link: str) -> None:
    assert links.holds_one(link)
    assert links.holds_one(f"Bonjour, voir {link} merci")


@pytest.mark.parametrize(
    "text",
    [
        *("voir exemple.de", "Mon site : exemple.de.", "sur (exemple.de)", "MON SITE EXEMPLE.DE", "exemple.me merci"),
        *("Allez sur exemple.de maintenant", "Allez sur exemple.la demain", "visitez exemple.la demain"),
    ],
)
def test_an_ending_that_is_a_word_counts_where_no_sentence_ends_with_it(text: str) -> None:
    assert links.holds_one(text)


@pytest.mark.parametrize("text", HONEST)
def test_what_people_write_is_no_link(text: str) -> None:
    assert not links.holds_one(text)
    assert not links.holds_one(f"Bonjour, {text} merci")


@given(
    st.lists(st.sampled_from(HONEST), max_size=4),
    st.sampled_from(LINKS),
    st.lists(st.sampled_from(HONEST), max_size=4),
    st.sampled_from([" ", "\n", " – ", "\u00a0"]),
)
def test_a_link_is_found_anywhere_among_honest_words(before: list[str], link: str, after: list[str], gap: str) -> None:
    assert links.holds_one(gap.join([*before, link, *after]))
    assert not links.holds_one(gap.join([*before, *after]))


@pytest.mark.parametrize(
    "text", ["voir банк.рф/compte", "t.me/x", "exemple(point)com", "nounou point com", "calme.Com"]
)
def test_a_profile_refuses_them_too(text: str) -> None:
    piece = links.first(text)
    assert free_text.refusal(text) == (free_text.LINK.format(piece=piece) if piece else free_text.SPELLED)


def test_a_message_may_say_where_to_look() -> None:
    """Spelled out it cannot be tapped on; a profile is read by all, and refuses it."""
    assert not links.holds_one("cherchez nounou point com")


HONEST_WITH_A_SLASH = (
    "Une place pour lundi.mardi/jeudi à partir du 01.02.2027.Merci",
    "Nous serons absents les 7.8.9.10 décembre",
    "Ma fille est à l’école st.joseph/ste.anne",
    "Parc.bibliothèque/ludothèque le mercredi",
    "您好。我在找保姆。谢谢",
    "Здравствуйте. Ищу няню для сына.Спасибо",
)


@pytest.mark.parametrize("text", HONEST_WITH_A_SLASH)
def test_what_leads_nowhere_is_no_link(text: str) -> None:
    """Its ending is none of the root: nothing would open."""
    assert links.first(text) is None


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("Bonjour, voir https://evil.example/x?y=1 merci", "https://evil.example/x?y=1"),
        ("C’est ici : exemple.com.", "exemple.com"),
        ("Le serveur 192.168.0.1 ici", "192.168.0.1"),
        ("a" * 200 + ".com", "a" * 40),
    ],
)
def test_a_refusal_quotes_what_it_refuses(text: str, piece: str) -> None:
    """In a long message nobody finds the place where a space is missing."""
    assert links.first(text) == piece
