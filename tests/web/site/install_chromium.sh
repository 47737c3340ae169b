#!/bin/sh
# Real Chromium for the browser tests: installed where that is allowed (root and apt), else said to be missing.
set -eu
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installation de Chromium pour les tests de navigateur…"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
    exit 0
fi
[ "${CI:-}" != true ] || { echo "Chromium manque : les tests de navigateur ne peuvent pas tourner."; exit 1; }
echo "Chromium manque : les tests de navigateur (tests/web/site/test_browser.py) sont laissés de côté."
