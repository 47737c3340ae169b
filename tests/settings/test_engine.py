"""One reading of Elasticsearch's addresses, and what it refuses."""

import ssl
from pathlib import Path

import pytest

from settings import Settings
from settings.engine import BadEngine, nodes, of_certificate, refusal
from tests.product.guarded.guard import Authority

KEY = "aWQ6c2VjcmV0"  # id:secret


def read(url: str, **more: str) -> list[tuple[str, str, int, str, str | None]]:
    found = nodes(Settings.model_validate({"elasticsearch_url": url, **more}), timeout_s=1)
    return [(each.scheme, each.host, each.port, each.path_prefix, each.headers.get("authorization")) for each in found]


def test_an_address_has_a_scheme_a_host_and_perhaps_a_port_a_path_and_a_password() -> None:
    assert read("http://es:9200") == [("http", "es", 9200, "", None)]
    assert read("https://es.example") == [("https", "es.example", 443, "", None)]
    assert read("http://es") == [("http", "es", 80, "", None)]
    assert read("https://us%40er:p%3Aw@[::1]:9201/search/") == [
        ("https", "::1", 9201, "/search", "Basic dXNAZXI6cDp3")  # us@er:p:w
    ]


def test_several_addresses_stand_with_commas_each_with_its_own_password() -> None:
    assert read("http://u:p@one:1, http://two:2 ") == [
        ("http", "one", 1, "", "Basic dTpw"),
        ("http", "two", 2, "", None),
    ]


def test_a_key_is_sent_to_every_node() -> None:
    found = read("https://one:1,https://two:2", elasticsearch_api_key=KEY)
    assert [each[-1] for each in found] == [f"ApiKey {KEY}"] * 2


def test_a_certificate_is_always_verified_with_its_name() -> None:
    plain, tls = nodes(Settings(elasticsearch_url="http://one:1,https://two:2"), timeout_s=1)
    assert plain.ssl_context is None
    assert tls.ssl_context
    assert tls.ssl_context.verify_mode == ssl.CERT_REQUIRED
    assert tls.ssl_context.check_hostname


@pytest.mark.parametrize(
    "url",
    ["", "localhost:9200", "ftp://host", "http://", "http://u:secret@host:x", "http://u:secret@h?x", "http://a:1,,"],
)
def test_a_bad_address_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(BadEngine, match="ELASTICSEARCH_URL") as refused:
        read(url)
    assert "secret" not in str(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


@pytest.mark.parametrize("between", ["/", "12/", "?", "#"])
def test_a_password_that_is_not_encoded_is_not_taken_for_a_path(between: str) -> None:
    """With `12/` the user would be the host, and the password's beginning a good port."""
    with pytest.raises(BadEngine, match=r"ELASTICSEARCH_URL.* %2F.*encodage-pourcent") as refused:
        read(f"https://elastic:{between}secret@es.example:9200")
    assert "secret" not in str(refused.value)
    assert read("https://es/a%40b") == [("https", "es", 443, "/a%40b", None)]


@pytest.mark.parametrize("key", ["secret", "aWQ=", "OnNlY3JldA==", "aWQ6", "a b", "aWQ6c2VjcmV0\r\nx: y", "ééé"])
def test_what_is_no_key_is_refused_and_not_quoted(key: str) -> None:
    with pytest.raises(BadEngine, match="ELASTICSEARCH_API_KEY") as refused:
        read("https://es", elasticsearch_api_key=key)
    assert key not in str(refused.value)


def test_a_key_and_a_password_are_one_too_many() -> None:
    with pytest.raises(BadEngine, match="gardez l’un des deux"):
        read("https://u:p@es", elasticsearch_api_key=KEY)


def test_with_an_authority_no_node_is_asked_in_clear() -> None:
    with pytest.raises(BadEngine, match="commence par https"):
        read("https://one,http://two", elasticsearch_ca="/nowhere")


def test_a_file_that_holds_no_authority_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "text").write_text("not a certificate")
    for name in ("empty", "text", "absent"):
        with pytest.raises(BadEngine, match="ELASTICSEARCH_CA"):
            read("https://es", elasticsearch_ca=str(tmp_path / name))


def test_neither_password_nor_key_stands_in_a_representation() -> None:
    settings = Settings(elasticsearch_url="https://u:secret@es", elasticsearch_api_key=KEY)
    assert "secret" not in repr(settings)
    assert KEY not in repr(settings)


def test_who_is_merely_away_is_not_refused() -> None:
    for error in (ConnectionRefusedError(), TimeoutError(), ssl.SSLEOFError(), OSError("no route"), ValueError(400)):
        assert refusal(error) is None


def test_each_fault_of_a_certificate_has_its_sentence() -> None:
    codes = {9: "pas encore valable", 10: "expiré", 62: "autre nom", 64: "autre nom"}
    for code, words in codes.items():
        assert words in of_certificate(code)


def test_only_an_unknown_authority_asks_for_its_file() -> None:
    asks = "n’est pas connue\u00a0: donnez son fichier dans ELASTICSEARCH_CA"
    assert [code for code in range(1, 100) if asks in of_certificate(code, "some reason")] == [2, 18, 19, 20, 21]


def test_another_fault_quotes_openssl_briefly_and_nothing_like_an_address() -> None:
    assert "OpenSSL, code 24\u00a0: «\u00a0invalid CA certificate\u00a0»" in of_certificate(
        24, "invalid CA certificate"
    )
    hostile = of_certificate(7, "bad\r\n\x1b[31m https://u:secret@es/ <b> " + "x" * 1000)
    assert "«\u00a0bad 31m https u secret es b xxx" in hostile
    assert not set("\r\n\x1b/@<>[]") & set(hostile)
    assert len(hostile) < 400


def test_an_authority_without_key_usage_is_named_as_that(tmp_path: Path) -> None:
    """Strict as Python is since 3.13, whatever version runs this."""

    def said(*, says_usage: bool) -> str | None:
        authority = Authority(tmp_path, f"authority-{says_usage}", says_usage=says_usage)
        settings = Settings(elasticsearch_url="https://127.0.0.1", elasticsearch_ca=str(authority.file))
        (node,) = nodes(settings, timeout_s=1)
        assert node.ssl_context
        node.ssl_context.verify_flags |= ssl.VERIFY_X509_STRICT
        refused = shaken_hands(node.ssl_context, authority.certificate(f"node-{says_usage}"))
        return refusal(refused) if refused else None

    assert said(says_usage=True) is None
    sentence = said(says_usage=False)
    assert sentence
    assert "n’a pas l’extension keyUsage" in sentence
    assert "CA cert does not include key usage extension" in sentence
    assert "docs/deploy.md" in sentence


def shaken_hands(client: ssl.SSLContext, certificate: Path) -> ssl.SSLError | None:
    """What the client finds wrong with this certificate; None where it believes it. Without a network."""
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(certificate)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(back, there, server_hostname="127.0.0.1"),
        serving.wrap_bio(there, back, server_side=True),
    ]
    for _ in range(10):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError as error:
                return error
    return None
