"""The record of the build, beside the packages: what has to be the same for the same bytes to come out. In the format of deb-buildinfo(5), without the
fields of time and place, which change nothing."""

import hashlib
import re
import shutil
import subprocess

from making import stage

GROUPS = ("build", "run", "package")


def installed():
    """Of each package that is installed: version, what it depends on and what it stands for."""
    form = "${db:Status-Status}\t${Package}\t${Version}\t${Essential}\t${Depends}, ${Pre-Depends}\t${Provides}\n"
    found, provided = {}, {}
    for line in stage.run("dpkg-query", "--show", f"--showformat={form}").splitlines():
        status, name, version, essential, depends, provides = line.split("\t")
        if status == "installed":
            found[name] = (version, essential == "yes", names_in(depends))
            for each in names_in(provides):
                provided.setdefault(each, []).append(name)
    return found, provided


def names_in(field):
    """The names of packages in a field of relations, alternatives and all."""
    return [found[1] for word in re.split(r"[,|]", field) if (found := re.match(r"\s*([a-z0-9][a-z0-9+.-]*)", word))]


def needed(root):
    """What the lists of dependencies name and every installation has, with all that these depend on: `name (= version)`."""
    found, provided = installed()
    todo = [name for group in GROUPS for name in stage.dependencies(root, group)]
    todo += [name for name, (_, essential, _) in found.items() if essential]
    known = set()
    while todo:
        name = todo.pop()
        if name in found and name not in known:
            known.add(name)
            todo += found[name][2]
        elif name not in found:
            todo += [one for one in provided.get(name, []) if one not in known]
    return [f"{name} (= {found[name][0]})" for name in sorted(known)]


def programs(root):
    """What the programs say of their version that may be there from elsewhere than Debian, as dependencies.txt lets them."""
    lines = []
    for line in (root / "packaging/dependencies.txt").read_text(encoding="utf-8").splitlines():
        words = line.split(None, 2)
        if len(words) < 3 or line.startswith("#") or "build" not in words[0].split(","):
            continue
        program = words[1].partition("?")[2]
        if program and shutil.which(program):
            said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.splitlines()
            lines.append(f"{program} {said[0] if said else 'of an unknown version'}")
    return lines


def write(root, out, made, release):
    """Writes the record of the packages `made` into the folder `out`; gives its file."""
    architecture = stage.run("dpkg", "--print-architecture").strip()
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()} {file.stat().st_size} {file.name}" for file in made]
    others = programs(root)
    lines = ["Format: 1.0", "Source: countersign", "Binary: countersign", f"Architecture: {architecture}", f"Version: {release.version}-1",
             "Checksums-Sha256:", *(f" {line}" for line in sums),
             "Build-Origin: Debian", f"Build-Architecture: {architecture}",
             "Installed-Build-Depends:", ",\n".join(f" {name}" for name in needed(root)),
             "Environment:", f" SOURCE_DATE_EPOCH=\"{release.date}\"", f"X-Maintainer: {release.maintainer}"]
    if others:
        lines += ["X-Programs:", *(f" {line}" for line in others)]
    file = out / f"countersign_{release.version}-1_{architecture}.buildinfo"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
