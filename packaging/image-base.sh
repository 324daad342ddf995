#!/usr/bin/env bash
# Makes a small Debian, as a tar file, from which images can be built without a registry. It is made once.
# usage: image-base.sh BASE.tar
set -euo pipefail
base=$1
if [ ! -s "$base" ]; then
  release=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
  mmdebstrap --quiet --variant=apt --include=ca-certificates,python3 --format=tar "$release" "$base.new" >/dev/null
  mv "$base.new" "$base"
fi
