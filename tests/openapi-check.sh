#!/usr/bin/env bash
# Makes a client from the gateway's own OpenAPI document with a generator that is not ours, and drives a whole gateway with it. What the
# document says must be enough to compile against, and what the gateway does must be what it says.
# Usage: tests/openapi-check.sh
# Needs node, npm and the programs built (MUNJAD, by default target/debug/munjad). The generator (openapi-typescript), its client
# (openapi-fetch) and the compiler are installed from npm into OPENAPI_TOOLS (a folder that may be kept), by default a temporary one. What
# is missing makes it skip, except where CI=true.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export MUNJAD=${MUNJAD:-$here/../target/debug/munjad} WORK=$work
tools=${OPENAPI_TOOLS:-$work/tools}

skip() {
    echo "$1: no client was made from the OpenAPI document"
    [ "${CI:-}" != true ] || exit 1
    exit 0
}
for program in node npm; do
    command -v "$program" >/dev/null || skip "$program is not on this machine"
done
[ -x "$MUNJAD" ] || skip "$MUNJAD is not built"
if [ ! -e "$tools/ready" ]; then
    mkdir -p "$tools"
    timeout 100 npm install --silent --no-fund --no-audit --ignore-scripts --prefix "$tools" \
        openapi-typescript@7.13.0 openapi-fetch@0.17.0 typescript@5.9.3 || skip "npm cannot be reached"
    touch "$tools/ready"
fi
export NODE_MODULES=$tools/node_modules
timeout "${OPENAPI_SECONDS:-60}" node "$here/openapi/check.mjs"
