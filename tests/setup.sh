#!/usr/bin/env bash
# What the tests need beside Python packages: a browser with Chinese fonts. (The Telegram test server
# is brought by npm when its tests begin.)
set -euo pipefail
cd "$(dirname "$0")/.."

have_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

if ! have_browser >/dev/null || ! fc-list 2>/dev/null | grep -qi cjk; then
  if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk fontconfig >/dev/null
  elif ! have_browser >/dev/null; then
    .venv/bin/python -m playwright install chromium
  fi
fi
