#!/usr/bin/env bash
# Builds packaging/Dockerfile without any registry: the stage that compiles is exchanged for a small Debian made by mmdebstrap
# that holds a program which was built here.
# usage: image-local.sh PROGRAM BASE.tar NAME:TAG [options of buildah, such as --root DIR]
set -euo pipefail
program=$1 base=$2 name=$3
shift 3
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for tool in buildah mmdebstrap; do
  command -v "$tool" >/dev/null || { echo "$tool is not installed; install it with: apt-get install -y --no-install-recommends buildah mmdebstrap" >&2; exit 1; }
done
"$here/image-base.sh" "$base"
storage=(--storage-driver vfs "$@")
build=(buildah "${storage[@]}" build --quiet --isolation chroot --format docker)

cp "$base" "$work/base.tar"
install -D "$program" "$work/atest-ext-ai"
printf 'FROM scratch\nADD base.tar /\nCOPY atest-ext-ai /out/atest-ext-ai\n' > "$work/Dockerfile"
"${build[@]}" --tag localhost/atest-program:local --file "$work/Dockerfile" "$work" >/dev/null

mkdir -p "$work/context/packaging"
cp "$here/Dockerfile" "$here/image-root.sh" "$work/context/packaging/"
version=$("$program" --version | awk '{ print $2 }')
"${build[@]}" --tag "$name" --build-arg PROGRAM=localhost/atest-program:local --build-arg VERSION="$version" \
  --file "$work/context/packaging/Dockerfile" "$work/context" >/dev/null
echo "$name"
