#!/usr/bin/env bash
# Builds the Debian package: the programs without the simulated carrier, their manual pages and completions, the list of what they
# are made of, and from these, by [package.metadata.deb] in Cargo.toml, the .deb. Prints its path.
#
#   systemd/deb/build.sh [--profile release|dev]        dev builds fast and runs slowly: for trying the package
#
# Needs Rust, a C compiler, Python 3.11 and dpkg-dev.
set -euo pipefail
cd "$(dirname "$0")/../.."

profile=release
[ "${1:-}" != --profile ] || profile=$2
built=${CARGO_TARGET_DIR:-target}/$([ "$profile" = dev ] && echo debug || echo "$profile")
parts=target/package

cargo build --locked --no-default-features --bins --profile "$profile" >&2
rm -rf "$parts"
"$built/munjad" man --to "$parts" >/dev/null
systemd/deb/sbom.py >"$parts/munja.cdx.json"
# Checked here, because the package says it of the program.
! "$built/munjad" sim --help >/dev/null 2>&1 || { echo "the simulated carrier is in it" >&2; exit 1; }
systemd/deb/assemble.py "$built" "$parts"
