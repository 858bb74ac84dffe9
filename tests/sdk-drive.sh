#!/usr/bin/env bash
# Drives every dialect of the simulated carrier that has an official client with that client (PyPI, npm), and our webhook
# door with calls that official code signs. What a client writes the simulator must take, what it expects the simulator must
# answer: neither was made by us.
# Usage: tests/sdk-drive.sh [DIALECT ...]     (all by default)
# Needs python3, node, npm, curl, and the programs built (MUNJAD, by default target/debug/munjad). The clients are installed
# into SDKS (a folder that may be kept), by default a temporary one. Without a registry in reach it is skipped, except where
# CI=true.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
munjad=${MUNJAD:-$here/../target/debug/munjad} port=${SIM_PORT:-6141}
work=$(mktemp -d)
sdks=${SDKS:-$work/sdks}
pids=()
stop() {
    [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT

skip() {
    echo "$1"
    [ "${CI:-}" != true ] || exit 1
    exit 0
}
for program in python3 node npm curl; do
    command -v "$program" >/dev/null || skip "$program is not on this machine: official clients were not driven"
done
if [ ! -e "$sdks/ready" ]; then
    python3 -m venv "$sdks/python" || skip "python3 makes no venv: official clients were not driven"
    timeout 150 "$sdks/python/bin/pip" install --quiet --disable-pip-version-check --retries 1 twilio==9.13.0 \
        infobip-api-python-client==6.0.0 clicksend-client==6.0.2 solapi==5.0.3 'bizgo-sdk-comm==1.2.0' \
        'android-sms-gateway[httpx]==4.3.3' || skip "PyPI cannot be reached: official clients were not driven"
    mkdir -p "$sdks/npm"
    timeout 150 npm install --silent --no-fund --no-audit --ignore-scripts --prefix "$sdks/npm" twilio@6.3.1 solapi@6.0.1 ||
        skip "npm cannot be reached: official clients were not driven"
    touch "$sdks/ready"
fi
export NODE_MODULES=$sdks/npm/node_modules

# simulated DIALECT: a fresh carrier; base is its address
simulated() {
    port=$((port + 1)) base=http://127.0.0.1:$port
    "$munjad" sim --dialect "$1" --listen "127.0.0.1:$port" --other-requests-per-sec 1000 --json \
        >"$work/$1.out" 2>"$work/$1.log" &
    pids+=($!)
    for _ in $(seq 100); do
        curl -sS -o /dev/null "$base/_sim/ledger" 2>/dev/null && return
        sleep 0.1
    done
    cat "$work/$1.out" "$work/$1.log"
    exit 2
}

# door DIALECT: our gateway on that carrier, with its webhook door; DOOR is where it listens, PUBLIC what carriers were told
door() {
    local folder=$work/gateway-$1 listen=$((port + 500))
    mkdir -p "$folder"
    printf 'SIM-KEY\n' >"$folder/key"
    printf 'SIM-WEBHOOK-SECRET\n' >"$folder/webhook"
    printf 'SHARED-KEY\n' >"$folder/shared"
    export DOOR=http://127.0.0.1:$listen PUBLIC=https://gw.example.kr
    local section='api_key_file = "key"
webhook_secret_file = "webhook"'
    [ "$1" != twilio ] || section='account_sid = "AC00000000000000000000000000000000"
auth_token_file = "webhook"
webhook_key_file = "shared"'
    cat >"$folder/gateway.toml" <<TOML
[database]
path = "munja.db"
[carrier]
name = "$1"
[carrier.$1]
base_url = "$base"
number = "062120"
$section
[api]
listen = "127.0.0.1:0"
[webhook]
listen = "127.0.0.1:$listen"
public_url = "$PUBLIC"
TOML
    "$munjad" init --database-only --config "$folder/gateway.toml" >/dev/null
    "$munjad" run --config "$folder/gateway.toml" >"$folder/log" 2>&1 &
    pids+=($!)
    for _ in $(seq 100); do
        curl -sS -o /dev/null "$DOOR/" 2>/dev/null && return
        sleep 0.1
    done
    cat "$folder/log"
    exit 2
}

failed=0
for dialect in ${*:-bizgo clicksend infobip smsgate solapi twilio}; do
    unset DOOR PUBLIC
    # The gateway has a carrier of its own: it would take away what the client is to read.
    case $dialect in bizgo | twilio)
        simulated "$dialect"
        door "$dialect"
        ;;
    esac
    simulated "$dialect"
    "$sdks/python/bin/python" "$here/sdk/drive.py" "$dialect" "$base" || failed=1
    case $dialect in solapi | twilio)
        simulated "$dialect"
        node "$here/sdk/drive.mjs" "$dialect" "$base" || failed=1
        ;;
    esac
done
[ "$failed" = 0 ]
