#!/bin/bash
# Runs in the booted system, once.
. /root/check/steps.sh

main_pid() { systemctl show munjad -p MainPID --value; }
status_line() { systemctl show munjad -p StatusText --value; }
text() {
    exec 3<>/dev/tcp/127.0.0.1/18080
    local body='{"from":"01012345678","text":"hello"}'
    printf 'POST /_sim/text HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: %s\r\n\r\n%s' "${#body}" "$body" >&3
    cat <&3 >/dev/null
    exec 3>&-
}
waits() { [[ "$(status_line)" == *"1 waiting"* ]]; }
is_active() { [ "$(systemctl is-active munjad)" = active ]; }
# What docs/encryption.md says of systemd-creds; at the end the database is plain again, for the other flavour.
sealed=LoadCredentialEncrypted=database_key:/etc/credstore.encrypted/munja-database-key
by_systemd() { systemd-run --quiet --pipe --wait -p User=munja -p $sealed "$@" --config /etc/munja/gateway.toml; }
encrypted_with_a_credential() {
    expect 0 "a key for the database is made" munjad db new-key /root/database.key
    mkdir -p -m 700 /etc/credstore.encrypted
    expect 0 "  and sealed to this machine" \
        systemd-creds encrypt --name=database_key /root/database.key /etc/credstore.encrypted/munja-database-key
    rm /root/database.key
    for unit in munjad munja-backup; do
        mkdir -p /etc/systemd/system/$unit.service.d
        printf '[Service]\n%s\n' $sealed >/etc/systemd/system/$unit.service.d/key.conf
    done
    systemctl daemon-reload
    systemctl stop munjad
    expect 0 "the database is encrypted with it" by_systemd munjad db encrypt
    expect 1 "  and is no plain one" grep -q -a 'SQLite format 3' /var/lib/munja/munja.db
    expect 0 "  the service starts on it" systemctl start munjad
    until_ok 40 "  the text still waits" waits
    expect 0 "  check as root finds the key" munjad check --config /etc/munja/gateway.toml
    said "/run/credentials/munjad.service/database_key"
    expect 0 "  a backup is made with it" systemctl start munja-backup.service
    systemctl stop munjad
    expect 0 "  and it is taken away again" by_systemd munjad db decrypt
    rm /etc/systemd/system/munja{d,-backup}.service.d/key.conf
    systemctl daemon-reload
    expect 0 "  the service starts without it" systemctl start munjad
    until_ok 40 "  the text still waits" waits
}
# A purge at a terminal, where the question is answered: `answer_purge N munja`.
answer_purge() { DEBIAN_FRONTEND=teletype script -qec "dpkg -P $2" /dev/null <<<"$1"; }
is_other_process() { is_active && [ "$(main_pid)" != "$1" ]; }

echo "ok a fresh $(. /etc/os-release && echo "$PRETTY_NAME") with $(systemctl --version | head -1) is up"
expect 0 "the package installs" dpkg -i first.deb
said "not started yet"
expect 0 "  the units verify" systemd-analyze verify --man=no munjad.service munja-{backup,report}.{service,timer}
for unit in munjad munja-backup munja-report; do
    expect 0 "  security" systemd-analyze security $unit.service --no-pager --threshold=13
    echo "ok   $(tail -1 said)"
done
expect 3 "check names what is missing" as_munja check
said "bizgo_api_key"
systemd-run --quiet --unit=carrier /root/check/munjad-sim sim --listen 127.0.0.1:18080
configure
until_ok 20 "the simulated carrier listens" bash -c 'exec 3<>/dev/tcp/127.0.0.1/18080'
expect 0 "the service starts" systemctl enable --now munjad
expect 0 "check as the service's user finds nothing bad" as_munja check
expect 0 "check as root finds nothing bad" munjad check --config /etc/munja/gateway.toml
said "asks the carriers for us"
text
until_ok 40 "a citizen's text is polled: systemctl status says that one waits" waits

pid=$(main_pid)
expect 0 "systemctl reload" systemctl reload munjad
cp -p /etc/munja/gateway.toml good
sed -i 's/^# fast_secs = .*/fast_secs = "soon"/' /etc/munja/gateway.toml
expect "!0" "systemctl reload fails on a broken configuration" systemctl reload munjad
status_line >said
said "RELOAD REFUSED, the old configuration stays"
expect 0 "  the same process runs on" bash -c "[ $(main_pid) = $pid ] && systemctl is-active munjad"
cp -p good /etc/munja/gateway.toml
expect 0 "  systemctl reload works again" systemctl reload munjad

echo WRONG-KEY >/etc/munja/bizgo_api_key
expect 0 "a rotated key is read by a reload" systemctl reload munjad
expect 3 "  the wrong one is found out" as_munja check
echo SIM-KEY >/etc/munja/bizgo_api_key
systemctl reload munjad
until_ok 30 "  the right one is in force" as_munja check

# The key as a credential, which nobody but root and the service reads.
sed -i '/^api_key_file/d' /etc/munja/gateway.toml
chown root:root /etc/munja/bizgo_api_key
chmod 600 /etc/munja/bizgo_api_key
mkdir -p /etc/systemd/system/munjad.service.d
printf '[Service]\nLoadCredential=bizgo_api_key:/etc/munja/bizgo_api_key\nWatchdogSec=6\n' \
    >/etc/systemd/system/munjad.service.d/check.conf
systemctl daemon-reload
expect 0 "with the key as a credential: check as root, before the restart" munjad check --config /etc/munja/gateway.toml
expect 0 "  it restarts" systemctl restart munjad
expect 0 "  check as root" munjad check --config /etc/munja/gateway.toml
until_ok 40 "  the text still waits" waits

pid=$(main_pid)
kill -STOP "$pid"
until_ok 60 "a gateway that hangs is killed by the watchdog and started again" is_other_process "$pid"
until_ok 40 "  the text still waits" waits

mkdir -p /var/lib/munja/backups && chown munja: /var/lib/munja/backups
sed -i 's|^# folder = "".*|folder = "/var/lib/munja/backups"|' /etc/munja/gateway.toml
expect 0 "munja-backup.service makes a copy" systemctl start munja-backup.service
expect 0 "  it is there" bash -c 'ls /var/lib/munja/backups/* >/dev/null'

(umask 077 && as_munja token create --purpose figures --name reports --expires 730d >/etc/munja/figures_token)
expect 0 "munja-report.service writes the figures of a month" systemctl start munja-report.service
expect 0 "  they are there" bash -c 'ls /var/lib/munja-reports/* >/dev/null'

pid=$(main_pid)
expect 0 "the package is upgraded" dpkg -i next.deb
until_ok 60 "  the service runs again, as another process" is_other_process "$pid"
until_ok 40 "  the text still waits" waits

systemctl enable --quiet --now munja-backup.timer
for to in other next; do
    pid=$(main_pid)
    expect 0 "$to.deb takes the place of the package" apt-get install -y --no-install-recommends "./$to.deb"
    until_ok 60 "  the service runs again, as another process" is_other_process "$pid"
    expect 0 "  so does the timer that ran" systemctl is-active munja-backup.timer
    expect "!0" "  the one that did not is still stopped" systemctl is-active munja-report.timer
    until_ok 40 "  the text still waits" waits
    ! munjad --version | grep -q "encryption at rest" || encrypted_with_a_credential
done
expect 0 "what is left of the other package is purged at a terminal" answer_purge 3 munja-sqlcipher
expect 1 "  nothing is asked" grep -q "What is to become" said
expect 0 "  the configuration stays: this one uses it" test -s /etc/munja/gateway.toml

expect 0 "the package is removed" dpkg -r munja
expect "!0" "  the service is stopped" systemctl is-active munjad
expect "!0" "  so is the timer" systemctl is-active munja-backup.timer
expect 0 "  the database stays" test -s /var/lib/munja/munja.db
expect 0 "installed again, it runs again" bash -c "dpkg -i first.deb && systemctl is-active munjad"
until_ok 40 "  the text still waits" waits
expect 0 "purged without a terminal" dpkg -P munja
said "Kept: /var/lib/munja"
expect 0 "  the configuration is gone" absent /etc/munja
expect 0 "  the database stays" test -s /var/lib/munja/munja.db
dpkg -i first.deb >/dev/null 2>&1
expect 0 "purged at a terminal, with the answer to keep" answer_purge 1 munja
said "What is to become of the citizens' texts"
expect 0 "  the database stays" test -s /var/lib/munja/munja.db
dpkg -i first.deb >/dev/null 2>&1
expect 0 "purged at a terminal with MUNJA_PURGE=keep" env MUNJA_PURGE=keep bash -c "$(declare -f answer_purge); answer_purge 3 munja"
expect 1 "  nothing is asked" grep -q "What is to become" said
expect 0 "  the database stays" test -s /var/lib/munja/munja.db
dpkg -i first.deb >/dev/null 2>&1
# As the manual makes one before an upgrade, and the list of who was erased.
install -d /var/lib/munja/before
touch /var/lib/munja/before/munja-backup-20261201T000000Z.tar /var/lib/munja/munja.db-erased
expect 0 "purged at a terminal, with the answer to erase the database" answer_purge 2 munja
expect 0 "  the database is gone" absent /var/lib/munja/munja.db
expect 0 "  the backups stay" bash -c 'ls /var/lib/munja/backups/* >/dev/null'
expect 0 "  and so do those in other folders" test -e /var/lib/munja/before/munja-backup-20261201T000000Z.tar
expect 0 "  and the list of who was erased" test -e /var/lib/munja/munja.db-erased
dpkg -i first.deb >/dev/null 2>&1
touch /var/lib/munja/munja.db
expect 0 "purged again, without a terminal: the answer of before does not count" dpkg -P munja
expect 0 "  the database stays" test -e /var/lib/munja/munja.db
dpkg -i first.deb >/dev/null 2>&1
echo "munja munja/purge select database" | debconf-set-selections
expect 0 "purged with an answer that was set beforehand" dpkg -P munja
expect 0 "  the database is gone" absent /var/lib/munja/munja.db
dpkg -i first.deb >/dev/null 2>&1
touch /var/lib/munja/munja.db
expect 0 "purged with MUNJA_PURGE=database" env MUNJA_PURGE=database dpkg -P munja
expect 0 "  the database is gone" absent /var/lib/munja/munja.db
expect 0 "  the backups stay" bash -c 'ls /var/lib/munja/backups/* >/dev/null'
dpkg -i first.deb >/dev/null 2>&1
expect 0 "purged with MUNJA_PURGE=database,backups" env MUNJA_PURGE=database,backups dpkg -P munja
expect 0 "  nothing is left" absent /var/lib/munja
