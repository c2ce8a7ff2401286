#!/usr/bin/env python3
"""Checks of the pages of the documentation that need no program: what a block is, and that it can be what it says.

    tests/tidy/check_docs.py [ROOT]

Prints one line per fault, `path:line: rule: what is wrong`, and exits 1 if there is any. What the blocks say is run by tests/e2e/docs_test.py.
"""

import pathlib
import re
import sys
import tomllib

import doc_pages

# What a block may be: commands, settings, documents, programs; text is what nobody runs: output, formats, pictures.
WORDS = {"sh", "toml", "json", "sql", "python", "js", "go", "java", "yaml", "ini", "text"}

COMMAND = re.compile(r"^\s*(\$ |(sudo|countersignd?|curl|make|systemctl|systemd-\S+|journalctl|apt(-get)?|dnf|cmake|ctest|openssl|sqlite3|export|rm|cp|mkdir|echo|cat)\s)")
# What nobody can type: a gap, or a word in angle brackets. A redirection is followed by a space, a heredoc by another bracket.
GAP = re.compile(r"…|<[A-Za-z][^<>\n]*>")
UNIT_TEST = re.compile(r"^([A-Z][A-Za-z0-9]+)\.(\*|[A-Z]\w+…?)$")
END_TO_END = re.compile(r"^e2e\.([a-z_0-9]+)(\.[a-z_]+)?$")
MAKE = re.compile(r"^make ([a-z][a-z-]*)$")


def check_words(page):
    for block in page.blocks:
        if block.word not in WORDS:
            yield block.line, f"the block is '{block.word}'; say after the fence which of {', '.join(sorted(WORDS))} it is"


def check_text(page):
    for block in page.of("text"):
        for number, line in enumerate(block.text.splitlines(), block.line + 1):
            if COMMAND.match(line):
                yield number, "a command in a block of text: make it a block of sh, which is run"


def check_commands(page):
    for block in page.of("sh"):
        for number, line in enumerate(block.text.splitlines(), block.line + 1):
            if GAP.search(line):
                yield number, "nobody can type that: give a value or a variable"


def check_data(page):
    for word, parse in (("json", doc_pages.documents), ("toml", tomllib.loads)):
        for block in page.of(word):
            try:
                parse(block.text)
            except ValueError as error:
                yield block.line, f"is no {word.upper()}: {error}"


def check_targets(page, targets):
    for line, span in page.spans:
        target = MAKE.match(span)
        if target and target[1] not in targets:
            yield line, f"the Makefile has no target {target[1]}"


def check_links(page, root):
    for line, link in page.links:
        if re.match(r"[a-z]+:", link):
            continue
        file, _, part = link.partition("#")
        path = (root / page.name).parent / file if file else root / page.name
        if not path.exists():
            yield line, f"the link {link} leads nowhere"
        elif part and part not in map(doc_pages.anchor, doc_pages.read(root, str(path.resolve().relative_to(root))).headings):
            yield line, f"{file or 'the page'} has no heading {part}"


def check_tests(page, tests):
    """Names of tests, which pages give as the proof of what they say."""
    suites = {test.partition(".")[0] for test in tests}
    for line, span in page.spans:
        named = UNIT_TEST.match(span)
        if named:
            suite, test = named.groups()
            known = suite in suites if test == "*" else any(name.startswith(f"{suite}.{test.rstrip('…')}") for name in tests)
        else:
            named = END_TO_END.match(span)
            known = named and f"e2e.{named[1]}" in tests
        if named and not known:
            yield line, f"there is no test {span}"


def tests_of(root):
    """What tests are called: Suite.Test of units, e2e.name of end-to-end tests."""
    for path in root.glob("tests/**/*_test.cpp"):
        yield from (f"{suite}.{test}" for suite, test in re.findall(r"\bTEST(?:_F|_P)?\((\w+),\s*(\w+)\)", path.read_text(encoding="utf-8")))
    yield from (f"e2e.{path.name.removesuffix('.py').removesuffix('_test')}" for path in root.glob("tests/e2e/*.py"))


def faults(root):
    tests = set(tests_of(root))
    targets = set(re.findall(r"^([a-z][a-z-]*):", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for name in doc_pages.names(root):
        try:
            page = doc_pages.read(root, name)
        except ValueError as error:
            yield str(error)
            continue
        for rule, found in (("words", check_words(page)), ("text", check_text(page)), ("commands", check_commands(page)),
                            ("data", check_data(page)), ("targets", check_targets(page, targets)), ("tests", check_tests(page, tests)),
                            ("links", check_links(page, root))):
            yield from (f"{name}:{line}: {rule}: {what}" for line, what in found)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]).resolve()
    found = list(faults(root))
    print("\n".join(found) if found else f"{len(doc_pages.names(root))} pages are as they should be")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
