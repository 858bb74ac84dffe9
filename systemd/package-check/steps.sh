# What both ways of checking share. Read by the others, not run.

cd /root/check
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

# Runs a command and says whether it ended as it should: `expect 0 "words" command ...`; `!0` for any other code.
expect() {
    local wanted=$1 words=$2 code=0
    shift 2
    "$@" >said 2>&1 || code=$?
    if { [ "$wanted" = "!0" ] && [ "$code" != 0 ]; } || [ "$wanted" = "$code" ]; then
        echo "ok $words"
    else
        echo "FAILED $words (exit code $code, wanted $wanted)"
        sed 's/^/    /' said | tail -15
    fi
}

# Whether what was said last holds a word.
said() {
    if grep -q -- "$1" said; then echo "ok   it says: $1"; else
        echo "FAILED   it should say: $1"
        sed 's/^/    /' said | tail -15
    fi
}

# Waits until a command succeeds, at most so many seconds: `until_ok 30 "words" command ...`.
until_ok() {
    local left=$1 words=$2
    shift 2
    while ! "$@" >said 2>&1; do
        left=$((left - 1))
        if [ "$left" = 0 ]; then
            echo "FAILED $words"
            sed 's/^/    /' said | tail -15
            return
        fi
        sleep 1
    done
    echo "ok $words"
}

absent() { [ ! -e "$1" ]; }

as_munja() { sudo -u munja munjad "$@" --config /etc/munja/gateway.toml; }

configure() {
    install -m 0640 -o root -g munja /dev/stdin /etc/munja/bizgo_api_key <<<SIM-KEY
    sed -i 's|^# base_url = "https://mars.*|base_url = "http://127.0.0.1:18080"|' /etc/munja/gateway.toml
}
