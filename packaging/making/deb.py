"""The Debian package, by dpkg-deb. Its dependencies are what dpkg-shlibdeps finds, held against dependencies.txt."""

import hashlib
import os
import re
import shutil
import sys

from making import licences, sbom, stage

# Every installation of Debian has them, so dependencies.txt does not name them.
EVERYWHERE = {"libc6", "libgcc-s1", "libstdc++6"}
# What is no library, and how the package asks for it.
BESIDES = {
    "debconf": "debconf (>= 0.5) | debconf-2.0",
    "fonts-liberation": "fonts-liberation",
    "openssl": "openssl",
    "procps": "procps",
    "systemd": "systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles",
}

SCRIPTS = ("config", "preinst", "postinst", "prerm", "postrm")


def loaded(programs, work):
    """What dpkg-shlibdeps says that the programs depend on, as `name (>= version)`."""
    folder = work / "shlibdeps"
    (folder / "debian").mkdir(parents=True)
    (folder / "debian/control").write_text("Source: countersign\n\nPackage: countersign\nArchitecture: any\n")
    words = [f"-e{program}" for program in programs]
    line = stage.run("dpkg-shlibdeps", "-O", *words, cwd=folder)
    return line.partition("shlibs:Depends=")[2].strip().split(", ")


def provider(name):
    """The package itself, or the one that provides a virtual one, as libspdlog1.10 does libspdlog1.10-fmt9."""
    for line in stage.run("dpkg-query", "--show", "--showformat=${Package}\t${Provides}\n").splitlines():
        package, _, provided = line.partition("\t")
        if name in (package, *(word.partition(" ")[0] for word in provided.split(", "))):
            return package
    return name


def check_list(root, depends):
    """The one list of dependencies says what the programs load, no more and no less."""
    found = {provider(re.split(r"[ :]", line)[0]) for line in depends} - EVERYWHERE
    listed = set(stage.dependencies(root, "run"))
    needed = found | set(BESIDES)
    if needed != listed:
        sys.exit("make-packages: the group `run` of packaging/dependencies.txt is not what the package needs: "
                 f"missing {sorted(needed - listed)}, too many {sorted(listed - needed)}")


def control(root, folder, depends, release):
    size = sum((path.lstat().st_size + 1023) // 1024 if path.is_file() else 1 for path in folder.rglob("*"))
    return f"""Package: countersign
Version: {release.version}-1
Architecture: {stage.run("dpkg", "--print-architecture").strip()}
Maintainer: {release.maintainer}
Installed-Size: {size}
Depends: {", ".join(sorted(depends) + sorted(BESIDES.values()))}
Recommends: ca-certificates, sudo
Suggests: apparmor, prometheus, time-daemon
Section: admin
Priority: optional
{(root / "packaging/debian/description").read_text(encoding="utf-8").strip()}
"""


def changelog(release):
    return (f"countersign ({release.version}-1) stable; urgency=medium\n\n"
            "  * What changed in this version stands in changelog.gz.\n\n"
            f" -- {release.maintainer}  {release.at('%a, %d %b %Y %H:%M:%S +0000')}\n")


def write_scripts(root, folder, release):
    debian = folder / "DEBIAN"
    debian.mkdir()
    values = {"VERSION": release.version, "FORMATS": stage.known_formats(root), "UNITS": stage.units(folder)}
    for name in SCRIPTS:
        text = (root / "packaging/debian" / name).read_text(encoding="utf-8")
        (debian / name).write_text(stage.filled_in(root, text, values), encoding="utf-8")
    shutil.copyfile(root / "packaging/debian/templates", debian / "templates")
    return debian


def sums_of(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "DEBIAN" not in path.relative_to(folder).parts)
    return "".join(f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in files)


def make(root, build, staged, work, release):
    """Makes the package in `work`; gives its file."""
    work.mkdir()
    folder = stage.copy_of(staged, work / "tree")
    programs = [folder / path for path in stage.PROGRAMS.values()]
    depends = loaded(programs, work)
    check_list(root, depends)
    for program in programs:
        stage.strip(program)
    doc = folder / "usr/share/doc/countersign"
    (doc / "changelog.Debian").write_text(changelog(release), encoding="utf-8")
    for file in (doc / "changelog", doc / "changelog.Debian"):
        stage.compress(file)
    stage.compress_manual(folder)
    (doc / "copyright").write_text(licences.copyright_text(root, "deb"), encoding="utf-8")
    (doc / "countersign.cdx.json").write_text(sbom.document(root, build, folder, release, "deb"), encoding="utf-8")
    overrides = folder / "usr/share/lintian/overrides"
    overrides.mkdir(parents=True)
    shutil.copyfile(root / "packaging/debian/lintian-overrides", overrides / "countersign")
    debian = write_scripts(root, folder, release)
    (debian / "md5sums").write_text(sums_of(folder))
    (debian / "control").write_text(control(root, folder, depends, release), encoding="utf-8")
    stage.settle(folder, release)
    for name in SCRIPTS:
        (debian / name).chmod(0o755)
    made = work / f"countersign_{release.version}-1_{stage.run('dpkg', '--print-architecture').strip()}.deb"
    # One thread: how xz cuts its blocks depends on how many there are.
    stage.run("dpkg-deb", "--root-owner-group", "-Zxz", "--threads-max=1", "--build", folder, made,
              env={**os.environ, "SOURCE_DATE_EPOCH": str(release.date)})
    return made
