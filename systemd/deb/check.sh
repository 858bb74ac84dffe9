#!/usr/bin/env bash
# Puts the Debian package together from programs that are built already, and looks at it: fields, files, permissions, maintainer
# scripts, the unpacked programs. Takes seconds and installs nothing; systemd/package-check.sh boots it.
#
#   systemd/deb/check.sh [BUILT-FOLDER]         default: target/debug, as the tests leave it (with the simulated carrier in it)
#
# Needs Python 3.11 and dpkg-dev; shellcheck and man are used where they are. Ends with 1 and says what is wrong.
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8
umask 022

built=${1:-${CARGO_TARGET_DIR:-target}/debug}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong() { echo "the Debian package: $*" >&2; exit 1; }

rm -rf target/package
"$built/munjad" man --to target/package >/dev/null
systemd/deb/sbom.py >target/package/munja.cdx.json
# Packed fast: nobody keeps it.
export DPKG_DEB_COMPRESSOR_TYPE=gzip DPKG_DEB_COMPRESSOR_LEVEL=1
deb=$(systemd/deb/assemble.py "$built" "$work")
flavour=$(FLAVOUR=sqlcipher systemd/deb/assemble.py "$built" "$work")

field() { dpkg-deb -f "$1" "$2"; }
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
[ "$(field "$deb" Package)" = munja ] || wrong "its name is $(field "$deb" Package)"
[[ "$(field "$deb" Version)" == "$version"-* ]] || wrong "its version $(field "$deb" Version) is not that of Cargo.toml"
[ "$(field "$deb" Architecture)" = "$(dpkg --print-architecture)" ] || wrong "its architecture is $(field "$deb" Architecture)"
for needed in libc6 ca-certificates debconf systemd; do
    grep -qw -- "$needed" <<<"$(field "$deb" Depends)" || wrong "it does not depend on $needed"
done
for name in Maintainer Installed-Size Recommends Section Priority Description; do
    [ -n "$(field "$deb" $name)" ] || wrong "it has no $name"
done
# Each flavour takes the place of the other.
[ "$(field "$flavour" Package) $(field "$flavour" Provides)" = "munja-sqlcipher munja" ] || wrong "the flavour's name"
for name in Conflicts Replaces; do
    [ "$(field "$deb" $name) $(field "$flavour" $name)" = "munja-sqlcipher munja" ] || wrong "$name of one flavour is not the other"
done

dpkg-deb -I "$deb" >/dev/null
dpkg-deb -c "$deb" >"$work/list"
dpkg-deb -e "$deb" "$work/control"
dpkg-deb -x "$deb" "$work/root"
(cd "$work/root" && md5sum -c --quiet "$work/control/md5sums") || wrong "its checksums are not those of its files"
[ ! -e "$work/control/conffiles" ] || wrong "conffiles: the configuration is written by postinst, and never asked about"

# Whose, and who may do what. The folder "./" comes first.
bad=$(awk '$2 != "root/root" || ($1 !~ /^(drwxr-xr-x|-rw-r--r--|lrwxrwxrwx)$/ && !($1 == "-rwxr-xr-x" && $6 ~ "^./usr/bin/munjad?$"))' "$work/list")
[ -z "$bad" ] || wrong "owners or permissions: $bad"
find "$work/root" -mindepth 1 -maxdepth 1 ! -name usr | grep . && wrong "it has files outside of /usr"

has() { [ -s "$work/root/$1" ] || wrong "/$1 is missing"; }
has usr/bin/munja
has usr/bin/munjad
for path in systemd/*.service systemd/*.timer; do has "usr/lib/systemd/system/${path##*/}"; done
has usr/lib/sysusers.d/munja.conf
has usr/lib/tmpfiles.d/munja.conf
has usr/share/munja/gateway.example.toml
for path in README*.md CHANGELOG.md docs/*.md docs/monitoring/* docs/pictures/* systemd/README*.md; do has "usr/share/doc/munja/$path"; done
has usr/share/doc/munja/copyright
has usr/share/doc/munja/changelog.gz
grep -q '"bomFormat": "CycloneDX"' "$work/root/usr/share/doc/munja/munja.cdx.json" || wrong "the list of what it is made of"
for path in man1/munja.1 man5/gateway.toml.5 man8/munjad.8 ko/man1/munja.1 ko/man8/munjad.8; do
    has "usr/share/man/$path.gz"
    command -v man >/dev/null || continue
    man --warnings -l "$work/root/usr/share/man/$path.gz" >"$work/page" 2>"$work/said" || wrong "man cannot show $path: $(cat "$work/said")"
    [ -s "$work/page" ] || wrong "man shows nothing of $path"
done
for path in bash-completion/completions zsh/vendor-completions fish/vendor_completions.d; do
    [ "$(find "$work/root/usr/share/$path" -type f | wc -l)" -ge 2 ] || wrong "completions in /usr/share/$path are missing"
done

for script in postinst prerm postrm; do
    [ "$(stat -c %a "$work/control/$script")" = 755 ] || wrong "$script cannot be run"
    sh -n "$work/control/$script"
    ! command -v shellcheck >/dev/null || shellcheck -s sh -S warning -e SC1091 "$work/control/$script"
done
# The question of the purge, in both languages, with as many answers.
answers() { sed -n "s/^$1: //p" "$work/control/templates" | tr ',' '\n' | grep -c .; }
[ "$(answers Choices-C) $(answers Choices) $(answers Choices-ko.UTF-8)" = "3 3 3" ] || wrong "templates: the answers differ"
[ "$(grep -c '^Description\(-ko.UTF-8\)\?: .' "$work/control/templates")" = 2 ] || wrong "templates: a language is missing"
grep -qx 'Default: keep' "$work/control/templates" || wrong "templates: what is not asked for has to stay"

for program in munja munjad; do
    [[ "$("$work/root/usr/bin/$program" --version)" == "$program $version"* ]] || wrong "$program does not say its version"
done
# As postinst writes the configuration, without a key: what the check says then.
sed "s|^path = \"munja.db\"|path = \"$work/munja.db\"|" "$work/root/usr/share/munja/gateway.example.toml" >"$work/gateway.toml"
code=0
"$work/root/usr/bin/munjad" check --config "$work/gateway.toml" >"$work/said" 2>&1 || code=$?
[ "$code" = 3 ] || wrong "munjad check ends with $code on the new configuration, not with 3: $(cat "$work/said")"
grep -q bizgo_api_key "$work/said" || wrong "munjad check does not name the missing key: $(cat "$work/said")"
echo "ok: $(field "$deb" Package) $(field "$deb" Version), $(wc -l <"$work/list") files and folders; $(field "$flavour" Package)"
