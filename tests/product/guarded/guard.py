"""What stands before an operator's Elasticsearch: TLS with a certificate of his own authority, and a check of who asks.

The node of the tests has no security of its own (it is not published as a library), so a proxy in front of it answers
as that security does.
"""

from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from ssl import Purpose, create_default_context

import aiohttp
from aiohttp import web
from anyio.from_thread import start_blocking_portal
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from yarl import URL

PREFIX = "/es"
"""Every path begins with it, as behind a proxy that serves other things too."""

NOT_FORWARDED = {"host", "authorization", "connection", "content-length", "transfer-encoding", "accept-encoding"}

REFUSED = {
    "error": {"type": "security_exception", "reason": "unable to authenticate", "root_cause": []},
    "status": 401,
}


class Authority:
    """Signs certificates; `file` is what those who believe it are given. Without `says_usage` it is one of those that
    elasticsearch-certutil made for years."""

    def __init__(self, folder: Path, name: str, *, says_usage: bool = True) -> None:
        self.folder, self.name = folder, x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key = ec.generate_private_key(ec.SECP256R1())
        constraints = x509.BasicConstraints(ca=True, path_length=0 if says_usage else None)
        usage = x509.KeyUsage(
            digital_signature=True,
            key_cert_sign=True,
            crl_sign=True,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            encipher_only=False,
            decipher_only=False,
        )
        made = self._builder(self.name, self.key.public_key(), timedelta(days=30)).add_extension(constraints, True)
        if says_usage:
            made = made.add_extension(usage, True)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def certificate(self, file: str, *, address: str = "127.0.0.1", ends_in: timedelta = timedelta(days=1)) -> Path:
        """A key and its certificate for one address, in one file."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "elasticsearch")])
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
        made = self._builder(subject, key.public_key(), ends_in).add_extension(names, False)
        signed = made.sign(self.key, hashes.SHA256())
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = self.folder / file
        path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
        return path

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, ends_in: timedelta
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=60))
            .not_valid_after(now + ends_in)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), False)
        )


@dataclass
class Guarded:
    """Where it answers, and who asked: the Authorization headers that came."""

    port: int
    seen: list[str] = field(default_factory=list)


@contextmanager
def guarded(upstream: str, certificate: Path, admitted: Collection[str]) -> Iterator[Guarded]:
    """Elasticsearch at `upstream`, for those whose Authorization header is one of `admitted`."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(_serving(upstream, certificate, admitted)) as found,
    ):
        yield found


@asynccontextmanager
async def _serving(upstream: str, certificate: Path, admitted: Collection[str]) -> AsyncIterator[Guarded]:
    found = Guarded(0)
    tls = create_default_context(Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)

    async def answer(request: web.Request) -> web.Response:
        found.seen.append(request.headers.get("Authorization", ""))
        if found.seen[-1] not in admitted:
            return web.json_response(REFUSED, status=401, headers={"X-Elastic-Product": "Elasticsearch"})
        headers = {name: value for name, value in request.headers.items() if name.lower() not in NOT_FORWARDED}
        address = URL(upstream + request.raw_path.removeprefix(PREFIX), encoded=True)
        content = await request.read()
        async with session.request(request.method, address, data=content, headers=headers) as answered:
            body = await answered.read()
            kept = {name: value for name, value in answered.headers.items() if name.lower() not in NOT_FORWARDED}
            return web.Response(status=answered.status, body=body, headers=kept)

    app = web.Application(client_max_size=100_000_000)
    app.router.add_route("*", PREFIX + "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    async with aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=["Accept-Encoding"]) as session:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        found.port = runner.addresses[0][1]
        try:
            yield found
        finally:
            await runner.cleanup()
