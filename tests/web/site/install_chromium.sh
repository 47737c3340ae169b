#!/bin/sh
# Real Chromium for the browser tests: installed where that is allowed (root and apt), else said to be missing.
set -eu
# For the pictures of docs/ too: its French (dates, hours, files), and a font that people have (docs/camera.py).
packages="chromium-l10n fonts-roboto-unhinted"
present=
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null && present=$name && break
done
[ "$present" ] || packages="chromium $packages"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    [ "$present" ] && dpkg -s $packages >/dev/null 2>&1 && exit 0
    echo "Installation de Chromium pour les tests de navigateur…"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null \
        || [ "$present" ] # without the packages for pictures the tests run all the same
    exit 0
fi
[ "$present" ] && exit 0
[ "${CI:-}" != true ] || { echo "Chromium manque : les tests de navigateur ne peuvent pas tourner."; exit 1; }
echo "Chromium manque : les tests de navigateur (tests/web/site/test_browser.py) sont laissés de côté."
