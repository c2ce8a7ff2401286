"""The software bill of materials of a package: CycloneDX 1.5, JSON, the same bytes from the same parts.

It names what is inside (compiled in, linked statically, shipped beside the programs, built by npm, data) with the version that it was
built with, and the libraries that the programs load of the system, with the version that they were linked against. Each has hashes: of
the library files, of the headers all together, of the data, or that of npm's lock; and licences (debian_parts.py)."""

import base64
import hashlib
import json
import pathlib
import re
import sys
import uuid
from urllib.parse import quote

from making import debian_parts, licences, relink, stage

NAMESPACE = uuid.UUID("6f0c4c6c-3f1d-5b1e-9a53-0d2f6c1d1f5a")


def debian_purl(package, version):
    return f"pkg:deb/debian/{quote(package)}@{quote(version, safe='')}?distro=debian-12"


def component(name, version, purl, linkage, scope="required", **more):
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "scope": scope, **more, "purl": purl,
            "properties": [{"name": "countersign:linkage", "value": linkage}]}


def npm_lock(root):
    return json.loads((root / "web/ui/package-lock.json").read_text(encoding="utf-8"))["packages"]


def sha256(content):
    return [{"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}]


def files_of(paths):
    """Files of a component, by the place where they are known."""
    return {"components": [{"type": "file", "bom-ref": f"file:{place}", "name": str(place), "hashes": sha256(pathlib.Path(file).read_bytes())}
                           for place, file in sorted(paths.items())]}


def of_debian(root, part, how, folder, more):
    """A part that was taken from a package of Debian."""
    package = part["version_of"].partition(":")[2]
    version = debian_parts.version(package)
    if how == "static" and part["how"] == "static":
        archives = [relink.archive(library) for library in part["libraries"]]
        more.update(files_of({archive: archive for archive in archives}))
    elif how == "shared":
        beside = [path for path in (folder / relink.PRIVATE_FOLDER.lstrip("/")).iterdir() if path.name.partition(".so")[0] in part["libraries"]]
        more.update(files_of({f"{relink.PRIVATE_FOLDER}/{path.name}": path for path in beside}))
    else:
        more["hashes"] = [{"alg": "SHA-256", "content": debian_parts.headers_digest(package)}]
    made = component(part["name"], version, debian_purl(package, version), how, **more)
    if "hashes" in more:
        made["properties"].append({"name": "countersign:hashed", "value": debian_parts.HEADERS_DIGEST})
    return made


def shipped(root, part, kind, folder):
    """A part of parts.toml as a component."""
    where, _, package = part["version_of"].partition(":")
    more = {"licenses": [{"expression": part["spdx"]}] if " " in part["spdx"] else [{"license": {"id": part["spdx"]}}]}
    how = "static" if kind == "rpm" and part["how"] == "headers" and "libraries" in part else part["how"]
    if where == "debian":
        return of_debian(root, part, how, folder, more)
    if where == "npm":
        locked = npm_lock(root)[f"node_modules/{package}"]
        algorithm, _, digest = locked["integrity"].partition("-")
        if algorithm != "sha512":
            sys.exit(f"make-packages: package-lock.json has {algorithm} for {package}, not sha512")
        more["hashes"] = [{"alg": "SHA-512", "content": base64.b64decode(digest).hex()}]
        return component(part["name"], locked["version"], f"pkg:npm/{quote(package)}@{locked['version']}", how, **more)
    if part["version_of"] not in (root / part["source"]).read_text(encoding="utf-8"):
        sys.exit(f"make-packages: {part['source']} has another version of {part['name']} than packaging/parts.toml")
    more["hashes"] = sha256((root / part["files"]).read_bytes())
    made = component(part["name"], part["version_of"], part["purl"], how, **more)
    return {**made, "type": "data"} if how == "data" else made


def needed(program):
    return re.findall(r"\(NEEDED\)\s+Shared library: \[(.+)\]", stage.run("readelf", "--dynamic", "--wide", program))


def loaded(programs, private):
    """The shared libraries of the system that programs load, as components."""
    names = {name for program in programs for name in needed(program) if not name.startswith("ld-linux")} - private
    files = {name: (relink.LIBRARIES / name).resolve() for name in names}
    owners = debian_parts.owners(set(files.values()))
    packages = {}
    for name, file in files.items():
        packages.setdefault(owners[file], {})[name] = file
    for owner, linked in sorted(packages.items()):
        version = debian_parts.version(owner)
        made = component(owner, version, debian_purl(owner, version), "dynamic", licenses=debian_parts.licences(owner),
                         **files_of({file: file for file in linked.values()}))
        made["properties"] += [{"name": "countersign:soname", "value": name} for name in sorted(linked)]
        made["externalReferences"] = [{"type": "license", "url": f"file://{debian_parts.copyright_file(owner)}", "comment": "in the package of Debian"}]
        yield made


def document(root, build, folder, release, kind):
    programs = [folder / path for path in stage.PROGRAMS.values()]
    private = {path.name for path in (folder / "usr/lib64/countersign").glob("*")}
    components = [shipped(root, part, kind, folder) for part in licences.parts_in(root, kind)] + list(loaded(programs, private))
    components.sort(key=lambda each: each["bom-ref"])
    references = [each["bom-ref"] for each in components]
    if len(references) != len(set(references)):
        sys.exit(f"make-packages: the SBOM would name a part twice: {sorted(ref for ref in references if references.count(ref) > 1)}")
    itself = f"pkg:generic/countersign@{release.version}"
    files = [{"type": "file", "bom-ref": f"file:{path}", "name": f"/{path}",
              "hashes": sha256((folder / path).read_bytes())}
             for path in stage.PROGRAMS.values()]
    bom = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "serialNumber": "", "version": 1,
        "metadata": {
            "timestamp": release.at("%Y-%m-%dT%H:%M:%SZ"),
            "component": {"type": "application", "bom-ref": itself, "name": "countersign", "version": release.version, "purl": itself,
                          "licenses": [{"license": {"id": "Apache-2.0"}}], "components": files},
            "properties": [{"name": "countersign:package", "value": kind}],
        },
        "components": components,
        "dependencies": [{"ref": itself, "dependsOn": references}] + [{"ref": ref} for ref in references],
    }
    content = json.dumps(bom, sort_keys=True, ensure_ascii=False)
    bom["serialNumber"] = f"urn:uuid:{uuid.uuid5(NAMESPACE, content)}"
    return json.dumps(bom, indent=1, ensure_ascii=False) + "\n"
