#!/bin/sh
# Reads the workbook of `munja report` back with LibreOffice and compares its cells with those of the CSV, where LibreOffice is
# installed. Usage: tests/report-check.sh FOLDER, where `munja report PERIOD --to FOLDER` has written.
set -eu
folder=${1:?"usage: tests/report-check.sh FOLDER"}
office=$(command -v soffice || command -v libreoffice) || { echo "LibreOffice is not on this machine: not checked"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for book in "$folder"/munja-*.xlsx; do
    [ -e "$book" ] || { echo "no munja-*.xlsx in $folder" >&2; exit 1; }
    # Every sheet as a CSV file of its own (-1), values as they are shown.
    "$office" --headless "-env:UserInstallation=file://$work/profile" \
        --convert-to 'csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1' \
        --outdir "$work" "$book" >/dev/null
    python3 - "$work" "${book%.xlsx}.csv" <<'PY'
import csv, glob, sys

def number(cell):
    cell = cell.strip().replace(",", "").lstrip("'")
    try:
        if ":" in cell:
            seconds = 0.0
            for part in cell.split(":"):
                seconds = seconds * 60 + float(part)
            return seconds
        return float(cell.rstrip("%"))
    except ValueError:
        return None

ours, table = {}, ""
for row in csv.reader(open(sys.argv[2], encoding="utf-8-sig")):
    if not row or not any(row):
        table = ""
    elif not table:
        table = row[0]
    elif len(row) > 1 and number(row[1]) is not None:
        ours[(table, row[0].split(" (")[0])] = number(row[1])
n, bad = 0, 0
for path in glob.glob(sys.argv[1] + "/*.csv"):
    rows = list(csv.reader(open(path, encoding="utf-8")))
    for row in rows[1:]:
        if len(row) < 2 or number(row[1]) is None:
            continue
        for (table, label), value in ours.items():
            if label == row[0] and table in (rows[0][0], "항목", "Figure"):
                n += 1
                if abs(value - number(row[1])) > 1:
                    bad += 1
                    print(f"differs: {table} {label}: {value} in CSV, {row[1]} in the workbook")
                break
print(f"{n} cells compared, {bad} differ")
sys.exit(1 if bad or n == 0 else 0)
PY
done
