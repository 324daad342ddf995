#!/usr/bin/env bash
# Builds crates/profiling for aarch64 and runs its unit tests under qemu-user: its sampler reads that machine's registers.
# usage: test-aarch64.sh [TEST_FILTER...]. Installs nothing but the target's standard library; says what else is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
target=aarch64-unknown-linux-gnu
say() { echo "test-aarch64: $*" >&2; }

if [ "$(uname -m)" = aarch64 ]; then
  say "this machine is one: \`make test\` is the test"
  exit 0
fi
for program in qemu-aarch64 aarch64-linux-gnu-gcc; do
  command -v "$program" >/dev/null || {
    say "$program is missing: apt-get install -y --no-install-recommends qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross"
    exit 1
  }
done
rustup target add "$target" >/dev/null 2>&1 || {
  say "the standard library of $target cannot be had (rustup target add $target): nothing was tested"
  exit 1
}
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64 -L /usr/aarch64-linux-gnu"
# Random recordings take minutes there and know no machine; Go is none of that machine's.
cargo test --locked -p profiling --target "$target" --target-dir target/aarch64 --no-default-features --features unwind --lib -- \
  --test-threads 2 --skip execution::random --skip execution::acceptance "$@"
