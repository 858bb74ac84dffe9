"""Verifies Munja's access log without Munja: python3 audit-verify.py munja.db, or a file of `munjad audit export`."""
import hashlib, json, sqlite3, struct, sys, time

COLUMNS = "seq at role login origin action conversation_id item_id reason detail subjects previous hash".split()

def read(path):
    if not path.endswith(".jsonl"):
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        anchor = database.execute("SELECT seq, hash FROM access_anchor").fetchone()
        ended = database.execute("SELECT max(expired_at) FROM access_anchor").fetchone()[0] or 0
        # From a day in the future, every row would be old enough to go.
        if ended > (time.time() + 86_400) * 1_000:
            sys.exit("the rows before the first one are said to have ended in the future: they were cut off before their time")
        return anchor, database.execute(f"SELECT {', '.join(COLUMNS)} FROM access ORDER BY seq")
    head, *lines = [json.loads(line) for line in open(path, encoding="utf-8")]
    after = head["follows"]
    rows = [[line[name] if name not in COLUMNS[-3:] else bytes.fromhex(line[name]) for name in COLUMNS] for line in lines]
    return (after["seq"], bytes.fromhex(after["hash"])), rows

anchor, rows = read(sys.argv[1])
(last, before), n = anchor or (0, bytes(32)), 0
for *fields, previous, found in rows:
    data = b""
    for field in [previous, *fields]:
        field = field if isinstance(field, bytes) else b"" if field is None else str(field).encode()
        data += struct.pack(">I", len(field)) + field
    if fields[0] != last + 1 or previous != before or hashlib.sha256(data).digest() != found:
        sys.exit(f"row {fields[0]} is not as it was written, or does not follow row {last}")
    last, before, n = fields[0], found, n + 1
print(f"{n} rows are sound; the last is {last} with hash {before.hex()}")
