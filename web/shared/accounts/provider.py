"""OpenID Connect Core 1.0, as a client: the authorization code flow with PKCE (S256), state and nonce.

The provider's addresses and keys come from its discovery document. Nothing that it says goes into a log: it holds
names, mails and codes.
"""

import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from registry.accounts import addresses
from registry.accounts.identities import Identity
from settings import Settings

TIMEOUT_S = 5.0
KEPT_S = 3600.0
"""How long a provider's discovery document and keys are taken as read."""

LEEWAY_S = 60
ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]
"""Of signatures; none with a shared secret, nor without a signature."""

SCOPE = "openid email"


class ProviderAway(Exception):
    """It does not answer, or with what is no answer."""


class ProviderRefused(Exception):
    """The way was given up, or what came back was not meant for this browser or this site."""


@dataclass(frozen=True)
class Provider:
    """What its discovery document and its key set say; read at `read_at` of time.monotonic."""

    metadata: dict[str, Any]
    keys: KeySet
    read_at: float


@dataclass(frozen=True)
class Flow:
    """What a browser that was sent to the provider must bring back, or have kept."""

    state: str
    nonce: str
    verifier: str


_known: dict[str, Provider] = {}


def begin(settings: Settings, redirect_uri: str) -> tuple[str, Flow]:
    """The provider's address to send the browser to. Raises ProviderAway."""
    provider = _provider(settings)
    flow = Flow(*(secrets.token_urlsafe(32) for _ in range(3)))
    with _client(settings, redirect_uri) as client:
        url, _ = client.create_authorization_url(
            provider.metadata["authorization_endpoint"],
            state=flow.state,
            nonce=flow.nonce,
            code_verifier=flow.verifier,
        )
    return str(url), flow


def finish(settings: Settings, redirect_uri: str, flow: Mapping[str, str], told: Mapping[str, str]) -> Identity:
    """Whose browser came back, by the query `told` of the address. Raises ProviderAway or ProviderRefused."""
    provider = _provider(settings)
    if not hmac.compare_digest(told.get("state", "").encode(), flow["state"].encode()) or not told.get("code"):
        raise ProviderRefused
    # RFC 9207: another provider's answer is not taken for this one's.
    always = provider.metadata.get("authorization_response_iss_parameter_supported") is True
    if told.get("iss", "" if always else settings.oidc_issuer) != settings.oidc_issuer:
        raise ProviderRefused
    try:
        with _client(settings, redirect_uri) as client:
            token = client.fetch_token(
                provider.metadata["token_endpoint"],
                grant_type="authorization_code",
                code=told["code"],
                code_verifier=flow["verifier"],
                timeout=TIMEOUT_S,
            )
            claims = _verified(settings, provider, str(token.get("id_token", "")), flow["nonce"])
            if "email" not in claims and "userinfo_endpoint" in provider.metadata:
                claims |= _userinfo(settings, provider, client, claims["sub"])
    except (requests.RequestException, ValueError) as error:
        raise ProviderAway from error
    except (AuthlibBaseError, JoseError) as error:
        raise ProviderRefused from error
    mail = addresses.read(str(claims.get("email", ""))) if claims.get("email_verified") is True else None
    return Identity(f"{settings.oidc_issuer} {claims['sub']}", mail)


def flow_values(flow: Flow) -> dict[str, str]:
    return asdict(flow)


def _verified(settings: Settings, provider: Provider, token: str, nonce: str) -> dict[str, Any]:
    """The claims of an ID token (OpenID Connect Core, 3.1.3.7). Raises JoseError, ProviderAway or ProviderRefused."""
    try:
        claims = jwt.decode(token, provider.keys, algorithms=ALGORITHMS).claims
    except InvalidKeyIdError:  # the provider signs with a new key
        claims = jwt.decode(token, _read(settings).keys, algorithms=ALGORITHMS).claims
    jwt.JWTClaimsRegistry(
        leeway=LEEWAY_S,
        iss={"essential": True, "value": settings.oidc_issuer},
        aud={"essential": True, "value": settings.oidc_client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    ).validate(claims)
    others = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if others else settings.oidc_client_id) != settings.oidc_client_id:
        raise ProviderRefused
    return dict(claims)


def _userinfo(settings: Settings, provider: Provider, client: OAuth2Session, subject: str) -> dict[str, Any]:
    """What more the provider says of the same person: as JSON, or signed (as FranceConnect does)."""
    answer = client.get(provider.metadata["userinfo_endpoint"], timeout=TIMEOUT_S)
    answer.raise_for_status()
    if answer.headers.get("Content-Type", "").startswith("application/jwt"):
        told = dict(jwt.decode(answer.text, provider.keys, algorithms=ALGORITHMS).claims)
        if told.get("iss", settings.oidc_issuer) != settings.oidc_issuer:
            raise ProviderRefused
    else:
        told = answer.json()
    if not isinstance(told, dict) or told.get("sub") != subject:
        raise ProviderRefused
    return {name: told[name] for name in ("email", "email_verified") if name in told}


def _provider(settings: Settings) -> Provider:
    known = _known.get(settings.oidc_issuer)
    return known if known and time.monotonic() - known.read_at < KEPT_S else _read(settings)


def _read(settings: Settings) -> Provider:
    """Read the discovery document and the keys anew. Raises ProviderAway."""
    try:
        metadata = _json(f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer") != settings.oidc_issuer:
            raise ProviderAway("the discovery document is of another issuer")
        keys = KeySet.import_key_set(_json(metadata["jwks_uri"]))  # type: ignore[arg-type]
        provider = Provider(metadata, keys, time.monotonic())
        _ = metadata["authorization_endpoint"], metadata["token_endpoint"]
    except (requests.RequestException, JoseError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ProviderAway from error
    _known[settings.oidc_issuer] = provider
    return provider


def _json(url: str) -> dict[str, Any]:
    answer = requests.get(url, timeout=TIMEOUT_S, allow_redirects=False)
    answer.raise_for_status()
    if answer.status_code != 200:
        raise ProviderAway("it leads elsewhere")
    found: dict[str, Any] = answer.json()
    return found


def _client(settings: Settings, redirect_uri: str) -> OAuth2Session:
    session = OAuth2Session(
        settings.oidc_client_id,
        settings.oidc_client_secret,
        scope=SCOPE,
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
    )
    # The operator chose one address, not wherever it may send us.
    session.max_redirects = 0
    return session
