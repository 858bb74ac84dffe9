#!/usr/bin/env bash
# Drives the pages for browsers in a headless Chromium, beside a whole gateway and a simulated carrier: a citizen is answered by
# keyboard alone, answers are taken back and stopped, no draft is lost, 119 is told, the board follows, the gateway is restarted under the
# page, hostile text draws nothing, and axe finds no barrier in either language.
# Usage: tests/web-check.sh
# Needs chromium, node, npm and the programs built (MUNJAD, by default target/debug/munjad). The driver and axe are installed from npm
# into WEB_TOOLS (a folder that may be kept), by default a temporary one. PICTURES=FOLDER also takes the pictures of the
# documentation. What is missing makes it skip, except where CI=true.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export MUNJAD=${MUNJAD:-$here/../target/debug/munjad} WORK=$work
tools=${WEB_TOOLS:-$work/tools}

skip() {
    echo "$1: the pages were not driven"
    [ "${CI:-}" != true ] || exit 1
    exit 0
}
for program in node npm; do
    command -v "$program" >/dev/null || skip "$program is not on this machine"
done
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
[ -n "$CHROMIUM" ] || skip "chromium is not on this machine"
[ -x "$MUNJAD" ] || skip "$MUNJAD is not built"
export CHROMIUM
if [ ! -e "$tools/ready" ]; then
    mkdir -p "$tools"
    timeout 100 npm install --silent --no-fund --no-audit --ignore-scripts --prefix "$tools" \
        playwright-core@1.65.1 axe-core@4.14.1 || skip "npm cannot be reached"
    touch "$tools/ready"
fi
export NODE_MODULES=$tools/node_modules
timeout "${WEB_SECONDS:-180}" node "$here/web/check.mjs"
