"""What is answered to a request that never reaches the application."""

import base64
import hashlib
import html
from collections.abc import Iterable
from http import HTTPStatus

import orjson

RETRY_AFTER_S = 10

SENTENCES = {
    400: ("Demande illisible", "Le serveur n’a pas compris cette demande. Rechargez la page, puis recommencez."),
    408: ("Demande trop lente", "La demande a mis trop de temps à arriver. Réessayez, avec une meilleure connexion."),
    413: (
        "Envoi trop volumineux",
        "Le fichier envoyé est trop volumineux. Revenez en arrière et choisissez un fichier plus léger.",
    ),
    414: (
        "Adresse trop longue",
        "L’adresse de cette page est trop longue. Revenez à l’accueil et recommencez votre recherche.",
    ),
    431: (
        "En-têtes trop longs",
        "Votre navigateur envoie trop d’informations. Effacez les cookies de ce site, puis réessayez.",
    ),
    503: ("Trop de demandes", "Trop de demandes arrivent en même temps. Réessayez dans quelques instants."),
}
"""Title and sentence of each status: a person may read them, after an upload over a bad line."""


STYLE = (
    ":root{color-scheme:light dark;font:1.125rem/1.5 system-ui,sans-serif}"
    "main{max-width:40rem;margin:10vh auto;padding:0 1rem}a{display:inline-block;padding:.75rem 0}"
)
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
"""Of the one style that the page's policy allows; it can ask for no file."""


def answer(status: int, more: Iterable[tuple[bytes, bytes]], for_reader: bool) -> bytes:
    """A whole HTTP answer after which the connection ends: a page for a reader, a problem document for a program.
    `more`: headers that it has too, where it does not say otherwise."""
    title, sentence = SENTENCES[status]
    if for_reader:
        kind, body = "text/html; charset=utf-8", page(title, sentence).encode()
    else:
        kind = "application/problem+json"
        body = orjson.dumps({"type": "about:blank", "title": title, "status": status, "detail": sentence})
    lines = [
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
        f"content-type: {kind}",
        f"content-length: {len(body)}",
        f"content-security-policy: default-src 'none'; style-src 'sha256-{STYLE_HASH}'; frame-ancestors 'none'",
        "cache-control: no-store",
        "connection: close",
    ]
    if status == 503:
        lines.append(f"retry-after: {RETRY_AFTER_S}")
    said = {line.partition(":")[0].encode() for line in lines}
    added = b"".join(b"%s: %s\r\n" % header for header in more if header[0] not in said)
    return "\r\n".join(lines).encode() + b"\r\n" + added + b"\r\n" + body


def page(title: str, sentence: str) -> str:
    return (
        '<!doctype html><html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)} · Ribambelle</title><style>{STYLE}</style><main><h1>{html.escape(title)}</h1>"
        f'<p>{html.escape(sentence)}</p><p><a href="/">Revenir à l’accueil</a></p></main>'
    )
