"""Where Elasticsearch is and how it knows us: one reading of the addresses, for the API and for the indexer.

ELASTICSEARCH_URL names its nodes, ELASTICSEARCH_CA the authority that signs their certificates, ELASTICSEARCH_API_KEY
who asks. What only the operator can mend has a French sentence here; no sentence quotes an address, as a password may
stand in it.
"""

import base64
import binascii
import logging
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from elastic_transport import NodeConfig
from elastic_transport.client_utils import basic_auth_to_header

if TYPE_CHECKING:
    from settings import Settings

# Below that the library writes out requests with their bodies, which hold what somebody searched for, and each retry
# with its traceback; what the operator has to mend we say ourselves.
logging.getLogger("elastic_transport").setLevel(logging.ERROR)

EXPIRED, NOT_YET, WRONG_NAME, WRONG_ADDRESS = 10, 9, 62, 64
"""OpenSSL's codes of what is wrong with a certificate; nearly all of the others are about who signed it."""

NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE")
"""OpenSSL's reasons where the other side answers in plain text. A connection that ends early has others: it may have
been a restart."""


class BadEngine(ValueError):
    """The settings name no Elasticsearch that could be asked. Its text is a French sentence."""


def nodes(settings: "Settings", *, timeout_s: float, connections: int = 10) -> list[NodeConfig]:
    """Every node that the settings name, as Elasticsearch's own libraries take them: at most `connections` to each, and
    `timeout_s` for a call. A certificate is always verified: by ELASTICSEARCH_CA alone, or else by the system's
    authorities. Raises BadEngine."""
    urls = [url.strip() for url in settings.elasticsearch_url.split(",")]
    parts = [_split(url) for url in urls]
    header = _api_key(settings.elasticsearch_api_key)
    if header and any(each.username is not None for each in parts):
        raise BadEngine(
            "ELASTICSEARCH_URL donne un mot de passe et ELASTICSEARCH_API_KEY une clé\u00a0: gardez l’un des deux."
        )
    if settings.elasticsearch_ca and any(each.scheme != "https" for each in parts):
        raise BadEngine("Avec ELASTICSEARCH_CA, chaque adresse d’ELASTICSEARCH_URL commence par https.")
    tls = _context(settings.elasticsearch_ca) if any(each.scheme == "https" for each in parts) else None
    return [
        NodeConfig(
            scheme=each.scheme,
            host=each.hostname or "",
            port=each.port or (443 if each.scheme == "https" else 80),
            path_prefix=each.path.rstrip("/"),
            headers=header or _password(each),
            connections_per_node=connections,
            request_timeout=timeout_s,
            ssl_context=tls if each.scheme == "https" else None,
        )
        for each in parts
    ]


def refusal(error: BaseException) -> str | None:
    """In a French sentence, why Elasticsearch or we ourselves refused the connection, where the operator can mend it;
    None where it is merely away. `error` is what any of the libraries raised."""
    for each in _causes(error):
        code = getattr(each, "verify_code", None)  # aiohttp's own error is a verification's too, and has none
        if isinstance(each, ssl.SSLCertVerificationError) and code is not None:
            return of_certificate(code)
        if isinstance(each, ssl.SSLError) and getattr(each, "reason", None) in NO_TLS:
            return "Elasticsearch ne parle pas TLS à cette adresse https\u00a0: vérifiez ELASTICSEARCH_URL."
        status = getattr(each, "status_code", None)
        if status in (401, 403):
            return of_status(status)
    return None


def of_status(status: int) -> str:
    """The sentence of an answer with 401 or 403."""
    if status == 401:
        return (
            "Elasticsearch refuse le mot de passe ou la clé\u00a0: vérifiez l’utilisateur et le mot de passe"
            " d’ELASTICSEARCH_URL, ou ELASTICSEARCH_API_KEY."
        )
    return (
        "Elasticsearch refuse cette opération à ce compte ou à cette clé\u00a0: vérifiez leurs droits sur les index et"
        " les alias."
    )


def of_certificate(code: int) -> str:
    """The sentence of a certificate that was not believed, by OpenSSL's code."""
    if code == EXPIRED:
        return "Le certificat d’Elasticsearch a expiré\u00a0: renouvelez-le."
    if code == NOT_YET:
        return "Le certificat d’Elasticsearch n’est pas encore valable\u00a0: vérifiez sa date et l’heure des machines."
    if code in (WRONG_NAME, WRONG_ADDRESS):
        return (
            "Le certificat d’Elasticsearch est celui d’un autre nom\u00a0: ELASTICSEARCH_URL doit donner un nom ou une"
            " adresse qui y figure."
        )
    return (
        "L’autorité qui a signé le certificat d’Elasticsearch n’est pas connue\u00a0: donnez son fichier dans"
        " ELASTICSEARCH_CA."
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and all that it came from, as Python and Elasticsearch's libraries (`errors`) and urllib3 (`reason`)
    keep it."""
    seen: list[BaseException] = []
    left: list[object] = [error]
    while left:
        each = left.pop(0)
        if not isinstance(each, BaseException) or any(each is other for other in seen):
            continue
        seen.append(each)
        yield each
        left += [
            each.__cause__,
            each.__context__,
            getattr(each, "reason", None),
            *getattr(each, "errors", ()),
            *each.args,
        ]


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (raises on a bad one)
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise BadEngine(
            "ELASTICSEARCH_URL n’est pas faite d’adresses comme http://hôte:port ou https://nom:motdepasse@hôte:port,"
            " séparées par des virgules."
        )
    return parts


def _password(parts: SplitResult) -> dict[str, str]:
    if parts.username is None:
        return {}
    return {"authorization": basic_auth_to_header((unquote(parts.username), unquote(parts.password or "")))}


def _api_key(key: str) -> dict[str, str]:
    """The header of a key in its encoded form: base64 of `id:secret`, the `encoded` of what Elasticsearch answered."""
    if not key:
        return {}
    try:
        id, colon, secret = base64.b64decode(key, validate=True).decode("ascii").partition(":")
    except (binascii.Error, ValueError):
        id = colon = secret = ""
    if not (id and colon and secret):
        raise BadEngine(
            "ELASTICSEARCH_API_KEY n’est pas une clé d’Elasticsearch\u00a0: donnez la valeur «\u00a0encoded\u00a0»"
            " reçue à sa création."
        )
    return {"authorization": f"ApiKey {key}"}


def _context(ca: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca or None)
    except (OSError, ssl.SSLError):  # not there, not ours to read, or no certificate in it
        raise BadEngine(
            "ELASTICSEARCH_CA n’est pas un fichier de certificats (PEM) que ce processus peut lire."
        ) from None
