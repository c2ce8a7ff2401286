"""The licences of everything in a package, in Debian's machine-readable format."""

import re
import sys
import tomllib

WHERE = {
    "deb": {"APACHE": "/usr/share/common-licenses/Apache-2.0"},
    "rpm": {"APACHE": "LICENSE, beside this file", "LGPL": "LGPL-2.1, beside this file", "GPL": "GPL-3, beside this file"},
}


def parts_in(root, kind):
    """What others have made, of parts.toml, that this kind of package holds."""
    with open(root / "packaging/parts.toml", "rb") as file:
        return [part for part in tomllib.load(file)["part"] if kind in part["in"]]


def stanza(part):
    return f"Files: {part['files']}\nCopyright: {part['copyright']}\nLicense: {part['licence']}\nComment: {part['name']}.\n"


def copyright_text(root, kind):
    parts = parts_in(root, kind)
    texts = (root / "packaging/licences.txt").read_text(encoding="utf-8")
    known = {re.match(r"License: (.*)", text)[1]: text.strip() + "\n" for text in re.split(r"\n(?=License: )", texts)}
    wanted = ["Apache-2.0"] + sorted({part["licence"] for part in parts} - {"Apache-2.0"})
    missing = [name for name in wanted if name not in known]
    if missing:
        sys.exit(f"make-packages: packaging/licences.txt has no text of {missing}")
    chapters = ["Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: Countersign\n"
                "Comment: The stanzas below the first one name what others have made and this package holds.\n",
                "Files: *\nCopyright: Countersign contributors\nLicense: Apache-2.0\n"]
    chapters += [stanza(part) for part in parts] + [known[name] for name in wanted]
    text = "\n".join(chapters)
    for name, place in WHERE[kind].items():
        text = text.replace(f"@{name}@", place)
    return text
