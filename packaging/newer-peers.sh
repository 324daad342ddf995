#!/usr/bin/env bash
# Unpacks Prometheus, promtool, Alertmanager, amtool and compose of a later Debian into a folder. Neither the system's
# packages nor its list of sources are touched: apt keeps its state in a folder of its own.
# usage: newer-peers.sh FOLDER [SUITE]
set -euo pipefail
folder=$1
suite=${2:-trixie}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The mirror that this system uses already.
mirror=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true; } |
  sed -nE 's#^(URIs: *|deb +(\[[^]]*\] +)?)(https?://[^ ]*/debian)/?( .*)?$#\3#p' | head -n 1)
mirror=${mirror:-http://deb.debian.org/debian}
keys=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keys" ] || keys=/etc/apt/trusted.gpg.d
echo "deb [signed-by=$keys] $mirror $suite main" >"$work/sources.list"
mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/packages"
chmod -R a+rX "$work"

own=(
  -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null
  -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root
  -o Acquire::Retries=2 -o Acquire::Languages=none
)
apt-get -qq "${own[@]}" update
# The names of packages differ between suites: promtool became one of its own.
wanted=()
for package in prometheus promtool prometheus-alertmanager docker-compose; do
  if apt-cache "${own[@]}" show "$package" >/dev/null 2>&1; then
    wanted+=("$package")
  fi
done
(cd "$work/packages" && apt-get -qq "${own[@]}" download "${wanted[@]}")

rm -rf "$folder.new"
mkdir -p "$folder.new"
for package in "$work"/packages/*.deb; do
  dpkg -x "$package" "$folder.new"
done
# The last one to be there: whoever finds it finds all.
"$folder.new/usr/bin/promtool" --version >/dev/null 2>&1
"$folder.new/usr/bin/amtool" --version >/dev/null 2>&1
"$folder.new/usr/libexec/docker/cli-plugins/docker-compose" version >/dev/null 2>&1
rm -rf "$folder"
mv "$folder.new" "$folder"
