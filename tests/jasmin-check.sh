#!/usr/bin/env bash
# A real gateway beside a real Jasmin (PyPI), RabbitMQ and Redis (Debian), whose configuration holds the lines that
# `munjad check` prints, and behind it a message centre that speaks SMPP (tests/jasmin-smsc.py): Korean texts come in, `munja`
# answers them, the answers arrive in parts and whole, receipts come back, a text that comes while munjad is away is handed
# over later, and a send that Jasmin does not answer in time is settled by its receipt. Prints what it saw; fails if anything
# is missing, mixed or twice. JOINED=1 leaves out docs/jasmin-parts.py and shows what Jasmin then does to two citizens' parts.
#
#   tests/jasmin-check.sh          (MUNJAD and MUNJA name the programs, by default of target/debug; PORT the first of ten)
#
# Not part of the gate: it installs Jasmin into a virtual environment (JASMIN_VENV keeps it) and takes minutes. JASMIN names
# the release. Needs python3 with venv, and Debian's rabbitmq-server and redis-server, which it installs where apt can.
# Loopback only. Jasmin's own lock (/tmp/jasmind) lets one of it run on a machine.
cd "$(dirname "$0")/.."
. tests/beside-check.sh

release=${JASMIN:-0.11.1}
port=${PORT:-23480}
api=127.0.0.1:$port door=127.0.0.1:$((port + 1)) http_api=127.0.0.1:$((port + 2))
amqp=$((port + 3)) redis=$((port + 4)) smpp=$((port + 5)) tell=$((port + 6)) jcli=$((port + 7))
citizen=01012345678 abroad=821012345678 ours=062120
smsc="python3 tests/jasmin-smsc.py"

venv=${JASMIN_VENV:-$work/venv}
# Each needs the next; Jasmin gives back its lock.
stop_order=(munjad jasmind interceptord smsc redis rabbitmq)

# --- programs

rabbitmq=/usr/lib/rabbitmq/bin/rabbitmq-server
if [ ! -x $rabbitmq ] || ! command -v redis-server >/dev/null; then
    install_debian rabbitmq-server redis-server ||
        { echo "rabbitmq-server and redis-server cannot be installed"; exit 2; }
fi
if [ ! -d "$venv/jasmin-$release" ]; then
    python3 -m venv "$venv"
    # The AMQP specification is in the source package only.
    "$venv/bin/pip" download --quiet --no-deps --no-binary :all: --dest "$venv" "jasmin==$release"
    "$venv/bin/pip" install --quiet "setuptools<81" "$venv/jasmin-$release.tar.gz"
    tar -xzf "$venv/jasmin-$release.tar.gz" -C "$venv"
fi
# 0.11.1 asks the text it sent for the answer to it, and so no receipt leaves (jookies/jasmin#1236). As in 0.11.0:
listener=$("$venv/bin/python" -c 'import jasmin.managers.listeners as it; print(it.__file__)')
if grep -q '_pdu\.response' "$listener"; then
    sed -i 's/_pdu\.response/r.response/g' "$listener"
    echo "this release of Jasmin sends no receipts: mended here (jookies/jasmin#1236)"
fi
build

# --- configurations

write_gateway jasmin "$http_api" jasmin-secret
sed 's/^ *\(-> \)\{0,1\} *//' "$work/check.txt" >"$work/lines"

# The lines that `munjad check` prints, beside what every Jasmin has. Tries come every second here.
cat >"$work/jasmin.cfg" <<CFG
[smpp-server]
bind = 127.0.0.1
port = $((port + 8))
[client-management]
bind = 127.0.0.1
port = $((port + 9))
[amqp-broker]
port = $amqp
spec = $venv/jasmin-$release/misc/config/resource/amqp0-9-1.xml
[router]
bind = 127.0.0.1
port = $((port + 10))
store_path = $work/store
[redis-client]
port = $redis
[jcli]
port = $jcli
authentication = no
[interceptor-client]
port = $((port + 13))
[sm-listener]
submit_retrial_delay_smppc_not_ready = 1
CFG
sed -n '/^# jasmin.cfg/,/^$/p' "$work/lines" | sed "s/^max_retries.*/&\nretry_delay = 1/; \
    s/^\[http-api\]/&\nbind = ${http_api%:*}\nport = ${http_api#*:}/" >>"$work/jasmin.cfg"
cat >"$work/jcli.txt" <<JCLI
smppccm -a
cid centre
host 127.0.0.1
port $smpp
username u
password p
ok
smppccm -1 centre
mtrouter -a
type DefaultRoute
connector smppc(centre)
rate 0.0
ok
JCLI
printf '[interceptor]\nbind = 127.0.0.1\nport = %s\n' $((port + 13)) >"$work/interceptor.cfg"
sed -n '/^# jCli/,/^persist/p' "$work/lines" | grep -v '^#' |
    sed "s/PASSWORD\$/jasmin-secret/; s/token=TOKEN/token=$(cat "$work/token")/" >>"$work/jcli.txt"
[ -z "${JOINED:-}" ] || sed -i '/^mointerceptor/,/^ok/d' "$work/jcli.txt"
sed -i "s,(.*/jasmin-parts.py),($PWD/docs/jasmin-parts.py)," "$work/jcli.txt"
grep -q "^url " "$work/jcli.txt" && grep -q "^max_retries" "$work/jasmin.cfg" || fail "check prints no lines for Jasmin"

# --- everything starts

mkdir "$work"/{log,store,rabbit}
echo '[].' >"$work/plugins"
export HOME=$work RABBITMQ_NODENAME="jasmin$port@localhost" RABBITMQ_NODE_PORT=$amqp RABBITMQ_NODE_IP_ADDRESS=127.0.0.1
export RABBITMQ_DIST_PORT=$((port + 11)) ERL_EPMD_PORT=$((port + 12)) ERL_EPMD_ADDRESS=127.0.0.1 RABBITMQ_CONF_ENV_FILE=/dev/null
export RABBITMQ_MNESIA_BASE=$work/rabbit RABBITMQ_LOG_BASE=$work/rabbit RABBITMQ_ENABLED_PLUGINS_FILE=$work/plugins
export CONFIG_PATH=$work STORE_PATH=$work/store LOG_PATH=$work/log
start rabbitmq $rabbitmq
start redis redis-server --bind 127.0.0.1 --port $redis --save "" --dir "$work"
start smsc $smsc serve $smpp $tell "$work/record"
until_ok "RabbitMQ listens" listens 127.0.0.1:$amqp
start interceptord "$venv/bin/interceptord.py" -c "$work/interceptor.cfg"
until_ok "Jasmin's interceptor listens" listens 127.0.0.1:$((port + 13))
start jasmind "$venv/bin/jasmind.py" -c "$work/jasmin.cfg" --enable-interceptor-client --enable-dlr-thrower \
    --enable-dlr-lookup --enable-deliver-thrower
until_ok "Jasmin listens" listens 127.0.0.1:$jcli
$smsc jcli $jcli <"$work/jcli.txt" >"$work/jcli.log"
grep -q "Successfully added MORoute" "$work/jcli.log" || fail "jCli"
"$munjad" check --config "$config" --lang en | grep -F "jasmin answers and knows our key" || fail "check"
run_gateway
log_in

# --- what a phone writes and gets

hex() { printf %s "$1" | iconv -t UTF-16BE | od -An -v -tx1 | tr -d ' \n'; }
writes() { $smsc say $tell $abroad $ours 8 "$(hex "$1")"; }
got() { $smsc phone "$work/record" $abroad; }

question='막차가 언제 있나요? 😀' answer='23시 10분에 있습니다. 조심해서 오세요.'
until_ok "the message centre is bound" writes "$question"
until_ok "a citizen's text came in" "$munja" show 1
"$munja" next >/dev/null
shown "$question" || fail "the text is not what the citizen wrote: $(cat "$work/shown.json")"
answers "$answer"
until_ok "the answer arrived in the phone, once" arrived "$answer"
until_ok "its receipt came back" has_state "$answer" delivered

long=$(printf '정류장에서 내려 왼쪽 골목으로 들어오세요(%s). ' 1 2 3 4 5 6)끝
answers "$long"
until_ok "a long answer (${#long} characters) arrived whole" arrived "$long"
until_ok "its receipt came back" has_state "$long" delivered
plain='Bus 21, stop B at 11:10 pm'
answers "$plain"
until_ok "an English answer arrived in seven bits" arrived "$plain"

stop_gateway
writes '아직 거기 계세요?'
sleep 5.5
run_gateway " again"
until_ok "what was written meanwhile came in, after more than four tries" shown '아직 거기 계세요?'

part() { $smsc say $tell "$1" $ours 8 "$2$(hex "$3")" 64; }
whole='첫 부분과 둘째 부분'
[ -n "${JOINED:-}" ] || whole='(2/2) 둘째 부분'
part $abroad 050003070201 '첫 부분과 '
part $abroad 050003070202 '둘째 부분'
until_ok "a text in two parts came in: $whole" shown "$whole"
part $abroad 06080400070201 '셋째와 '
part $abroad 06080400070202 '넷째'
until_ok "parts that Jasmin does not join came in, each with its number" shown '(2/2) 넷째'

doubt='이 답장은 대답을 늦게 받습니다.'
kill -STOP "${pids[jasmind]}"
answers "$doubt"
until_ok "Jasmin does not answer: the answer is in doubt" has_state "$doubt" in_doubt
kill -CONT "${pids[jasmind]}"
until_ok "its receipt settles the doubt" has_state "$doubt" delivered
until_ok "it arrived once" arrived "$doubt"

# --- nothing twice

shown "$question"
each_once "$question" '아직 거기 계세요?' "$whole" '(1/2) 셋째와 ' "$answer" "$long" "$plain" "$doubt"
printf 'the phone got:\n'
got | sed 's/^/    /'

# --- two citizens' parts under one reference, to one number of ours

part 821011111111 050003990201 '가1'
part 821022222222 050003990201 '나1'
part 821022222222 050003990202 나2
part 821011111111 050003990202 가2
sleep 3
python3 - "$work/munja.db" >"$work/others" <<'PY'
import sqlite3, sys
texts = "SELECT citizen, text FROM inbox WHERE citizen IN ('01011111111', '01022222222') ORDER BY citizen, id"
for citizen, text in sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute(texts):
    print(f"    {citizen}: {text}")
PY
echo "two citizens wrote 가1가2 and 나1나2 at the same time; what came in:"
cat "$work/others"
came=$(tr -d '\n ' <"$work/others")
[ -n "${JOINED:-}" ] || [ "$came" = "01011111111:(1/2)가101011111111:(2/2)가201022222222:(1/2)나101022222222:(2/2)나2" ] ||
    fail "two citizens' parts were lost or mixed"
printf 'jasmin %s, %s, rabbitmq %s, redis %s: all of it in %ss\n' "$release" "$("$venv/bin/python" --version)" \
    "$(dpkg-query -W -f '${Version}' rabbitmq-server)" "$(dpkg-query -W -f '${Version}' redis-server)" "$SECONDS"
