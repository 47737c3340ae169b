#!/bin/sh
# The real Caddy for the tests of deploy/Caddyfile, from the distribution: unpacked into .local, not installed, since an
# installed one would start and listen. Where that cannot be done it is said to be missing.
set -eu
cd "$(dirname "$0")/../../.."
command -v caddy >/dev/null && exit 0
[ -x .local/caddy/usr/bin/caddy ] && exit 0
if command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
    echo "Téléchargement de Caddy pour les tests du mandataire…"
    [ "$(id -u)" != 0 ] || apt-get update -qq
    fetched="$(mktemp -d)"
    # Readable to the user that apt lowers itself to.
    chmod 755 "$fetched"
    (cd "$fetched" && apt-get download -qq caddy >/dev/null 2>&1) || true
    for package in "$fetched"/caddy_*.deb; do
        [ -f "$package" ] || continue
        mkdir -p .local/caddy && dpkg-deb -x "$package" .local/caddy
    done
    rm -rf "$fetched"
    [ ! -x .local/caddy/usr/bin/caddy ] || exit 0
fi
[ "${CI:-}" != true ] || { echo "Caddy manque : les tests du mandataire ne peuvent pas tourner."; exit 1; }
echo "Caddy manque : les tests du mandataire (tests/product/security/test_caddy.py) sont laissés de côté."
