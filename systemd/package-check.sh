#!/usr/bin/env bash
# Installs the Debian package in a fresh Debian, boots it, and does to it what operators do: first start, reload, a rotated key, a
# hang, an upgrade, removal, purge. Needs root, debootstrap and systemd-nspawn (package systemd-container); an hour's worth of
# building is not in it: give it the package and a munjad that was built with the simulated carrier.
#
#   systemd/package-check.sh PACKAGE.deb MUNJAD-WITH-SIM [TREE [OTHER.deb]]
#
# TREE is a debootstrap tree to begin from (it is copied); without it one is made. OTHER.deb is the package of the other flavour;
# without it, this one under the other's name. What happened is printed line by line, as
# "ok ..." or "FAILED ...", and the exit code is 1 if anything failed. docs/packages.md has the record of the last run.
set -euo pipefail
cd "$(dirname "$0")/.."

package=$(readlink -f "$1")
sim=$(readlink -f "$2")
base=${3:-}
other=${4:-}
work=$(mktemp -d /var/tmp/munja-package.XXXXXX)
# Given up after this many seconds: a start that hangs is a failure too.
patience=${PATIENCE:-1200}
trap 'rm -rf "$work"' EXIT

tree=$work/tree
if [ -n "$base" ]; then
    cp -a "$base" "$tree"
else
    debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,ca-certificates,sudo bookworm "$tree" >"$work/debootstrap.log"
fi

mkdir -p "$tree/root/check"
cp "$package" "$tree/root/check/first.deb"
cp "$sim" "$tree/root/check/munjad-sim"
cp systemd/package-check/*.sh "$tree/root/check/"
chmod 755 "$tree/root/check/"*.sh "$tree/root/check/munjad-sim"
# The same package with a higher version, for the upgrade.
dpkg-deb -R "$package" "$work/next"
sed -i 's/^Version: .*/&+next/' "$work/next/DEBIAN/control"
dpkg-deb --root-owner-group -b "$work/next" "$tree/root/check/next.deb" >/dev/null
# The other flavour, as far as dpkg is concerned, is a package of another name that takes this one's place.
sed -i -e 's/^Package: .*/Package: munja-sqlcipher\nProvides: munja/' -e 's/^\(Conflicts\|Replaces\): .*/\1: munja/' "$work/next/DEBIAN/control"
if [ -n "$other" ]; then cp "$other" "$tree/root/check/other.deb"; else
    dpkg-deb --root-owner-group -b "$work/next" "$tree/root/check/other.deb" >/dev/null
fi

# One unit of ours does everything once the system is up, and turns it off.
cat >"$tree/etc/systemd/system/package-check.service" <<'UNIT'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/root/check/inside.sh
StandardOutput=file:/root/check/record
StandardError=file:/root/check/errors
ExecStopPost=/bin/systemctl --no-block poweroff
TimeoutStartSec=infinity
UNIT
mkdir -p "$tree/etc/systemd/system/default.target.wants"
ln -sf ../package-check.service "$tree/etc/systemd/system/default.target.wants/package-check.service"
: >"$tree/etc/machine-id"

if systemd-nspawn --version >/dev/null 2>&1 &&
    timeout --kill-after=20 "$patience" systemd-nspawn --quiet --register=no --keep-unit --private-network -D "$tree" --boot \
        >"$work/console" 2>&1 && [ -s "$tree/root/check/record" ]; then
    cat "$tree/root/check/record"
elif [ -s "$tree/root/check/record" ]; then
    cat "$tree/root/check/record"
    tail -20 "$work/console"
    echo "FAILED the machine did not turn itself off"
    exit 1
else
    echo "NOT RUN booted: systemd-nspawn does not boot a system here:"
    tail -5 "$work/console" | sed 's/^/    /'
    # What needs no service manager.
    chroot "$tree" /root/check/chroot.sh | tee "$work/record"
    ! grep -q ^FAILED "$work/record"
    exit
fi
! grep -q ^FAILED "$tree/root/check/record"
