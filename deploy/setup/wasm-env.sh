# Sourced after places.sh: picks a compiler that can build for wasm32 and exports what cargo needs to use it.
# shellcheck disable=SC2154  # places.sh sets the folders

# has_wasm_std SYSROOT: the standard library for wasm32 lies there.
has_wasm_std() {
  local lib
  for lib in "$1"/lib/rustlib/wasm32-unknown-unknown/lib/libstd-*.rlib; do
    [ -e "$lib" ] && return 0
  done
  return 1
}

# The sysroot that debian-std.sh makes; stale once the distribution's compiler was updated.
debian_sysroot="$tools/debian-wasm"

debian_std_fits() {
  has_wasm_std "$debian_sysroot" && [ "$(cat "$debian_sysroot/rustc-version")" = "$(/usr/bin/rustc -vV 2>/dev/null)" ]
}

# use_wasm: returns 1 when nothing here can build for wasm32.
use_wasm() {
  has_wasm_std "$(rustc --print sysroot)" && return 0
  debian_std_fits || return 1
  export PATH="$debian_sysroot/bin:$PATH"
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="--sysroot=$debian_sysroot --cfg erase_components"
}
