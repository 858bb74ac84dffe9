#!/usr/bin/env bash
# Drives encryption at rest as an operator meets it: a database is made with a key; texts and a photo come in, the database is encrypted, nothing can be read from
# disk, the gateway runs on, the key is changed, a backup is made and put back, wrong keys and the plain build are refused.
#
#   systemd/encryption-check.sh                                  builds both flavours (debug) and drives them
#   systemd/encryption-check.sh MUNJAD-SQLCIPHER [MUNJAD-PLAIN]  drives these; they have to have the simulated carrier
#
# Needs curl. What happened is printed line by line, "ok ..." or "FAILED ..."; the exit code is 1 if
# anything failed.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 077
work=$(mktemp -d /var/tmp/munja-encryption.XXXXXX)
children=()
trap 'for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done; rm -rf "$work"' EXIT

built=${CARGO_TARGET_DIR:-target}/debug/munjad
if [ $# = 0 ]; then
    cargo build --locked --bin munjad >&2
    cp "$built" "$work/plain"
    cargo build --locked --bin munjad --features sqlcipher >&2
    cp "$built" "$work/munjad"
else
    cp "$1" "$work/munjad"
    [ $# = 1 ] || cp "$2" "$work/plain"
fi
cd "$work"
export LC_ALL=C.UTF-8
failed=0
munjad=$work/munjad

# `expect CODE "words" command ...`; `!0` for any other code than 0.
expect() {
    local wanted=$1 words=$2 code=0
    shift 2
    "$@" >said 2>&1 || code=$?
    if { [ "$wanted" = "!0" ] && [ "$code" != 0 ]; } || [ "$wanted" = "$code" ]; then
        echo "ok $words"
    else
        echo "FAILED $words (exit code $code, wanted $wanted)"
        sed 's/^/    /' said | tail -15
        failed=1
    fi
}
said() {
    if grep -q -- "$1" said; then echo "ok   it says: $1"; else
        echo "FAILED   it should say: $1"
        sed 's/^/    /' said | tail -15
        failed=1
    fi
}
until_ok() {
    local left=$1 words=$2
    shift 2
    until "$@" >said 2>&1; do
        left=$((left - 1))
        if [ "$left" = 0 ]; then
            echo "FAILED $words"
            sed 's/^/    /' said | tail -15
            failed=1
            return
        fi
        sleep 0.5
    done
    echo "ok $words"
}
# Whether something of a citizen, or a plain database, can be read in a folder.
readable() { grep -r -l -a -D skip -e 'SECRET-WORDS' -e 'SECRET-PHOTO' -e 01012345678 -e 1012345678 -e 'SQLite format 3' "$1"; }
texts() { "$munjad" db stats --json --config gateway.toml | tr -d ' \n' | grep -o '"name":"inbox"[^}]*}\|{[^{]*"name":"inbox"[^}]*}' | grep -o '"rows":[0-9]*'; }
has_texts() { [ "$(texts)" = "\"rows\":$1" ]; }
photo_is_kept() { [ -n "$(find munja.db-photos -type f -not -name '.*' 2>/dev/null)" ]; }
serve() {
    "$munjad" run --config gateway.toml >run.log 2>&1 &
    gateway=$!
    children+=("$gateway")
    until_ok 60 "$1" grep -q "ready: the API listens" run.log
}
stop() {
    kill "$gateway"
    wait "$gateway" || true
}

port=$((20000 + RANDOM % 20000))
# An Android phone with the SMSGate app: a carrier whose texts bring photos.
"$munjad" sim --dialect smsgate --api-key sms --api-secret SIM-KEY --number 01099990000 --listen "127.0.0.1:$port" --other-requests-per-sec 100 >sim.log 2>&1 &
children+=($!)
echo SIM-KEY >key
cat >gateway.toml <<END
[database]
path = "munja.db"
# key_file = "database.key"
[carrier]
name = "smsgate"
[carrier.smsgate]
base_url = "http://127.0.0.1:$port"
user = "sms"
password_file = "key"
number = "01099990000"
other_requests_per_sec = 100
[polling]
fast_secs = 0.1
slow_secs = 0.2
[desks.main]
hours = "24/7"
[backup]
folder = "copies"
[api]
listen = "127.0.0.1:0"
END

expect 0 "the version says what was built in" "$munjad" --version
said "encryption at rest"
# A gateway that has its key before its first text.
mkdir new cred
expect 0 "a key is made before there is a database" "$munjad" db new-key new/database.key
sed 's/^# key_file/key_file/' gateway.toml >new/gateway.toml
cp key new/key
if [ -x plain ]; then
    expect "!0" "the plain build makes no database where a key is named" ./plain init --database-only --config new/gateway.toml
    said "munja-sqlcipher"
    expect "!0" "  and writes nothing" test -e new/munja.db
fi
expect 0 "a database is made with it" "$munjad" init --database-only --config new/gateway.toml
expect 1 "  and is no plain one" grep -q -a 'SQLite format 3' new/munja.db
expect 0 "  it is sound" "$munjad" db check --full --config new/gateway.toml
# The same by a credential, which no configuration names.
cp new/database.key cred/database_key
if [ -x plain ]; then
    expect "!0" "the plain build makes no database where a credential is handed over" env CREDENTIALS_DIRECTORY="$work/cred" ./plain init --config by/gateway.toml
    said "munja-sqlcipher"
    expect "!0" "  and writes nothing" test -e by/gateway.toml
fi
expect 0 "a configuration and its database are made" env CREDENTIALS_DIRECTORY="$work/cred" "$munjad" init --config by/gateway.toml
expect 1 "  encrypted with the credential" grep -q -a 'SQLite format 3' by/munja.db

expect 0 "a plain database is made" "$munjad" init --database-only --config gateway.toml
serve "the gateway runs on it"
# A PNG of 8 x 8 pixels with a comment.
photo='iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFHRFWHRDb21tZW50AFNFQ1JFVC1QSE9UTyalIaAAAAARSURBVHicYzghJ4cVMQwtCQCQv0EBsp8+IgAAAABJRU5ErkJggg=='
curl -sf "http://127.0.0.1:$port/_sim/text" -d '{"from":"01012345678","text":"SECRET-WORDS 언제 와요?"}' >/dev/null
curl -sf "http://127.0.0.1:$port/_sim/text" -d "{\"from\":\"01012345678\",\"text\":\"사진이요\",\"photo\":\"$photo\"}" >/dev/null
until_ok 60 "texts come in" has_texts 2
until_ok 60 "the photo is kept" photo_is_kept
expect 0 "a plain backup is made" "$munjad" backup --config gateway.toml
old_backup=$(ls copies/*.tar)
expect "!0" "it cannot be encrypted while the gateway runs" "$munjad" db encrypt --config gateway.toml
stop
expect 0 "  texts can be read from disk before" readable munja.db
# As an upgrade leaves them: a whole copy, and one that was broken off.
cp munja.db munja.db.v16-backup
touch -d 2026-01-02 munja.db.v16-backup
head -c 20000 munja.db >munja.db.v15-backup.partial

expect 0 "a key is made" "$munjad" db new-key database.key
expect "!0" "  and never overwritten" "$munjad" db new-key database.key
sed -i 's/^# key_file/key_file/' gateway.toml
expect "!0" "a start with a key on a plain database is refused" "$munjad" run --config gateway.toml
said "munjad db encrypt"
expect 0 "the database is encrypted" "$munjad" db encrypt --config gateway.toml
said "NOT encrypted"
said "$old_backup"
expect 1 "the copy of an upgrade is encrypted, too" grep -q -a 'SQLite format 3' munja.db.v16-backup
expect 0 "  it is as old as before" test munja.db.v16-backup -ot munja.db-pseudonym-key
expect "!0" "  half a copy is gone" test -e munja.db.v15-backup.partial
mkdir aside
mv copies aside/
expect 1 "nothing can be read from disk any more" bash -c "cd '$work' && grep -r -l -a -D skip -e SECRET-WORDS -e SECRET-PHOTO -e 01012345678 -e 'SQLite format 3' munja.db*"
expect 0 "encrypting again changes nothing" "$munjad" db encrypt --config gateway.toml
said "encrypted already"

serve "the gateway runs on the encrypted database"
expect 0 "  its texts are there" has_texts 2
curl -sf "http://127.0.0.1:$port/_sim/text" -d '{"from":"01012345678","text":"SECRET-WORDS 하나 더"}' >/dev/null
until_ok 60 "  further ones come in" has_texts 3
expect 0 "  every page, promise and photo is sound" "$munjad" db check --full --photos --config gateway.toml
expect 1 "  nothing can be read, also from the log" readable munja.db-wal
expect 0 "  a backup is made beside it" "$munjad" backup --config gateway.toml
said "encrypted with the key of the database"
expect 1 "  nothing of a citizen can be read in it" readable copies
stop
first_backup=$(ls copies/*.tar)

cp database.key old.key
expect 0 "the key is changed" "$munjad" db rekey --config gateway.toml
said "old key only"
expect "!0" "  the old one opens nothing any more" cmp -s database.key old.key
expect 0 "  texts and photos are sound" "$munjad" db check --full --photos --config gateway.toml
sed 's/"munja.db"/"munja.db.v16-backup"/' gateway.toml >copy.toml
expect 0 "  the copy of an upgrade opens with the new one" "$munjad" db check --full --config copy.toml
serve "  the gateway runs"
stop
expect 1 "  nothing can be read from disk" bash -c "cd '$work' && grep -r -l -a -D skip -e SECRET-WORDS -e SECRET-PHOTO -e 01012345678 -e 'SQLite format 3' munja.db*"

sleep 1
expect 0 "a backup with the new key" "$munjad" backup --config gateway.toml
last_backup=$(ls copies/*.tar | tail -1)
expect "!0" "the first backup is not opened by the new key" "$munjad" restore "$first_backup" --check --config gateway.toml
expect 0 "  but by the old one" "$munjad" restore "$first_backup" --check --key-file old.key
expect "!0" "without a key nothing is put back" "$munjad" restore "$last_backup" --to back
expect 0 "with it, all is put back" "$munjad" restore "$last_backup" --to back --key-file database.key
expect 1 "  nothing can be read where it was put" readable back
cp database.key key back/
expect 0 "  it is sound, and its photos too" "$munjad" db check --full --photos --config back/gateway.toml
expect 0 "a plain backup is put back" "$munjad" restore "aside/$old_backup" --to back2 --key-file database.key
said "munjad db encrypt before the start"
cp database.key key back2/
sed -i 's/^# key_file/key_file/' back2/gateway.toml
expect 0 "  and encrypted there" "$munjad" db encrypt --config back2/gateway.toml
expect 1 "  nothing can be read there" readable back2
expect 0 "  it is sound" "$munjad" db check --full --photos --config back2/gateway.toml

before=$(sha256sum munja.db)
cp database.key right.key
cp old.key database.key
expect "!0" "a wrong key is refused" "$munjad" run --config gateway.toml
said "another key"
expect 3 "  by the check, too" "$munjad" check --config gateway.toml
cp right.key database.key
sed -i 's/^key_file/# key_file/' gateway.toml
expect "!0" "no key is refused" "$munjad" run --config gateway.toml
said "database.key_file"
if [ -x plain ]; then
    expect "!0" "the plain build refuses the encrypted file" ./plain run --config gateway.toml
    said "munja-sqlcipher"
    sed -i 's/^# key_file/key_file/' gateway.toml
    expect "!0" "the plain build refuses a key" ./plain run --config gateway.toml
    said "munja-sqlcipher"
fi
sed -i 's/^# key_file/key_file/' gateway.toml
expect 0 "after all that the file is as it was" test "$before" = "$(sha256sum munja.db)"
expect "!0" "  and not marked as damaged" test -e munja.db.damaged

expect 0 "the encryption is taken away again" "$munjad" db decrypt --config gateway.toml
sed -i 's/^key_file/# key_file/' gateway.toml
expect 0 "  all is sound without a key" "$munjad" db check --full --photos --config gateway.toml
sed 's/^key_file/# key_file/' copy.toml >plain-copy.toml
expect 0 "  the copy of an upgrade, too" "$munjad" db check --full --config plain-copy.toml
[ ! -x plain ] || expect 0 "  the plain build reads it" ./plain db check --full --photos --config gateway.toml
exit $failed
