"""What the machine's own packages say of themselves: versions, headers, licences. For the bill of materials and the record of the build."""

import functools
import hashlib
import pathlib
import re
import subprocess
import sys

from making import stage

HEADERS_DIGEST = "SHA-256 of `<SHA-256>  <path>` of each file of the package below /usr/include, in the order of the paths, a line each"
# Debian's short names for licences, in SPDX. Another one stands in the bill of materials as Debian writes it.
SPDX = {
    "Apache-2.0": "Apache-2.0", "BSD-2-clause": "BSD-2-Clause", "BSD-3-clause": "BSD-3-Clause", "BSL-1.0": "BSL-1.0", "CC0-1.0": "CC0-1.0",
    "Expat": "MIT", "GPL-2": "GPL-2.0-only", "GPL-2+": "GPL-2.0-or-later", "GPL-3": "GPL-3.0-only", "GPL-3+": "GPL-3.0-or-later", "ISC": "ISC",
    "LGPL-2+": "LGPL-2.0-or-later", "LGPL-2.1": "LGPL-2.1-only", "LGPL-2.1+": "LGPL-2.1-or-later", "LGPL-3+": "LGPL-3.0-or-later", "Zlib": "Zlib",
    "curl": "curl",
}


def version(package):
    return stage.run("dpkg-query", "--show", "--showformat=${Version}\n", package).splitlines()[0]


def owners(files):
    """The package of each file. Those of a base system are listed where they were before /lib became a link to /usr/lib."""
    asked = {str(place): file for file in files for place in (file, pathlib.Path("/", file.relative_to("/usr")))}
    said = subprocess.run(["dpkg-query", "--search", *asked], capture_output=True, text=True, check=False).stdout
    found = {}
    for line in said.splitlines():
        package, _, place = line.rpartition(": ")
        if place in asked:
            found[asked[place]] = package.partition(":")[0]
    if missing := set(files) - found.keys():
        sys.exit(f"make-packages: no package of Debian has {' '.join(sorted(map(str, missing)))}")
    return found


@functools.cache
def headers_digest(package):
    paths = sorted(path for path in stage.run("dpkg-query", "--listfiles", package).splitlines()
                   if path.startswith("/usr/include/") and pathlib.Path(path).is_file())
    if not paths:
        sys.exit(f"make-packages: the package {package} of packaging/parts.toml has no headers; a part with how = \"headers\" names the one that has")
    lines = (f"{hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()}  {path}\n" for path in paths)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def copyright_file(package):
    return pathlib.Path("/usr/share/doc", package, "copyright")


def stanzas(text):
    """The fields of each paragraph of a file in Debian's format; of a field of several lines the first."""
    for paragraph in re.split(r"\n[ \t]*\n", text):
        yield dict(re.findall(r"(?m)^([A-Za-z-]+):[ \t]*(.*)", paragraph))


@functools.cache
def licences(package):
    """As CycloneDX has them: all that the package's copyright names for files of its source, but for those of Debian's packaging. NOASSERTION where that is
    not in the format for programs."""
    file = copyright_file(package)
    text = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    names = set()
    if re.match(r"Format(-Specification)?:", text):
        names = {fields["License"].strip() for fields in stanzas(text)
                 if fields.get("License", "").strip() and "Files" in fields and not fields["Files"].startswith("debian/")}
    known = {SPDX[name] for name in names if name in SPDX}
    others = names - SPDX.keys() - known
    return ([{"license": {"id": name}} for name in sorted(known)] + [{"license": {"name": name}} for name in sorted(others)]
            or [{"license": {"name": "NOASSERTION"}}])
