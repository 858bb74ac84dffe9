#!/usr/bin/env bash
# Kills the gateway at any moment under load, beside a simulated carrier of each class, hundreds of times (SIGKILL); each life
# goes on with the database of the one before. In the end the store must say exactly what the carrier's ledger says: no text
# lost, none sent twice. Prints a record for the documentation.
#
#   tests/kill-loop.sh            300 kills beside each of four carriers: 1,200 in all, about a quarter of an hour
#   tests/kill-loop.sh 5          5 beside each: less than a minute
#   tests/kill-loop.sh 300 kannel beside one carrier only
set -euo pipefail
cd "$(dirname "$0")/.."
kills=${1:-300}
shift || true
carriers=("$@")
[ ${#carriers[@]} -gt 0 ] || carriers=(bizgo clicksend infobip kannel)

built=$(cargo test --locked --test it --no-run 2>&1) || { printf '%s\n' "$built"; exit 1; }
program=$(printf '%s\n' "$built" | sed -n 's/^ *Executable .*(\(.*\))$/\1/p')
[ -x "$program" ] || { printf '%s\n' "$built"; exit 1; }

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
declare -A loops
for carrier in "${carriers[@]}"; do
    MUNJA_KILLS=$kills MUNJA_CLASS=$carrier \
        "$program" --exact --ignored --nocapture crash::kill_loop >"$logs/$carrier" 2>&1 &
    loops[$carrier]=$!
done
failed=0
for carrier in "${carriers[@]}"; do
    wait "${loops[$carrier]}" || { failed=1; printf '== %s failed\n' "$carrier"; tail -n 40 "$logs/$carrier"; }
done

printf '%s, %s, munja %s, %s cores\n\n' "$(date -u +%F)" "$(uname -sr)" \
    "$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1) $(git rev-parse --short HEAD 2>/dev/null || true)" "$(nproc)"
echo '| carrier | kills | texts in | texts out | lost | sent twice | lost by the carrier and told |'
echo '|---|---|---|---|---|---|---|'
for carrier in "${carriers[@]}"; do
    sed -n 's/^.*RECORD //p' "$logs/$carrier"
done
exit $failed
