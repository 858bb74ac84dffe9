#!/usr/bin/env bash
# Builds the Debian package: the programs without the simulated carrier, their manual pages and completions, the list of what they
# are made of, and from these, by [package.metadata.deb] in Cargo.toml, the .deb. Prints its path.
#
#   systemd/deb/build.sh [--profile release|dev]        dev builds fast and runs slowly: for trying the package
#   FLAVOUR=sqlcipher systemd/deb/build.sh              munja-sqlcipher, which encrypts the database (docs/encryption.md)
#
# Needs Rust, a C compiler, Python 3.11 and dpkg-dev; the flavour sqlcipher also libssl-dev. With cargo-auditable
# (cargo install cargo-auditable --locked), the programs carry the list of what they are made of, too.
set -euo pipefail
cd "$(dirname "$0")/../.."

profile=release
[ "${1:-}" != --profile ] || profile=$2
built=${CARGO_TARGET_DIR:-target}/$([ "$profile" = dev ] && echo debug || echo "$profile")
parts=target/package
flavour=${FLAVOUR:-}
case $flavour in
    "" | sqlcipher) ;;
    *) echo "there is no flavour $flavour: leave FLAVOUR out, or say sqlcipher" >&2; exit 2 ;;
esac

auditable=
if command -v cargo-auditable >/dev/null; then auditable=auditable; else
    echo "cargo-auditable is not installed: the list of crates is beside the programs, and not in them" >&2
fi
cargo $auditable build --locked --no-default-features --features "$flavour" --bins --profile "$profile" >&2
rm -rf "$parts"
"$built/munjad" man --to "$parts" >/dev/null
systemd/deb/sbom.py ${flavour:+"$flavour"} >"$parts/munja.cdx.json"
# Checked here, because the package says it of the program.
! "$built/munjad" sim --help >/dev/null 2>&1 || { echo "the simulated carrier is in it" >&2; exit 1; }
[ "$flavour" != sqlcipher ] || "$built/munjad" --version | grep -q "encryption at rest" || { echo "it cannot encrypt" >&2; exit 1; }
for program in munja munjad; do
    [ -z "$auditable" ] || readelf -SW "$built/$program" | grep '\.dep-v0' >/dev/null || { echo "$program carries no list of crates" >&2; exit 1; }
done
FLAVOUR=$flavour systemd/deb/assemble.py "$built" "$parts"
