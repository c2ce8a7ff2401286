"""The pages of the documentation as their tests read them: fenced blocks and code spans, each with its line."""

import dataclasses
import json
import re

FENCE = re.compile(r"^ {0,3}(```+)(.*)$")
LINK = re.compile(r"\]\(([^)\s]+)\)")
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


@dataclasses.dataclass
class Block:
    page: str
    line: int
    word: str
    text: str
    heading: str
    # Whether nothing but empty lines lies between it and the block before.
    follows: bool


@dataclasses.dataclass
class Page:
    name: str
    blocks: list
    # (line, text) of each code span, and (line, target) of each link, that stand outside of blocks.
    spans: list
    links: list
    headings: list

    def of(self, word):
        return [block for block in self.blocks if block.word == word]


def names(root):
    """Every page that tells people what to type."""
    found = [*root.glob("*.md"), *root.glob("docs/*.md"), *root.glob("*/README.md"), *root.glob("packaging/**/README.md"), root / "ledger" / "FORMAT.md"]
    return sorted({str(path.relative_to(root)) for path in found} - {"CHANGELOG.md"})


def read(root, name):
    blocks, spans, links, headings, heading, open_block, since = [], [], [], [], "", None, None
    for number, line in enumerate((root / name).read_text(encoding="utf-8").splitlines(), 1):
        fence = FENCE.match(line)
        if open_block:
            if fence and not fence[2].strip():
                blocks.append(open_block)
                open_block, since = None, True
            else:
                open_block.text += line + "\n"
        elif fence:
            open_block = Block(name, number, fence[2].strip(), "", heading, bool(since))
        else:
            if line.startswith("#"):
                heading = line.lstrip("#").strip()
                headings.append(heading)
            spans += [(number, span) for span in SPAN.findall(line)]
            links += [(number, target) for target in LINK.findall(SPAN.sub("", line))]
            since = since and not line.strip()
    if open_block:
        raise ValueError(f"{name}:{open_block.line}: the block does not end")
    return Page(name, blocks, spans, links, headings)


def anchor(heading):
    """What a link to a heading ends with, as it is made of it where the pages are shown."""
    return re.sub(r"[^\w\- ]", "", heading.lower().replace("`", "")).replace(" ", "-")


def documents(text):
    """The JSON documents of a text, one after another."""
    decoder, at, found = json.JSONDecoder(), 0, []
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found
