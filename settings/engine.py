"""Where Elasticsearch is and how it knows us: one reading of the addresses, for the API and for the indexer.

ELASTICSEARCH_URL names its nodes, ELASTICSEARCH_CA the authority that signs their certificates, ELASTICSEARCH_API_KEY
who asks. What only the operator can mend has a French sentence here; no sentence quotes an address, as a password may
stand in it.
"""

import base64
import binascii
import logging
import re
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from elastic_transport import ApiResponseMeta, ConnectionError, NodeConfig
from elastic_transport.client_utils import basic_auth_to_header

if TYPE_CHECKING:
    from settings import Settings

# Below that the library writes out requests with their bodies, which hold what somebody searched for, and each retry
# with its traceback; what the operator has to mend we say ourselves.
logging.getLogger("elastic_transport").setLevel(logging.ERROR)

EXPIRED, NOT_YET, WRONG_NAME, WRONG_ADDRESS = 10, 9, 62, 64
"""OpenSSL's codes of what is wrong with a certificate itself."""

UNKNOWN_AUTHORITY = (2, 18, 19, 20, 21)
"""OpenSSL's codes of a chain that ends at nobody whom we believe: only there another ELASTICSEARCH_CA is the answer."""

NO_KEY_USAGE = (81, 92)
"""OpenSSL's codes of an authority that does not say what its key is for, with a length of its chains (81) and without.
Asked of it by VERIFY_X509_STRICT, which Python sets since 3.13; elasticsearch-certutil made such ones for years."""

LONGEST_REASON = 100
"""Letters of OpenSSL's reason that a sentence quotes."""

NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE")
"""OpenSSL's reasons where the other side answers in plain text. A connection that ends early has others: it may have
been a restart."""


STRANGER = "Ce qui répond à l’adresse d’Elasticsearch n’est pas Elasticsearch\u00a0: vérifiez ELASTICSEARCH_URL."


class BadEngine(ValueError):
    """The settings name no Elasticsearch that could be asked. Its text is a French sentence."""


class Misaddressed(ConnectionError):
    """What answers at an address is not Elasticsearch. Its `message` is a French sentence. As with a node that is away,
    the libraries ask the next one."""


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


def require_elasticsearch(meta: ApiResponseMeta, body: bytes) -> None:
    """Raise Misaddressed for an answer that Elasticsearch does not give.

    That is a redirect, which no client of ours follows, as a POST would become a GET without its query; and a page. A
    page with a 5xx or a 401 is left to what its status says: a proxy may have made it.
    """
    if 300 <= meta.status < 400:
        raise Misaddressed(
            "L’adresse d’Elasticsearch renvoie ailleurs (redirection HTTP)\u00a0: vérifiez ELASTICSEARCH_URL, en"
            " particulier http ou https, le port et le chemin."
        )
    kind = (meta.mimetype or "application/json").lower()
    if (200 <= meta.status < 300 or meta.status in (404, 405)) and (
        kind == "text/html" or (body and "json" not in kind) or body[:100].lstrip().startswith(b"<")
    ):
        raise Misaddressed(STRANGER)


def refusal(error: BaseException) -> str | None:
    """In a French sentence, why Elasticsearch or we ourselves refused the connection, where the operator can mend it;
    None where it is merely away. `error` is what any of the libraries raised."""
    for each in _causes(error):
        if isinstance(each, Misaddressed):
            return str(each.message)
        code = getattr(each, "verify_code", None)  # a library's own error may be one too, without a code
        if isinstance(each, ssl.SSLCertVerificationError) and code is not None:
            return of_certificate(code, getattr(each, "verify_message", None) or "")
        if isinstance(each, ssl.SSLError) and getattr(each, "reason", None) in NO_TLS:
            return "Elasticsearch ne parle pas TLS à cette adresse https\u00a0: vérifiez ELASTICSEARCH_URL."
        status = getattr(each, "status_code", None)
        if status in (401, 403):
            return of_status(status)
        if isinstance(status, int) and 200 <= status < 300:  # the library's own error: no Elasticsearch signed it
            return STRANGER
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


def of_certificate(code: int, reason: str = "") -> str:
    """The sentence of a certificate that was not believed, by OpenSSL's code; what we have no words for is quoted from
    OpenSSL's `reason`."""
    if code == EXPIRED:
        return "Le certificat d’Elasticsearch a expiré\u00a0: renouvelez-le."
    if code == NOT_YET:
        return "Le certificat d’Elasticsearch n’est pas encore valable\u00a0: vérifiez sa date et l’heure des machines."
    if code in (WRONG_NAME, WRONG_ADDRESS):
        return (
            "Le certificat d’Elasticsearch est celui d’un autre nom\u00a0: ELASTICSEARCH_URL doit donner un nom ou une"
            " adresse qui y figure."
        )
    if code in UNKNOWN_AUTHORITY:
        return (
            "L’autorité qui a signé le certificat d’Elasticsearch n’est pas connue\u00a0: donnez son fichier dans"
            " ELASTICSEARCH_CA."
        )
    if code in NO_KEY_USAGE:
        return (
            "Le certificat de l’autorité d’Elasticsearch n’a pas l’extension keyUsage, que Python exige depuis sa"
            f" version 3.13 ({_quoted(code, reason)})\u00a0: créez une autorité qui l’a et faites-lui signer de"
            " nouveaux certificats (docs/deploy.md)."
        )
    return (
        f"Le certificat d’Elasticsearch ou celui de son autorité est refusé ({_quoted(code, reason)})\u00a0: vérifiez"
        " ces deux certificats, et que le fichier d’ELASTICSEARCH_CA est bien celui de l’autorité qui a signé."
    )


def _quoted(code: int, reason: str) -> str:
    """OpenSSL's reason as a sentence may hold it: short, and without the signs that addresses are made of."""
    words = " ".join(re.sub(r"[^A-Za-z0-9 ,_()-]+", " ", reason).split())[:LONGEST_REASON].strip()
    return f"OpenSSL, code {code}\u00a0: «\u00a0{words}\u00a0»" if words else f"OpenSSL, code {code}"


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
    # Of a password with a slash the part before it would be read as a port, and the rest, host and all, as a path.
    before, at, _ = url.partition("://")[2].rpartition("@")
    if at and any(sign in before for sign in "/?#"):
        raise BadEngine(
            "Dans ELASTICSEARCH_URL, un «\u00a0@\u00a0» vient après le nom de l’hôte\u00a0: dans un mot de passe,"
            " «\u00a0/\u00a0» s’écrit %2F, «\u00a0?\u00a0» %3F, «\u00a0#\u00a0» %23 et «\u00a0@\u00a0» %40"
            " (encodage-pourcent)."
        )
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
