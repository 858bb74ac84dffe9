#!/usr/bin/env python3
"""Writes what the programs are made of as CycloneDX 1.5 (JSON): every crate that is compiled into a package, with version, licence
and checksum. Reads `cargo metadata` and Cargo.lock; the same sources give the same bytes.

    sbom.py [FEATURE ...] > munja.cdx.json      without arguments as packages are built: no features
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def metadata(features):
    """The dependency graph for Linux, without default features."""
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--no-default-features"]
    command += ["--filter-platform", "x86_64-unknown-linux-gnu"]
    if features:
        command += ["--features", ",".join(features)]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def compiled(graph):
    """The ids of what is compiled in: neither tests' dependencies nor build scripts'."""
    nodes = {node["id"]: node for node in graph["resolve"]["nodes"]}
    seen, waiting = set(), [graph["resolve"]["root"]]
    while waiting:
        this = waiting.pop()
        if this in seen:
            continue
        seen.add(this)
        for needed in nodes[this]["deps"]:
            # A build script of SQLite's crate compiles what this one carries.
            is_source = needed["name"] == "sqlcipher_src"
            if is_source or any(kind["kind"] is None for kind in needed["dep_kinds"]):
                waiting.append(needed["pkg"])
    return seen, nodes


def component(package, checksums):
    found = {
        "type": "library",
        "bom-ref": reference(package),
        "name": package["name"],
        "version": package["version"],
        "purl": reference(package),
    }
    if package["license"]:
        found["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if package["description"]:
        found["description"] = " ".join(package["description"].split())
    checksum = checksums.get((package["name"], package["version"]))
    if checksum:
        found["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return found


def reference(package):
    return f"pkg:cargo/{package['name']}@{package['version']}"


def main(features):
    graph = metadata(features)
    packages = {package["id"]: package for package in graph["packages"]}
    inside, nodes = compiled(graph)
    root = graph["resolve"]["root"]
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    checksums = {(p["name"], p["version"]): p.get("checksum") for p in lock["package"]}
    in_order = sorted(inside - {root}, key=lambda this: reference(packages[this]))
    needs = []
    for this in [root, *in_order]:
        of = [needed["pkg"] for needed in nodes[this]["deps"] if needed["pkg"] in inside]
        needs.append({"ref": reference(packages[this]), "dependsOn": sorted({reference(packages[o]) for o in of})})
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {**component(packages[root], checksums), "type": "application"}},
        "components": [component(packages[this], checksums) for this in in_order],
        "dependencies": needs,
    }
    json.dump(bom, sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    main(sys.argv[1:])
