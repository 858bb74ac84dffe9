#!/usr/bin/env bash
# A real gateway beside a real Kannel (Debian's bearerbox, smsbox and fakesmsc), whose configuration holds the lines that
# `munjad check` prints: Korean texts come in, `munja` answers them, the answers arrive in parts and whole, delivery reports
# come back, a text that comes while munjad is away is handed over later, and a send that Kannel does not answer in time is
# settled by its report. Prints what it saw; fails if anything is missing, twice, or said to a citizen by Kannel itself.
#
#   tests/kannel-check.sh          (MUNJAD and MUNJA name the programs, by default of target/debug; PORT the first of six)
#
# Needs Debian's packages kannel and kannel-extras, and installs them where apt can. Loopback only.
cd "$(dirname "$0")/.."
. tests/beside-check.sh

port=${PORT:-23450}
api=127.0.0.1:$port door=127.0.0.1:$((port + 1)) sendsms=127.0.0.1:$((port + 2))
bearerbox=/usr/sbin/bearerbox smsbox=/usr/sbin/smsbox fakesmsc=/usr/lib/kannel/test/fakesmsc
citizen=01012345678 ours=062120

if [ ! -x $bearerbox ] || [ ! -x $fakesmsc ]; then
    install_debian kannel kannel-extras || true
fi
if [ ! -x $bearerbox ] || [ ! -x $fakesmsc ]; then
    echo "kannel is not on this machine and cannot be installed: not run"
    [ "${CI:-}" != true ] || exit 1
    exit 0
fi
build
# smsbox first: bearerbox would wait for it.
stop_order=(munjad fakesmsc smsbox bearerbox)

# --- both configurations

write_gateway kannel "$sendsms" kannel-secret "max_segments = 6"

# The lines that `munjad check` prints, with the secrets, beside what every Kannel has. Tries come every second here.
cat >"$work/kannel.conf" <<CONF
group = core
admin-port = $((port + 3))
admin-interface = 127.0.0.1
admin-password = admin
smsbox-port = $((port + 4))
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
store-type = file
store-location = $work/store
log-level = 2

group = smsc
smsc = fake
smsc-id = FAKE
host = 127.0.0.1
our-host = 127.0.0.1
port = $((port + 5))
connect-allow-ip = 127.0.0.1

CONF
sed -n '/# kannel.conf/,/^ *omit-empty/p' "$work/check.txt" | sed 's/^ *\(-> \)\{0,1\} *//' |
    sed "s/PASSWORD\$/kannel-secret/; s/token=TOKEN/token=$(cat "$work/token")/; s/^http-queue-delay.*/http-queue-delay = 1/" |
    sed "s/^group = smsbox\$/&\nbearerbox-host = 127.0.0.1\nsendsms-port = ${sendsms#*:}\nsendsms-interface = 127.0.0.1/" \
        >>"$work/kannel.conf"
grep -q "^get-url" "$work/kannel.conf" || fail "check prints no lines for kannel.conf"

# --- everything starts

start bearerbox $bearerbox "$work/kannel.conf"
until_ok "bearerbox listens" listens "127.0.0.1:$((port + 5))"
start smsbox $smsbox "$work/kannel.conf"
until_ok "smsbox listens" listens "$sendsms"
"$munjad" check --config "$config" --lang en | grep -F "kannel answers and knows our key" || fail "check"
mkfifo "$work/phone"
# For reading, too, so that neither side waits for the other.
exec 3<>"$work/phone"
start fakesmsc $fakesmsc -H 127.0.0.1 -r $((port + 5)) -i 0.01 <"$work/phone"
run_gateway
log_in

# --- what a phone writes and gets

escaped() { printf %s "$1" | iconv -t UTF-16BE | od -An -v -tx1 | tr -d '\n' | sed 's/ /%/g'; }
writes() { printf '%s %s ucs2 %s\n' "$citizen" "$ours" "$(escaped "$1")" >&3; }
# What the phone got, each text in a line; the parts of a long one joined as their headers say.
got() {
    local line words part long=''
    sed -n "s/.*Got message [0-9]*: <$ours $citizen \(.*\)>\$/\1/p" "$work/fakesmsc.log" | while IFS= read -r line; do
        words=${line##* }
        words=${words//+/ }
        case $line in
            "ucs-2 "*) printf '%b' "${words//%/\\x}" | iconv -f UTF-16BE && echo ;;
            "udh %05%00%03"*)
                part=$(printf '%b' "${words//%/\\x}" | iconv -f UTF-16BE)
                long+=$part
                # The header ends in the number of parts and of this part.
                [[ $line =~ ^udh\ %05%00%03.*%0(.)%0(.)\ data && ${BASH_REMATCH[1]} == "${BASH_REMATCH[2]}" ]] &&
                    { printf '%s\n' "$long"; long=''; } || true
                ;;
            *) printf '%s\n' "${line#text }" ;;
        esac
    done
}

question='막차가 언제 있나요? 😀' answer='23시 10분에 있습니다. 조심해서 오세요.'
writes "$question"
until_ok "a citizen's text came in" "$munja" show 1
"$munja" next >/dev/null
shown "$question" || fail "the text is not what the citizen wrote: $(cat "$work/shown.json")"
answers "$answer"
until_ok "the answer arrived in the phone, once" arrived "$answer"
until_ok "its delivery report came back" has_state "$answer" delivered

long=$(printf '정류장에서 내려 왼쪽 골목으로 들어오세요(%s). ' 1 2 3 4 5 6)끝
answers "$long"
until_ok "a long answer (${#long} characters) arrived whole" arrived "$long"
until_ok "its delivery report came back" has_state "$long" delivered

stop_gateway
writes '아직 거기 계세요?'
sleep 2.5
run_gateway " again"
until_ok "what was written meanwhile came in" shown '아직 거기 계세요?'

# A text in parts, as an old phone sends it: the gateway joins them.
printf '%s %s udh-text %%05%%00%%03%%07%%02%%01 %s\n' "$citizen" "$ours" '첫 부분과 ' >&3
sleep 1.2
printf '%s %s udh-text %%05%%00%%03%%07%%02%%02 %s\n' "$citizen" "$ours" '둘째 부분' >&3
until_ok "a text in two parts came in as one" shown '첫 부분과 둘째 부분'

doubt='이 답장은 대답을 늦게 받습니다.'
kill -STOP "${pids[bearerbox]}"
answers "$doubt"
until_ok "Kannel does not answer: the answer is in doubt" has_state "$doubt" in_doubt
kill -CONT "${pids[bearerbox]}"
until_ok "its report settles the doubt" has_state "$doubt" delivered
until_ok "it arrived once" arrived "$doubt"

# --- nothing twice, nothing of Kannel's own

shown "$question"
each_once "$question" '아직 거기 계세요?' '첫 부분과 둘째 부분' "$answer" "$long" "$doubt"
for once in "$answer" "$long" "$doubt"; do arrived "$once" || fail "not once in the phone: $once"; done
if got | grep -iE 'empty reply|could not|request failed'; then fail "Kannel texted the citizen"; fi
printf 'the phone got:\n'
got | sed 's/^/    /'
printf 'kannel %s: all of it in %ss\n' "$(dpkg-query -W -f '${Version}' kannel 2>/dev/null || echo '?')" "$SECONDS"
