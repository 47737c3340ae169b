"""What is answered to a request that never reaches the application."""

import html
from collections.abc import Iterable
from http import HTTPStatus

import orjson

RETRY_AFTER_S = 10

SENTENCES = {
    400: ("Demande illisible", "Cette demande n’est pas du HTTP que le serveur comprenne."),
    408: ("Demande trop lente", "La demande a mis trop de temps à arriver. Réessayez, avec une meilleure connexion."),
    413: (
        "Envoi trop volumineux",
        "Ce qui a été envoyé est trop volumineux. Revenez en arrière et choisissez un fichier plus léger"
        " (10\u202fMo au plus).",
    ),
    414: ("Adresse trop longue", "L’adresse demandée est trop longue."),
    431: ("En-têtes trop longs", "Les en-têtes de la demande sont trop longs ou trop nombreux."),
    503: ("Trop de connexions", "Trop de connexions sont ouvertes. Réessayez dans quelques instants."),
}
"""Title and sentence of each status: a person may read them, after an upload over a bad line."""


def answer(status: int, default_headers: Iterable[tuple[bytes, bytes]], for_reader: bool) -> bytes:
    """A whole HTTP answer after which the connection ends: a page for a reader, a problem document for a program."""
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
        "content-security-policy: default-src 'none'",
        "cache-control: no-store",
        "connection: close",
    ]
    if status == 503:
        lines.append(f"retry-after: {RETRY_AFTER_S}")
    own = b"".join(b"%s: %s\r\n" % header for header in default_headers)
    return "\r\n".join(lines).encode() + b"\r\n" + own + b"\r\n" + body


def page(title: str, sentence: str) -> str:
    return (
        '<!doctype html><html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><main><h1>{html.escape(title)}</h1><p>{html.escape(sentence)}</p></main>"
    )
