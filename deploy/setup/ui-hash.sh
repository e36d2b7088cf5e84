#!/usr/bin/env bash
# Prints the hash of everything the UI is built from: SHA-256 over the lines "<sha256>  <path>", sorted by path.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

sum=(sha256sum)
command -v sha256sum >/dev/null 2>&1 || sum=(shasum -a 256)

find frontend backend/core backend/chart Cargo.toml Cargo.lock Trunk.toml \
  '(' -path frontend/dist -o -path frontend/dist-hub ')' -prune -o -type f ! -name '.*' -print |
  LC_ALL=C sort | tr '\n' '\0' | xargs -0 "${sum[@]}" | "${sum[@]}" | cut -d ' ' -f 1
