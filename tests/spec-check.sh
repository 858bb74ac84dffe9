#!/usr/bin/env bash
# Holds a running simulated carrier against the official OpenAPI document, by way of a proxy that checks both directions:
#   - what the document allows must be answered without a violation, refusals and errors included;
#   - what the document forbids, the carrier must refuse too.
# Usage: tests/spec-check.sh http://127.0.0.1:6121 bizgo-openapi.yaml     (a carrier started afresh: munjad sim)
# Needs curl, node and npm. The proxy (@stoplight/prism-cli) is installed into a temporary folder unless PRISM names one.
set -euo pipefail

sim=${1:?base address of the running carrier, such as http://127.0.0.1:6121}
spec=${2:?the official OpenAPI document}
key=${SIM_KEY:-SIM-KEY} number=${SIM_NUMBER:-062120} port=${PROXY_PORT:-6129}
work=$(mktemp -d)
proxy=
stop() { [ -z "$proxy" ] || kill "$proxy" 2>/dev/null || true; rm -rf "$work"; }
trap stop EXIT

if [ -z "${PRISM:-}" ]; then
    npm install --silent --no-fund --no-audit --prefix "$work/npm" @stoplight/prism-cli >"$work/npm.log" 2>&1 ||
        { cat "$work/npm.log"; exit 2; }
    PRISM=$work/npm/node_modules/.bin/prism
fi
"$PRISM" proxy --port "$port" "$spec" "$sim" >"$work/prism.log" 2>&1 &
proxy=$!
for _ in $(seq 120); do
    grep -q "is listening" "$work/prism.log" && break
    kill -0 "$proxy" 2>/dev/null || { cat "$work/prism.log"; exit 2; }
    sleep 0.5
done
grep -q "is listening" "$work/prism.log" || { cat "$work/prism.log"; exit 2; }

n=0 failed=0 auth=$key
say_failed() { failed=$((failed + 1)); printf 'FAILED  %s: %s\n' "$1" "$2"; }

# call METHOD PATH [curl arguments]; leaves status, violations and body
call() {
    local method=$1 path=$2
    shift 2
    sleep 0.21 # the carrier takes five requests a second
    status=$(curl -sS -X "$method" -D "$work/head" -o "$work/body" -w '%{http_code}' \
        -H "authorization: $auth" "$@" "http://127.0.0.1:$port/api/comm/v1/$path") || status=000
    violations=$(tr -d '\r' <"$work/head" | sed -n 's/^sl-violations: //Ip')
    body=$(cat "$work/body")
}

# allowed NAME STATUS TEXT METHOD PATH ...: answered with this status, this text in the body, and no violation at all
allowed() {
    local name=$1 expected=$2 text=$3
    shift 3
    call "$@"
    n=$((n + 1))
    [ "$status" = "$expected" ] || say_failed "$name" "HTTP $status instead of $expected: $body"
    [ -z "$violations" ] || say_failed "$name" "$violations"
    grep -qF -- "$text" <<<"$body" || say_failed "$name" "no $text in $body"
}

# forbidden NAME METHOD PATH ...: the document forbids the request, so must the carrier; the refusal itself is in order
forbidden() {
    local name=$1
    shift
    call "$@"
    n=$((n + 1))
    grep -qF '"request"' <<<"$violations" || say_failed "$name" "the document has nothing against it (HTTP $status)"
    grep -qF '"response"' <<<"$violations" && say_failed "$name" "the refusal is not in order: $violations"
    case $status in 4??) ;; *) say_failed "$name" "taken with HTTP $status: $body" ;; esac
}

fault() { curl -sS -o /dev/null -X POST "$sim/_sim/faults" -d "{\"fault\":$1,\"endpoint\":\"$2\",\"times\":1}"; }
text() { curl -sS -X POST "$sim/_sim/text" -d "{\"from\":\"01012345678\",\"text\":\"$1\"}" | grep -o 'MO[0-9]*'; }
value() { grep -o "\"$1\":\"[^\"]*\"" <<<"$body" | head -n 1 | cut -d '"' -f 4; }

json=(-H 'content-type: application/json')
since="$(TZ=Asia/Seoul date -d '-5 minutes' +%Y-%m-%dT%H:%M:%S)"
mo="message/history/mo?occurredTime=$since%2B09:00"
sms() { # to, key, more of the message, more of the request
    printf '{"destinations":[{"to":"%s","ref":"r-%s"}],"messageFlow":[{"sms":{"from":"%s","text":"답입니다"%s}}],"ref":"r-%s"%s}' \
        "$1" "$2" "$number" "${3-}" "$2" "${4-}"
}
keyed() { sms "$1" "$2" ',"ttl":"3600"' ",\"idempotencyKey\":\"$2\",\"idempotencyTtl\":86400"; }
with_send() { # check ... then a body
    local body_sent=${*: -1}
    "${@:1:$#-1}" POST send/omni "${json[@]}" --data-raw "$body_sent"
}

# -- the proxy is not blind: an item that is not in order is noticed
fault '{"kind":"broken_mo"}' mo
call GET "$mo"
n=$((n + 1))
grep -qF '"response"' <<<"$violations" || say_failed "a broken item" "not noticed: $body"

# -- what the document allows
allowed "no reports yet" 200 '"reportId":"","report":null' GET report/polling
allowed "no texts yet" 200 '"hasNext":false,"messages":[]' GET "$mo"
first=$(text "안녕하세요")
text "둘 #sim-alias" >/dev/null
text "셋" >/dev/null
allowed "texts" 200 '"originator":"01012345678"' GET "$mo&limit=1000&to=$number"
allowed "a page of texts" 200 '"hasNext":true' GET "$mo&limit=2"
allowed "the next page" 200 '안녕하세요' GET "$mo&limit=2&lastSeq=$(grep -o '"lastSeq":[0-9]*' <<<"$body" | cut -d : -f 2)"
allowed "texts from one number" 200 '"messages":[]' GET "$mo&from=01099998888"
allowed "one text" 200 '안녕하세요' GET "message/inquiry/mo/msgKey/$first"
allowed "no such text" 400 A820 GET message/inquiry/mo/msgKey/NONE

with_send allowed "a send" 200 '"code":"A000","result":"Success"' "$(keyed 01012345678 k1)"
msg_key=$(value msgKey)
with_send allowed "the same again" 200 '"code":"A301"' "$(keyed 01012345678 k1)"
with_send allowed "a send without a key" 200 msgKey "$(sms 01012345678 k2)"
with_send allowed "a long text" 200 msgKey \
    '{"destinations":[{"to":"01012345678"}],"messageFlow":[{"mms":{"from":"'"$number"'","title":"안내","text":"긴 글"}}]}'
with_send allowed "two recipients" 200 msgKey \
    '{"destinations":[{"to":"01012345678"},{"to":"01099998888"}],"messageFlow":[{"sms":{"from":"'"$number"'","text":"x"}}],"groupKey":"g","paymentCode":"p"}'
with_send allowed "a number that is none" 200 '"code":"A306"' "$(sms 112x k3)"
with_send allowed "a sender that is not registered" 200 '"code":"A327"' "$(sms 01012345678 k4 | sed "s/\"$number\"/\"15441234\"/")"
with_send allowed "a text too long" 400 A328 "$(sms 01012345678 k5 | sed "s/답입니다/$(printf '가%.0s' $(seq 46))/")"
with_send allowed "characters no handset gets" 400 A303 "$(sms 01012345678 k6 | sed 's/답입니다/👍/')"
with_send allowed "a key without how long" 400 A309 "$(sms 01012345678 k7 '' ',"idempotencyKey":"k7"')"
with_send allowed "another channel" 400 A325 \
    '{"destinations":[{"to":"01012345678"}],"messageFlow":[{"alimtalk":{"senderKey":"s","templateCode":"t","msgType":"AT","text":"x"}}]}'

sleep 1
allowed "reports" 200 '"reportCode":"10000"' GET report/polling
report=$(value reportId)
allowed "the same reports again" 200 "$report" GET report/polling
allowed "an ack" 200 A000 DELETE "report/polling/$report"
allowed "an ack of nothing" 403 A802 DELETE "report/polling/$report"
allowed "one report" 200 '"reportCode":"10000"' GET "report/inquiry/$msg_key"
allowed "no such report" 400 A820 GET report/inquiry/NONE
allowed "one message" 200 '"ref":"r-k1"' GET "message/inquiry/msgKey/$msg_key"
allowed "no such message" 400 A820 GET message/inquiry/msgKey/NONE
allowed "the messages of a request" 200 "$msg_key" GET "message/inquiry/requestId/${msg_key%???}"
allowed "what was sent" 200 '"ref":"r-k2"' GET "message/history?requestTime=$since&serviceType=SMS,MMS&limit=1000"
allowed "a page of what was sent" 200 '"hasNext":true' GET "message/history?requestTime=$since&limit=1"

for auth in "Bearer $key" "ApiKey $key" "$key-not"; do
    allowed "the key '$auth'" 401 A401 GET report/polling
done
auth=$key
for endpoint in mo report; do
    [ "$endpoint" = mo ] && path=$mo || path=report/polling
    fault '{"kind":"rate_limit","retry_after_secs":3}' "$endpoint"
    allowed "too many ($endpoint)" 429 A020 GET "$path"
    for code in 500 502 503; do
        fault "{\"kind\":\"error_before\",\"status\":$code}" "$endpoint"
        allowed "HTTP $code ($endpoint)" "$code" "A$code" GET "$path"
    done
done
fault '{"kind":"rate_limit","retry_after_secs":null}' send
with_send allowed "too many (send)" 429 A020 "$(keyed 01012345678 k8)"
fault '{"kind":"reject","code":"A322"}' send
with_send allowed "refused as spam" 200 A322 "$(keyed 01012345678 k8)"
fault '{"kind":"reject_all","code":"A920"}' send
with_send allowed "busy" 503 A920 "$(keyed 01012345678 k8)"

# -- what the document forbids
auth=
forbidden "no key" GET report/polling
auth=$key
forbidden "no time" GET message/history/mo
for query in limit=0 limit=1001 limit=x lastSeq=x; do
    forbidden "texts, $query" GET "$mo&$query"
    forbidden "what was sent, $query" GET "message/history?requestTime=$since&$query"
done
forbidden "what was sent, no time" GET message/history
forbidden "not JSON by its type" POST send/omni -H 'content-type: text/plain' --data-raw "$(sms 01012345678 f1)"
with_send forbidden "an empty object" '{}'
with_send forbidden "no recipients" '{"destinations":[],"messageFlow":[{"sms":{"from":"1","text":"x"}}]}'
with_send forbidden "no messages" '{"destinations":[{"to":"01012345678"}],"messageFlow":[]}'
with_send forbidden "a recipient without a number" '{"destinations":[{}],"messageFlow":[{"sms":{"from":"1","text":"x"}}]}'
with_send forbidden "a number that is a number" '{"destinations":[{"to":1}],"messageFlow":[{"sms":{"from":"1","text":"x"}}]}'
with_send forbidden "two channels in one" "$(sms 01012345678 f2 | sed 's/{"sms"/{"mms":{"from":"1","text":"x"},"sms"/')"
with_send forbidden "a channel that is none" '{"destinations":[{"to":"01012345678"}],"messageFlow":[{"fax":{"text":"x"}}]}'
with_send forbidden "no sender" '{"destinations":[{"to":"01012345678"}],"messageFlow":[{"sms":{"text":"x"}}]}'
with_send forbidden "no text" '{"destinations":[{"to":"01012345678"}],"messageFlow":[{"sms":{"from":"1"}}]}'
with_send forbidden "a time to live that is a number" "$(sms 01012345678 f3 ',"ttl":3600')"
with_send forbidden "a time to live in words" "$(sms 01012345678 f4 ',"ttl":"1h"')"
with_send forbidden "a key too long" "$(sms 01012345678 f5 '' ",\"idempotencyTtl\":60,\"idempotencyKey\":\"$(printf 'x%.0s' $(seq 201))\"")"
with_send forbidden "a key for a week" "$(sms 01012345678 f6 '' ',"idempotencyKey":"f6","idempotencyTtl":604800')"
with_send forbidden "how long in a string" "$(sms 01012345678 f7 '' ',"idempotencyKey":"f7","idempotencyTtl":"60"')"
with_send forbidden "a reference that is a number" "$(sms 01012345678 f8 | sed 's/"ref":"r-f8"}],/"ref":7}],/')"
with_send forbidden "201 recipients" "$(
    many=$(printf '{"to":"01012345678"},%.0s' $(seq 201))
    printf '{"destinations":[%s],"messageFlow":[{"sms":{"from":"%s","text":"x"}}]}' "${many%,}" "$number"
)"

printf '%s calls, %s failed\n' "$n" "$failed"
[ "$failed" = 0 ]
