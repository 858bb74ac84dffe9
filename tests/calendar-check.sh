#!/usr/bin/env bash
# Compares the public holidays Munja knows by rule with PyPI's `holidays`, year by year; election days, which are no rule
# of Munja's, are left out. Prints each difference and exits 1 if there is any, 2 if it could not compare.
#
#   tests/calendar-check.sh [FIRST [LAST]]        (default: 2026 2050)
#
# Needs cargo and python3 with venv, and the network for pip. A lunar year further off is an almanac's guess: see what
# differs before trusting either.
set -euo pipefail
cd "$(dirname "$0")/.."
first=${1:-2026} last=${2:-2050}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
stop() { printf '%s\n' "$1" >&2; exit 2; }

cargo build --quiet --locked --bin munjad || stop "munjad does not build"
munjad=$(cargo metadata --format-version 1 --no-deps --locked | python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')/debug/munjad
python3 -m venv "$work/venv" || stop "python3 has no venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check holidays || stop "pip cannot install holidays"

cp gateway.example.toml "$work/gateway.toml"
printf 'none\n' >"$work/bizgo_api_key"
chmod 600 "$work/bizgo_api_key"
for year in $(seq "$first" "$last"); do
    "$munjad" calendar "$year" --json --config "$work/gateway.toml" >"$work/$year.json" || stop "munjad calendar $year failed"
done

"$work/venv/bin/python" - "$work" "$first" "$last" <<'PY'
import json, sys
import holidays

work, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
n_days = n_different = n_elections = 0
for year in range(first, last + 1):
    with open(f"{work}/{year}.json", encoding="utf-8") as file:
        days = json.load(file)["days"]
    ours = {day["date"]: f'{day["name"]} ({day["why"]})' for day in days if day["is_holiday"]}
    theirs = {}
    for date, name in holidays.country_holidays("KR", years=year, language="ko").items():
        names = [one for one in name.split("; ") if "선거" not in one]
        if names:
            theirs[date.isoformat()] = "; ".join(names)
        else:
            n_elections += 1
    n_days += len(ours)
    for date in sorted(ours.keys() ^ theirs.keys()):
        n_different += 1
        print(f"{date}  munja: {ours.get(date, '-')}  holidays: {theirs.get(date, '-')}")
print(f"{first}-{last}: {n_days} holidays, {n_different} different, {n_elections} election days left out "
      f"(holidays {holidays.__version__})")
if not n_days:
    sys.exit(2)
sys.exit(1 if n_different else 0)
PY
