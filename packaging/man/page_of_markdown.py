#!/usr/bin/env python3
"""Makes a manual page of a page of the documentation, so that there is one text of it.

    page_of_markdown.py FILE.md NAME SECTION VERSION > NAME.SECTION

Takes what docs/configuration.md has: headings, paragraphs, tables, lists, code, links. The first paragraph becomes the description.
"""

import pathlib
import re
import sys


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"(?m)^([.'])", r"\\&\1", text)


def inline(text):
    """Emphasis, code and links of a line."""
    text = re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r"\1", text)
    pieces = re.split(r"(`[^`]+`|\*\*[^*]+\*\*)", text)
    shown = []
    for piece in pieces:
        if piece.startswith("`") and len(piece) > 1:
            shown.append("\\fB" + roff(piece[1:-1]) + "\\fR")
        elif piece.startswith("**"):
            shown.append("\\fI" + roff(piece[2:-2]) + "\\fR")
        else:
            shown.append(roff(piece))
    return "".join(shown)


def cells(row):
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def table(rows):
    """A row becomes a tagged paragraph: its first cell is the tag, the last one the text, what is between stands in brackets."""
    heading = cells(rows[0])
    for row in rows[2:]:
        columns = cells(row)
        yield ".TP\n" + inline(columns[0])
        between = [f"{name} {value}" for name, value in zip(heading[1:-1], columns[1:-1]) if value]
        text = inline(columns[-1]) + (" (" + inline("; ".join(between)) + ")" if between else "")
        yield text.lstrip() or "\\&"


def blocks(lines):
    """The page's parts: (kind, lines)."""
    part, kind, in_code = [], None, False
    for line in lines + [""]:
        if line.startswith("```"):
            if in_code:
                yield "code", part
                part = []
            elif part:
                yield kind, part
                part = []
            in_code = not in_code
            kind = None
            continue
        if in_code:
            part.append(line)
            continue
        this = None if not line.strip() else "heading" if line.startswith("#") else "table" if line.startswith("|") \
            else "item" if re.match(r"[-*] |\d+\. ", line) else "text"
        continues = part and this == "text" and kind in ("text", "item")
        if part and this != "table" and not continues or part and kind != "table" and this == "table":
            yield kind, part
            part = []
        if this:
            if not continues:
                kind = this
            part.append(line)


def page(text, name, section, version):
    lines = [f'.TH {name.upper()} {section} "" "Countersign {version}" "File Formats"', ".ad l", ".nh", ".SH NAME",
             roff(name) + " \\- configuration of a Countersign appliance", ".SH DESCRIPTION"]
    for kind, part in blocks(text.splitlines()):
        if kind == "heading":
            level, _, title = part[0].partition(" ")
            if level != "#":
                lines.append((".SH " if level == "##" else ".SS ") + inline(title.upper() if level == "##" else title))
        elif kind == "table":
            lines += table(part)
        elif kind == "item":
            lines += [".IP \\(bu 2", inline(" ".join(line.strip() for line in part).split(" ", 1)[1])]
        elif kind == "code":
            lines += [".PP", ".nf", *(roff(line) or "\\&" for line in part), ".fi"]
        elif kind == "text":
            lines += [".PP", inline(" ".join(line.strip() for line in part))]
    lines += [".SH SEE ALSO", ".BR countersignd (8),", ".BR countersign (1)"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    sys.stdout.write(page(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"), *sys.argv[2:]))
