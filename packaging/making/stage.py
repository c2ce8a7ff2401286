"""The tree that both packages are made of: what `cmake --install` puts where, with all times and modes settled."""

import dataclasses
import gzip
import os
import pathlib
import re
import shutil
import subprocess
import sys
from datetime import datetime, timezone

PROGRAMS = {"countersign": "usr/bin/countersign", "countersignd": "usr/sbin/countersignd"}


@dataclasses.dataclass(frozen=True)
class Release:
    version: str
    date: int  # seconds since 1970
    maintainer: str  # Name <address>

    def at(self, form):
        return datetime.fromtimestamp(self.date, timezone.utc).strftime(form)


def run(*words, **options):
    """A command that must succeed; its standard output."""
    try:
        done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **options)
    except FileNotFoundError:
        sys.exit(f"make-packages: {words[0]} is not installed; packaging/install-dependencies build package")
    if done.returncode != 0:
        sys.exit(f"make-packages: {' '.join(map(str, words[:4]))} ended {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def project_version(root):
    return re.search(r"project\(countersign VERSION (\S+)", (root / "CMakeLists.txt").read_text(encoding="utf-8"))[1]


def source_date(root):
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    if (root / ".git").exists():
        # That git is missing, or does not trust who owns the tree, must not give another date without a word.
        return int(run("git", "-C", root, "log", "-1", "--format=%ct"))
    dated = re.search(r"^## \[[\d.]+\] - (\d{4}-\d\d-\d\d)$", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    if not dated:
        sys.exit("make-packages: no git history and no released version in CHANGELOG.md: set SOURCE_DATE_EPOCH, which the .buildinfo of a release names")
    return int(datetime.fromisoformat(dated[1]).replace(tzinfo=timezone.utc).timestamp())


def install(root, build, folder, release):
    """Installs the build below `folder`; gives the folder."""
    run("cmake", "--install", build, "--prefix", "/usr", env={**os.environ, "DESTDIR": str(folder), "LC_ALL": "C.UTF-8"})
    doc = folder / "usr/share/doc/countersign"
    shutil.copyfile(root / "CHANGELOG.md", doc / "changelog")
    for page in sorted((folder / "usr/share/man").rglob("*.[158]")):
        page.write_text(page.read_text(encoding="utf-8").replace(f"Countersign {project_version(root)}", f"Countersign {release.version}"),
                        encoding="utf-8")
    return folder


def copy_of(staged, folder):
    shutil.copytree(staged, folder, symlinks=True)
    return folder


def move(folder, source, target):
    """Moves a file or folder of the tree to where a family of distributions has it."""
    if (folder / source).exists():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder / source, folder / target)
        for parent in pathlib.PurePath(source).parents:
            place = folder / parent
            if str(parent) == "." or any(place.iterdir()):
                break
            place.rmdir()


def strip(file):
    """Leaves what runs, and the build id by which debug symbols are found."""
    run("strip", "--strip-unneeded", "--remove-section=.comment", file)


def compress(file):
    """gzip -9n: no name and no time inside."""
    packed = file.with_name(file.name + ".gz")
    with open(packed, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as out:
        out.write(file.read_bytes())
    file.unlink()


def compress_manual(folder):
    for page in sorted((folder / "usr/share/man").rglob("*.[158]")):
        compress(page)


def settle(folder, release):
    """Times and modes: everything readable by all, programs to be run by all, whatever the umask was."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.parent.name in ("bin", "sbin") else 0o644)
        os.utime(path, (release.date, release.date), follow_symlinks=False)


def known_formats(root):
    """`KIND:VERSION` of each format, for the scripts of the packages."""
    lines = (root / "packaging/formats.txt").read_text(encoding="utf-8").splitlines()
    return " ".join(":".join(line.split()[:2]) for line in lines if line and not line.startswith("#"))


def units(folder):
    """The units that run by themselves; of templates somebody starts an instance."""
    return " ".join(sorted(path.name for path in folder.rglob("systemd/system/*") if "@" not in path.name))


def filled_in(root, text, values):
    """Puts @NAME@ in; the check of formats with its comments left out."""
    check = (root / "packaging/check-formats.sh").read_text(encoding="utf-8")
    values = {**values, "CHECK_FORMATS": "".join(line + "\n" for line in check.splitlines() if not line.startswith("#")).strip("\n")}
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    left = re.search(r"@[A-Z_]+@", text)
    if left:
        sys.exit(f"make-packages: nothing stands for {left[0]}")
    return text


def dependencies(root, group):
    """The packages of a group of dependencies.txt."""
    names = []
    for line in (root / "packaging/dependencies.txt").read_text(encoding="utf-8").splitlines():
        words = line.split(None, 2)
        if len(words) == 3 and not line.startswith("#") and group in words[0].split(","):
            names.append(words[1].partition("?")[0])
    return names
