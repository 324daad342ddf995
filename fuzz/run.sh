#!/usr/bin/env bash
# Builds the fuzz targets and runs them: fuzz/run.sh SECONDS [TARGET...]. At most two at a time; ends by itself.
# Needs the stable toolchain and a C++ compiler, no more. Fails with the path of the input when one is found.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
usage="usage: fuzz/run.sh SECONDS [TARGET...]"
seconds=${1:?$usage}
shift
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "$usage: SECONDS is a whole number from 1" >&2; exit 2; }
all=$(sed -n 's|^path = "targets/\(.*\)\.rs"|\1|p' Cargo.toml)
targets=${*:-$all}
for target in $targets; do
  grep -qx "$target" <<<"$all" || { echo "there is no target $target; there are:" $all >&2; exit 2; }
done

# What cargo-fuzz passes for coverage without a sanitizer. `--target` keeps it off build scripts and macros.
machine=$(rustc -vV | sed -n 's/^host: //p')
export RUSTFLAGS="-Cforce-frame-pointers=yes -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares"
# The versions that are shipped; what only the fuzzer needs is added to them.
[[ Cargo.lock -nt ../Cargo.lock ]] || cp ../Cargo.lock Cargo.lock
built=$SECONDS
# shellcheck disable=SC2086
cargo build --release --target "$machine" --target-dir ../target/fuzz $(printf -- '--bin %s ' $targets)
echo "built in $((SECONDS - built)) s"
programs=$here/../target/fuzz/$machine/release

scratch=$(mktemp -d)
pids=()
trap '[[ ${#pids[@]} -eq 0 ]] || kill "${pids[@]}" 2>/dev/null || true; rm -rf "$scratch"' EXIT
mkdir -p artifacts

# New inputs go into a folder of its own, which is the first; the seeds are only read.
run() {
  local target=$1 found=$scratch/$1
  mkdir -p "$found/corpus" "$found/tmp"
  local folders=("$found/corpus" "$here/corpus/$target")
  [[ ! -d $here/regressions/$target ]] || folders+=("$here/regressions/$target")
  # Relative paths in inputs lead into that folder too.
  cd "$found/tmp"
  TMPDIR=$found/tmp exec "$programs/$target" "${folders[@]}" \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=16384 \
    -print_final_stats=1 -artifact_prefix="$here/artifacts/$target-" >"$found/log" 2>&1
}

# What the log says: cov and ft (features of libFuzzer) after the seeds and at the end.
report() {
  local target=$1 log=$scratch/$1/log
  awk -v target="$target" '
    /INITED/ { first = $0 }
    / cov: / { last = $0 }
    /number_of_executed_units/ { runs = $2 }
    /average_exec_per_sec/ { speed = $2 }
    /new_units_added/ { new = $2 }
    function value(line, name,   parts, i, n) {
      n = split(line, parts, " ")
      for (i = 1; i < n; i++) if (parts[i] == name ":") return parts[i + 1]
      return 0
    }
    END {
      printf "%-11s %9d executions, %6d a second; coverage %d edges, %d of them new; %d new inputs\n",
        target, runs, speed, value(last, "cov"), value(last, "cov") - value(first, "cov"), new
    }' "$log"
}

status=0
# shellcheck disable=SC2086
set -- $targets
while [[ $# -gt 0 ]]; do
  pair=("${@:1:2}")
  shift "${#pair[@]}"
  pids=()
  for target in "${pair[@]}"; do
    run "$target" &
    pids+=($!)
  done
  for at in "${!pids[@]}"; do
    target=${pair[$at]}
    if wait "${pids[$at]}"; then
      report "$target"
    else
      status=1
      echo "$target failed:" >&2
      # What did not hold; where, the line numbers say. The whole stack is in the way.
      grep -A 6 -E 'panicked at|ERROR: libFuzzer' "$scratch/$target/log" | grep -v '^ *[0-9]*: \|^NOTE' >&2 ||
        tail -n 40 "$scratch/$target/log" >&2
      sed -n "s|.*Test unit written to |the input: |p" "$scratch/$target/log" >&2
    fi
  done
  pids=()
done
exit "$status"
