#!/usr/bin/env bash
# Chromium and its driver for the browser test. Prints where they are: eval "$(deploy/setup/browser.sh)"
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh
. deploy/setup/places.sh
. deploy/setup/packages.sh

first_of() {
  local name
  for name in "$@"; do
    command -v "$name" 2>/dev/null && return 0
  done
  return 1
}

find_browser() {
  browser=${CHROMIUM:-$(first_of chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" || true)}
  driver=${CHROMEDRIVER:-$(first_of chromedriver || true)}
  [ -n "$browser" ] && [ -n "$driver" ]
}

if ! find_browser; then
  if may_install; then
    say "installing Chromium and its driver for the browser test (about 20 s)"
    install_packages chromium chromium-driver || true
  fi
  find_browser || fail "the browser test needs Chromium or Chrome and chromedriver: $(how_to_install \
    'chromium chromium-driver' 'chromium chromedriver' '--cask google-chrome chromedriver')"
fi

printf 'export CHROMIUM=%q CHROMEDRIVER=%q\n' "$browser" "$driver"
