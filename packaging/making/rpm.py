"""The RPM package, by rpmbuild, of programs that are linked a second time (see relink.py)."""

import os
import re
import shutil
import sys

from making import licences, relink, sbom, stage

# The C library that the programs may ask for: that of Red Hat Enterprise Linux 9, the oldest system that the package is for.
GLIBC_MAX = (2, 34)


def check_symbols(root, programs):
    """Nothing is asked of the system that the oldest one does not have: glibc by its versions, what has none by a reviewed list."""
    for program in programs:
        versions = [tuple(map(int, found.split("."))) for found in
                    re.findall(r"\bGLIBC_([\d.]+)", stage.run("readelf", "--version-info", "--wide", program))]
        if max(versions) > GLIBC_MAX:
            sys.exit(f"make-packages: {program.name} needs glibc {max(versions)}, Red Hat Enterprise Linux 9 has {GLIBC_MAX}")
    used = unversioned(programs)
    lines = (root / "packaging/rpm/symbols.txt").read_text(encoding="utf-8").splitlines()
    listed = {line for line in lines if line and not line.startswith("#")}
    if used - listed:
        sys.exit("make-packages: packaging/rpm/symbols.txt does not list what the programs use: look up in which version of its library each "
                 f"came, and add it: {' '.join(sorted(used - listed))}")
    return used


def unversioned(programs):
    """What the programs take from libraries whose symbols carry no version."""
    names = set()
    for program in programs:
        table = stage.run("nm", "--dynamic", "--undefined-only", "--format=posix", program)
        names |= {line.split()[0] for line in table.splitlines() if line.split()[1] == "U" and "@" not in line.split()[0]}
    private = set()
    for library in relink.private_libraries():
        table = stage.run("nm", "--dynamic", "--defined-only", "--format=posix", library)
        private |= {line.split()[0].partition("@")[0] for line in table.splitlines()}
    return names - private


def lay_out(root, build, staged, work, release):
    """The tree as Red Hat's family has it."""
    folder = stage.copy_of(staged, work / "tree")
    made = relink.relink(build, work / "linked")
    check_symbols(root, list(made.values()))
    for name, path in stage.PROGRAMS.items():
        shutil.copyfile(made[name], folder / path)
        stage.strip(folder / path)
    private = folder / relink.PRIVATE_FOLDER.lstrip("/")
    private.mkdir(parents=True)
    for wanted, library in zip(relink.BESIDE_THE_PROGRAM, relink.private_libraries()):
        shutil.copyfile(library, private / wanted)
    stage.move(folder, "usr/share/zsh/vendor-completions", "usr/share/zsh/site-functions")
    doc = folder / "usr/share/doc/countersign"
    stage.move(folder, "usr/share/doc/countersign/changelog", "usr/share/doc/countersign/CHANGELOG.md")
    stage.compress_manual(folder)
    texts = folder / "usr/share/licenses/countersign"
    texts.mkdir(parents=True)
    shutil.copyfile(root / "LICENSE", texts / "LICENSE")
    for name in ("LGPL-2.1", "GPL-3"):
        shutil.copyfile(f"/usr/share/common-licenses/{name}", texts / name)
    (texts / "copyright").write_text(licences.copyright_text(root, "rpm"), encoding="utf-8")
    (doc / "countersign.cdx.json").write_text(sbom.document(root, build, folder, release, "rpm"), encoding="utf-8")
    for empty in ("etc/countersign", "var/lib/countersign"):
        (folder / empty).mkdir(parents=True)
    stage.settle(folder, release)
    for library in private.iterdir():
        library.chmod(0o755)
    os.utime(private, (release.date, release.date))
    return folder


def file_list(folder):
    """Every file, and the folders that are the package's alone."""
    lines = []
    for path in sorted(folder.rglob("*")):
        place = "/" + str(path.relative_to(folder))
        if place in ("/etc/countersign", "/var/lib/countersign"):
            continue
        if path.is_dir():
            if "countersign" in path.relative_to(folder).parts:
                lines.append(f"%dir {place}")
        elif place.startswith("/usr/share/licenses/"):
            lines.append(f"%license {place}")
        elif place.startswith(("/usr/share/doc/", "/usr/share/man/")):
            lines.append(f"%doc {place}")
        else:
            lines.append(place)
    return "\n".join(lines)


def make(root, build, staged, work, release):
    """Makes the package in `work`; gives its file."""
    work.mkdir()
    folder = lay_out(root, build, staged, work, release)
    spec = work / "countersign.spec"
    text = (root / "packaging/rpm/countersign.spec").read_text(encoding="utf-8")
    names = "|".join(re.escape(name) for name in relink.BESIDE_THE_PROGRAM)
    spec.write_text(stage.filled_in(root, text, {
        "VERSION": release.version, "MAINTAINER": release.maintainer, "FORMATS": stage.known_formats(root), "UNITS": stage.units(folder), "TREE": str(folder),
        "FILES": file_list(folder), "CHANGED": release.at("%a %b %d %Y"), "PRIVATE": relink.PRIVATE_FOLDER,
        "PRIVATE_NAMES": names.replace("\\", "\\\\")}), encoding="utf-8")
    top = work / "top"
    stage.run("rpmbuild", "-bb", "--define", f"_topdir {top}", "--define", "_buildhost countersign", "--define", "_binary_payload w12.zstdio",
              "--define", "use_source_date_epoch_as_buildtime 1", "--define", "clamp_mtime_to_source_date_epoch 1",
              "--define", "source_date_epoch_from_changelog 0", "--define", "_docdir_fmt %%{NAME}", spec,
              env={**os.environ, "SOURCE_DATE_EPOCH": str(release.date), "LC_ALL": "C.UTF-8", "TZ": "UTC"})
    made = list((top / "RPMS").rglob("*.rpm"))
    if len(made) != 1:
        sys.exit(f"make-packages: rpmbuild made {len(made)} packages")
    return made[0]
