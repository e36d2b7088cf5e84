#!/usr/bin/env bash
# Postgres' programs for the lab's database, where the panel looks for them. Silent when they are there, and for a lab in
# a cluster (--stack k3d, --stack kube), which brings its own.
# --missing: prints minutes and sentence when an install is due.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh
. deploy/setup/places.sh
. deploy/setup/packages.sh

# The places of backend/stack/src/postgres/binaries.rs, which also looks at the version.
found() {
  local folder
  command -v initdb >/dev/null 2>&1 && return 0
  for folder in "$(pg_config --bindir 2>/dev/null || true)" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin \
    /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin \
    /Applications/Postgres.app/Contents/Versions/*/bin "$tools/postgres/bin"; do
    [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && return 0
  done
  return 1
}

case " $* " in *" --stack k3d "* | *" --stack kube "*) exit 0 ;; esac
found && exit 0
if [ "${1:-}" = --missing ]; then
  echo "1 Postgres, through the system's packages or npm: about 1 min"
  exit 0
fi
if may_install; then
  say "installing Postgres for the lab's database (about 20 s)"
  install_packages postgresql || true
fi
found || deploy/setup/postgres-own.sh || true
found || fail "the lab needs Postgres 13 to 18 on this machine: $(how_to_install postgresql postgresql-server postgresql@17)"
