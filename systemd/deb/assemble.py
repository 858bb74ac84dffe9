#!/usr/bin/env python3
"""Puts the Debian package together from what has been built, by [package.metadata.deb] in Cargo.toml. That is the format of the tool
cargo-deb; what of it this package uses is read here, so that building needs no more than dpkg-deb.

    assemble.py BUILT-FOLDER OUTPUT-FOLDER      such as target/release target/package; prints the path of the .deb

FLAVOUR=sqlcipher names the package munja-sqlcipher: it takes the place of munja.
"""

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

# The first line of a flavour's description.
FLAVOURS = {"sqlcipher": "SMS text-consultation gateway, with encryption at rest"}
ROOT = Path(__file__).resolve().parents[2]


def said(*command, cwd=None):
    return subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def place(stage, built, assets):
    """Copies each asset to its place; a place that ends with a slash is a folder."""
    for source, target, mode in assets:
        if source.startswith("target/release/"):
            found = [built / source.removeprefix("target/release/")]
        else:
            found = sorted(ROOT.glob(source))
        if not found:
            sys.exit(f"{source}: there is no such file")
        for path in found:
            to = stage / (target + path.name if target.endswith("/") else target)
            to.parent.mkdir(parents=True, exist_ok=True)
            if "usr/share/man/" in target or to.name == "changelog":
                to = to.with_name(to.name + ".gz")
                to.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
            else:
                shutil.copy(path, to)
            if target == "usr/bin/" and shutil.which("strip"):
                subprocess.run(["strip", "--strip-unneeded", to], check=True)
            to.chmod(int(mode, 8))


# What a page points to: [words](place), ![words](place), <img src="place">.
LINK = re.compile(r"""(?:\]\(|(?:src|href)=")([^)"\s]+)""")


def refuse_dead_links(pages):
    """Every relative link of a page in the package leads to a file of the package; the paths that programs and units name, too."""
    dead = []
    for page in sorted(pages.rglob("*.md")):
        for link in LINK.findall(page.read_text()):
            path = link.split("#")[0]
            if path and "://" not in link and not link.startswith("mailto:"):
                to = (page.parent / path).resolve()
                if not to.exists() or not to.is_relative_to(pages.resolve()):
                    dead.append(f"{page.relative_to(pages)}: {link}")
    for source in [*ROOT.glob("systemd/*.service"), *ROOT.glob("systemd/deb/post*"), *ROOT.glob("src/admin/**/*.rs")]:
        for named in re.findall(r"/usr/share/doc/munja/([\w./-]*\w)", source.read_text()):
            if not (pages / named).exists():
                dead.append(f"{source.relative_to(ROOT)}: /usr/share/doc/munja/{named}")
    if dead:
        sys.exit("links that lead out of the package; add the files to [package.metadata.deb]:\n  " + "\n  ".join(dead))


def shared_libraries(stage):
    """What the programs need at run time, by their libraries."""
    programs = [str(path) for path in sorted((stage / "usr/bin").iterdir())]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "debian").mkdir()
        (Path(folder) / "debian/control").write_text("Source: munja\n\nPackage: munja\nArchitecture: any\n")
        return said("dpkg-shlibdeps", "-O", *programs, cwd=folder).removeprefix("shlibs:Depends=")


def control(package, deb, stage):
    version = package["version"] + "-" + deb.get("revision", "1")
    size = sum(path.stat().st_size for path in stage.rglob("*") if path.is_file() and "DEBIAN" not in path.parts)
    words = deb["extended-description"].strip().splitlines()
    fields = {
        "Package": package["name"],
        "Version": version,
        "Architecture": said("dpkg", "--print-architecture"),
        "Maintainer": deb["maintainer"],
        "Installed-Size": str(size // 1024 + 1),
        "Depends": deb["depends"].replace("$auto", shared_libraries(stage)),
        "Recommends": deb["recommends"],
        "Section": deb["section"],
        "Priority": deb["priority"],
        "Description": package["description"].split(": ", 1)[1] + "\n" + "\n".join(f" {line}" for line in words),
    }
    # Each takes the place of the others.
    name = fields["Package"]
    if flavour := os.environ.get("FLAVOUR"):
        fields |= {"Package": f"{name}-{flavour}", "Provides": name}
        fields["Description"] = FLAVOURS[flavour] + "\n" + fields["Description"].split("\n", 1)[1]
    others = {name, *(f"{name}-{other}" for other in FLAVOURS)} - {fields["Package"]}
    fields |= {"Conflicts": ", ".join(sorted(others)), "Replaces": ", ".join(sorted(others))}
    return fields, "".join(f"{name}: {value}\n" for name, value in fields.items())


def main(built, output):
    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text())
    package = manifest["package"]
    deb = package["metadata"]["deb"]
    os.environ.setdefault("SOURCE_DATE_EPOCH", said("git", "log", "-1", "--format=%ct", cwd=ROOT))
    os.umask(0o022)
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder) / "stage"
        stage.mkdir(mode=0o755)
        place(stage, built, deb["assets"])
        licence = f"{package['name']}: Copyright {deb['copyright']}. Licence: Apache-2.0, as in\n/usr/share/common-licenses/Apache-2.0\n"
        (stage / "usr/share/doc/munja/copyright").write_text(licence)
        refuse_dead_links(stage / "usr/share/doc/munja")
        debian = stage / "DEBIAN"
        fields, text = control(package, deb, stage)
        sums = [
            f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(stage)}\n"
            for path in sorted(stage.rglob("*"))
            if path.is_file()
        ]
        debian.mkdir()
        (debian / "control").write_text(text)
        (debian / "md5sums").write_text("".join(sums))
        for script in ("postinst", "prerm", "postrm"):
            shutil.copy(ROOT / deb["maintainer-scripts"] / script, debian / script)
            (debian / script).chmod(0o755)
        shutil.copy(ROOT / deb["maintainer-scripts"] / "templates", debian / "templates")
        (debian / "templates").chmod(0o644)
        name = f"{fields['Package']}_{fields['Version']}_{fields['Architecture']}.deb"
        said("dpkg-deb", "--root-owner-group", "--build", stage, output / name)
        print(output / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
