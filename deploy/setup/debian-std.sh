#!/usr/bin/env bash
# Builds the standard library for wasm32 from Debian's sources: for machines where rustup can download nothing.
# The result is a sysroot of our own under the tools folder; nothing is written into /usr but by apt.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. deploy/setup/say.sh
. deploy/setup/places.sh
. deploy/setup/packages.sh
. deploy/setup/wasm-env.sh

packages=(rustc-web cargo-web rust-web-src lld)
dpkg -s "${packages[@]}" >/dev/null 2>&1 || install_packages "${packages[@]}" ||
  fail "no wasm32 target. With a network: rustup target add wasm32-unknown-unknown; without: sudo apt-get install ${packages[*]}, then try again"

crate=$(mktemp -d)
trap 'rm -rf "$crate"' EXIT
mkdir "$crate/src"
: >"$crate/src/lib.rs"
cat >"$crate/Cargo.toml" <<'TOML'
[package]
name = "std-for-wasm"
version = "0.0.0"
edition = "2021"
[lib]
crate-type = ["cdylib"]
[workspace]
TOML

build_std() {
  cd "$crate"
  # Debian's own compiler under rustup's nose; -Zbuild-std asks for the bootstrap switch.
  # Without embedded bitcode the UI's link-time optimisation fails later ("Can't find section .llvmbc").
  env -u RUSTUP_TOOLCHAIN PATH="/usr/bin:$PATH" RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
    RUSTFLAGS="-C embed-bitcode=yes" CARGO_PROFILE_RELEASE_LTO=off \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld CARGO_TARGET_DIR="$crate/target" \
    /usr/bin/cargo build -Zbuild-std=std,panic_abort,panic_unwind --target wasm32-unknown-unknown --release
}

say "building the standard library for wasm32 (about 1 min, once)"
(logged wasm-std build_std) || fail "building the standard library for wasm32 failed; see above"

rm -rf "$debian_sysroot"
lib="$debian_sysroot/lib/rustlib/wasm32-unknown-unknown/lib"
mkdir -p "$lib" "$debian_sysroot/bin"
cp "$crate"/target/wasm32-unknown-unknown/release/deps/*.rlib "$lib/"
# Proc macros and build scripts are compiled for this machine with the same sysroot.
for host in /usr/lib/rustlib/*; do
  [ -e "$debian_sysroot/lib/rustlib/$(basename "$host")" ] || ln -s "$host" "$debian_sysroot/lib/rustlib/"
done
ln -s /usr/bin/cargo /usr/bin/rustc "$debian_sysroot/bin/"
/usr/bin/rustc -vV >"$debian_sysroot/rustc-version"

# Crates built against another std do not link with this one.
rm -rf "$web_target"
