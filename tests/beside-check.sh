# Sourced by tests/jasmin-check.sh and tests/kannel-check.sh: a real gateway beside a real program, both with everything they need
# in one temporary folder ($work). The check names `stop_order`, the programs in the order in which they are stopped (the others
# after them), and starts them by `start`. Loopback only. KEEP=1 leaves the folder.
#
# Sets: munjad munja work; expects: api door port ours (before `write_gateway`).
set -euo pipefail
export LC_ALL=C.UTF-8

target=${CARGO_TARGET_DIR:-target}
munjad=${MUNJAD:-$target/debug/munjad} munja=${MUNJA:-$target/debug/munja}
work=$(mktemp -d)
stop_order=()
declare -A pids=()

# Ends a program that `start` has begun, and waits until it has ended, for half a minute in good order.
end() {
    local pid=${pids[$1]:-}
    [ -n "$pid" ] || return 0
    unset "pids[$1]"
    kill -TERM "$pid" 2>/dev/null || true
    for _ in $(seq 150); do kill -0 "$pid" 2>/dev/null || break; sleep 0.2; done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}
stop() {
    local name
    # Stopped programs keep the others waiting.
    for name in "${!pids[@]}"; do kill -CONT "${pids[$name]}" 2>/dev/null || true; done
    for name in ${stop_order[@]+"${stop_order[@]}"} "${!pids[@]}"; do end "$name"; done
    [ -z "${KEEP:-}" ] || { echo "kept: $work"; return; }
    rm -rf "$work"
}
trap stop EXIT

fail() {
    printf 'FAILED: %s\n' "$1" >&2
    find "$work" -maxdepth 2 -name '*.log' -exec tail -n 15 {} + >&2 || true
    exit 1
}
# Waits until a command succeeds: until_ok WHAT COMMAND...
until_ok() {
    local what=$1
    shift
    for _ in $(seq 200); do
        "$@" >/dev/null 2>&1 && { printf 'ok  %3ss  %s\n' "$SECONDS" "$what"; return 0; }
        sleep 0.2
    done
    fail "$what"
}
# start NAME COMMAND...; its output goes to NAME.log.
start() {
    local name=$1
    shift
    # A shell gives the programs it starts beside itself no input, unless it is told to.
    "$@" <&0 >>"$work/$name.log" 2>&1 &
    pids[$name]=$!
}
listens() { (exec 9<>"/dev/tcp/${1%:*}/${1#*:}"); }
# Installs Debian's packages where apt can; says whether it could.
install_debian() {
    local as_root
    as_root=$([ "$(id -u)" = 0 ] || echo "sudo -n")
    { $as_root apt-get update && $as_root apt-get install -y --no-install-recommends "$@"; } >/dev/null 2>&1
}
build() { [ -x "$munjad" ] && [ -x "$munja" ] || cargo build --quiet --locked --bins; }

# The gateway's configuration, database and counselor: write_gateway CARRIER ADDRESS PASSWORD [LINE of the section...]. Sets: config.
# What `munjad check` says while the carrier is away is in $work/check.txt, with the lines for its configuration.
write_gateway() {
    local carrier=$1 address=$2
    printf '%s\n' "$3" >"$work/password"
    shift 3
    head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n' >"$work/token"
    chmod 600 "$work/password" "$work/token"
    config=$work/gateway.toml
    cat >"$config" <<TOML
[database]
path = "munja.db"
[carrier]
name = "$carrier"
[carrier.$carrier]
base_url = "http://$address"
user = "munja"
password_file = "password"
number = "$ours"
callback_url = "http://$door/push/$carrier"
push_token_file = "token"
timeout_secs = 2
$(printf '%s\n' "$@")
[desks.main]
hours = "24/7"
[api]
listen = "$api"
[webhook]
listen = "$door"
public_url = "http://$door"
[log]
format = "text"
TOML
    "$munjad" init --database-only --config "$config" >/dev/null
    printf 'long-enough\n' | "$munjad" user add minsu --name 김민수 --password-stdin --config "$config" >/dev/null
    printf '%s is not there yet: ' "$carrier"
    "$munjad" check --config "$config" --lang en >"$work/check.txt" 2>&1 && fail "check is content without $carrier"
    grep -F "BAD" "$work/check.txt" || fail "check does not say that $carrier is away"
}
run_gateway() {
    start munjad "$munjad" run --config "$config"
    until_ok "munjad listens${1:-}" listens "$api"
}
stop_gateway() {
    kill -TERM "${pids[munjad]}"
    wait "${pids[munjad]}" || fail "munjad did not stop in order"
}
log_in() {
    export HOME=$work MUNJA_SERVER=http://$api
    printf 'long-enough\n' | "$munja" login --user minsu --password-stdin >/dev/null
    # Whoever was given a password by somebody else chooses another one first.
    printf 'long-enough\nchosen-by-minsu\n' | "$munja" passwd --password-stdin >/dev/null
}

# What the counselor sees of the first conversation. `arrived` TEXT asks `got`, which each check has: the texts in the phone.
arrived() { [ "$(got | grep -cxF -- "$1")" = 1 ]; }
shown() { "$munja" show 1 --json >"$work/shown.json" && grep -qF -- "$1" "$work/shown.json"; }
has_state() { shown "$1" && tr '{' '\n' <"$work/shown.json" | grep -F -- "\"$1\"" | grep -qF "\"state\":\"$2\""; }
answers() { "$munja" show 1 >/dev/null && "$munja" reply 1 "$1" >/dev/null || fail "the answer was not taken: $1"; }
# Each of these texts stands once in the conversation.
each_once() {
    local once n
    for once in "$@"; do
        n=$(grep -oF -- "\"text\":\"$once\"" "$work/shown.json" | wc -l)
        [ "$n" = 1 ] || fail "$n times in the conversation: $once"
    done
}
