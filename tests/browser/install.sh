#!/bin/sh
# Real Chromium for the browser tests: installed where that is allowed (root and apt), else said to be missing.
set -eu
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installation de Chromium pour les tests de navigateur…"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null
    exit 0
fi
[ "${CI:-}" != true ] || { echo "Chromium manque : les tests de navigateur ne peuvent pas tourner."; exit 1; }
echo "Chromium manque : les tests de navigateur (marque « browser ») sont laissés de côté."
