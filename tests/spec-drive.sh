#!/usr/bin/env bash
# Puts a real gateway and the simulated carrier on the two sides of a proxy that holds every request and answer against the
# carrier's official OpenAPI document: texts come in, answers leave, receipts are asked for. Fails on the first violation of
# either side, and if the texts did not arrive.
# Usage: tests/spec-drive.sh twilio twilio-messages-openapi.json      (or smsgate, bizgo, each with its document)
# Needs curl, node and npm, and the programs built (MUNJAD, by default target/debug/munjad). The proxy (@stoplight/prism-cli)
# is installed into a temporary folder unless PRISM names one.
set -euo pipefail

carrier=${1:?which carrier: bizgo, smsgate, twilio} spec=${2:?its official OpenAPI document}
munjad=${MUNJAD:-target/debug/munjad} n=${TEXTS:-12}
sim_port=${SIM_PORT:-6131} proxy_port=${PROXY_PORT:-6132} api_port=${API_PORT:-6133}
work=$(mktemp -d)
pids=()
stop() {
    [ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT

if [ -z "${PRISM:-}" ]; then
    npm install --silent --no-fund --no-audit --prefix "$work/npm" @stoplight/prism-cli >"$work/npm.log" 2>&1 ||
        { cat "$work/npm.log"; exit 2; }
    PRISM=$work/npm/node_modules/.bin/prism
fi
number=+15551234567
case $carrier in
    bizgo) number=062120 section='api_key_file = "key"' ;;
    smsgate) number=01099990000 section='user = "SIM-KEY"
password_file = "secret"' ;;
    twilio) section='account_sid = "SIM-ACCOUNT"
auth_token_file = "secret"' ;;
    *) echo "no official document of $carrier is known"; exit 2 ;;
esac
# Twilio's name for an account has a shape of its own.
account=SIM-ACCOUNT
[ "$carrier" != twilio ] || { account=AC$(printf '0%.0s' $(seq 32)); section=${section/SIM-ACCOUNT/$account}; }
key=SIM-KEY
[ "$carrier" != twilio ] || key=$account
printf 'SIM-KEY\n' >"$work/key"
printf 'SIM-SECRET\n' >"$work/secret"
cat >"$work/gateway.toml" <<TOML
[database]
path = "munja.db"
[carrier]
name = "$carrier"
[carrier.$carrier]
base_url = "http://127.0.0.1:$proxy_port"
number = "$number"
# Other programs of this test ask, too: together they stay within the simulated limit, which no document speaks of.
other_requests_per_sec = 2
$section
[api]
listen = "127.0.0.1:$api_port"
TOML

"$munjad" sim --dialect "$carrier" --listen "127.0.0.1:$sim_port" --number "$number" --api-key "$key" \
    --account "$account" >"$work/sim.log" 2>&1 &
pids+=($!)
# Some documents say "object" beside a reference to a word or a number, which nothing can be: the reference counts. Some
# call an address without a host a URI, and show one in their examples: the example counts.
node -e '
  const mend = (at) => {
    if (at && typeof at === "object") {
      if (Array.isArray(at.allOf) && at.type === "object") delete at.type;
      if (at.type === "string" && at.format === "uri") delete at.format;
      Object.values(at).forEach(mend);
    }
    return at;
  };
  console.log(JSON.stringify(mend(JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")))));
' "$spec" >"$work/spec.json" 2>/dev/null || cp "$spec" "$work/spec.yaml"
[ -s "$work/spec.json" ] && spec=$work/spec.json || spec=$work/spec.yaml
"$PRISM" proxy --port "$proxy_port" "$spec" "http://127.0.0.1:$sim_port" >"$work/prism.log" 2>&1 &
pids+=($!)
for _ in $(seq 120); do
    grep -q "is listening" "$work/prism.log" && break
    sleep 0.5
done
grep -q "is listening" "$work/prism.log" || { cat "$work/prism.log"; exit 2; }
"$munjad" init --database-only --config "$work/gateway.toml" >/dev/null
"$munjad" run --config "$work/gateway.toml" >"$work/run.log" 2>&1 &
pids+=($!)
for i in $(seq "$n"); do
    curl -sS -o /dev/null -X POST "http://127.0.0.1:$sim_port/_sim/text" \
        -d "{\"from\":\"0101234$(printf %04d "$i")\",\"text\":\"질문 $i\"}"
done
arrived() { curl -sS "http://127.0.0.1:$sim_port/_sim/ledger" | tr ',' '\n' | grep -c '"delivered_at":[0-9]' || true; }
for _ in $(seq 120); do
    [ "$(arrived)" -lt "$n" ] || break
    sleep 0.5
done
"$munjad" carrier test "$carrier" --config "$work/gateway.toml" --to 01012340999 >"$work/test.log" 2>&1 || true
"$munjad" carrier reconcile --config "$work/gateway.toml" >"$work/reconcile.log" 2>&1 || true
violations=$(grep -ai "violation" "$work/prism.log" | sed "s,.*Violation: ,," | sed -E "s,\.[0-9]+\., N ,g" | sort | uniq -c | sort -rn || true)
calls=$(grep -aci "forwarding" "$work/prism.log" || true)
printf '%s texts, %s arrived, %s calls through the proxy\n' "$n" "$(arrived)" "$calls"
[ -z "$violations" ] || { printf 'violations:\n%s\n' "$violations" | head -n 20; exit 1; }
[ "$(arrived)" -ge "$n" ] || { tail -n 20 "$work/run.log" "$work/prism.log"; exit 1; }
