#!/bin/bash
# Where no system can be booted: installs, runs the gateway by hand as its user, removes and purges.
. /root/check/steps.sh

expect 0 "the package installs" dpkg -i first.deb
said "not started yet"
expect 0 "the user is there" id munja
expect 0 "the page munjad(8) is there" test -s /usr/share/man/man8/munjad.8.gz
expect 0 "the Korean page is there" test -s /usr/share/man/ko/man8/munjad.8.gz
expect 0 "the configuration is root's and the service's" bash -c '[ "$(stat -c %U:%G:%a /etc/munja/gateway.toml)" = root:munja:640 ]'
expect 2 "there is no simulated carrier in it" munjad sim
configure
./munjad-sim sim --listen 127.0.0.1:18080 >/dev/null 2>&1 &
sim=$!
expect 0 "the database is made" as_munja init --database-only
expect 0 "check finds nothing bad" as_munja check
sudo -u munja munjad run --config /etc/munja/gateway.toml >run.log 2>&1 &
until_ok 30 "the gateway is ready" grep -q "ready: the API listens" run.log
exec 3<>/dev/tcp/127.0.0.1/18080
body='{"from":"01012345678","text":"hello"}'
printf 'POST /_sim/text HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: %s\r\n\r\n%s' "${#body}" "$body" >&3
cat <&3 >/dev/null
until_ok 30 "the receipt left" bash -c 'exec 3<>/dev/tcp/127.0.0.1/18080; printf "GET /_sim/ledger HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n" >&3; grep -q 119 <&3'
expect 0 "munjad reload" as_munja reload
cp /etc/munja/gateway.toml good
echo nonsense >>/etc/munja/gateway.toml
expect 1 "munjad reload refuses a broken configuration" as_munja reload
said "the old configuration stays"
cp good /etc/munja/gateway.toml
kill "$(pgrep -o -u munja munjad)"
until_ok 40 "the gateway stops" bash -c '! pgrep -u munja munjad'
kill $sim
expect 0 "the package is upgraded" dpkg -i next.deb
expect 0 "  the configuration was kept" cmp good /etc/munja/gateway.toml
expect 0 "munja-sqlcipher takes its place" dpkg -i other.deb
expect 0 "  and it takes the place of munja-sqlcipher" dpkg -i next.deb
expect 0 "what is left of the other package is purged" dpkg -P munja-sqlcipher
expect 0 "  the configuration was kept" cmp good /etc/munja/gateway.toml
expect 0 "the package is removed" dpkg -r munja
expect 0 "  the database stays" test -s /var/lib/munja/munja.db
expect 0 "the package is purged" dpkg -P munja
said "Kept: /var/lib/munja"
expect 0 "  the configuration is gone" absent /etc/munja
expect 0 "  the database stays" test -s /var/lib/munja/munja.db
