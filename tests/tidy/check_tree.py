#!/usr/bin/env python3
"""Checks of the repository itself: include directions, sizes, names, leftovers, build lists, the change log.

    tests/tidy/check_tree.py [ROOT]

Prints one line per fault, `path:line: rule: what is wrong`, and exits 1 if there is any.
"""

import pathlib
import re
import sys

import arrows
from source_tree import SourceTree, is_data

PRODUCT_FOLDERS = ("ledger/", "collector/", "exporters/", "reports/", "web/", "apps/")
LINES_MAX = {".cpp": 400, ".h": 200}
BYTES_MAX = 1 << 20

# Names that say nothing about what is inside.
EMPTY_NAMES = {"common", "util", "utils", "helper", "helpers", "misc", "manager", "managers"}

LEFTOVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b")

# Places that exist on one machine only.
MACHINE_PATH = re.compile(r"(?<![\w.$}])/(work/|root/|tmp/build)")

VERSION_HEADING = re.compile(r"## \[(\d+)\.(\d+)\.(\d+)\] - \d{4}-\d\d-\d\d$")
CHANGE_KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def check_arrows(tree):
    yield from arrows.check(tree)


def check_lengths(tree):
    for path in tree.cpp():
        if path.startswith(PRODUCT_FOLDERS):
            limit = LINES_MAX[pathlib.PurePosixPath(path).suffix]
            lines = (tree.text(path) or "").count("\n")
            if lines > limit:
                yield path, limit + 1, f"{lines} lines; the limit is {limit}: find the second purpose and cut there"


def check_names(tree):
    reported = set()
    for path in tree.paths:
        if is_data(path):
            continue
        parts = path.split("/")
        parts[-1] = parts[-1].partition(".")[0]
        for part in parts:
            bad = EMPTY_NAMES.intersection(re.split(r"[_\-.]", part.lower()))
            if bad and part not in reported:
                reported.add(part)
                yield path, 0, f"'{part}' says nothing about what is inside ('{bad.pop()}')"


def check_leftovers(tree):
    yield from matches(tree, LEFTOVER, "finish it or file it; the tree keeps no reminders")


def check_machine_paths(tree):
    yield from matches(tree, MACHINE_PATH, "a path of one machine")


def matches(tree, pattern, message):
    for path in tree.paths:
        text = None if is_data(path) else tree.text(path)
        for match in pattern.finditer(text or ""):
            yield path, text.count("\n", 0, match.start()) + 1, f"{message}: {match[0]}"


def check_file_sizes(tree):
    for path in tree.paths:
        if not path.startswith("tests/data/") and tree.size(path) > BYTES_MAX:
            yield path, 0, f"{tree.size(path)} bytes; files over 1 MiB belong under tests/data, if anywhere"


def check_change_log(tree):
    """Keep a Changelog 1.1.0: Unreleased first, then the versions, newest first, each in the known kinds."""
    path = "CHANGELOG.md"
    lines = (tree.text(path) or "").splitlines() if path in tree.paths else []
    if not lines or lines[0] != "# Changelog":
        yield path, 1, "starts with the line '# Changelog'"
        return
    headings = [(number, line) for number, line in enumerate(lines, 1) if line.startswith("## ")]
    if not headings or headings[0][1] != "## [Unreleased]":
        yield path, headings[0][0] if headings else 1, "the first section is '## [Unreleased]'"
    newest = None
    for number, line in headings[1:]:
        match = VERSION_HEADING.match(line)
        if not match:
            yield path, number, f"a version's heading is '## [1.2.3] - 2001-02-03', not '{line}'"
            continue
        version = tuple(map(int, match.groups()))
        if newest is not None and version >= newest:
            yield path, number, "versions stand newest first"
        newest = version
    for number, line in enumerate(lines, 1):
        if line.startswith("### ") and line[4:] not in CHANGE_KINDS:
            yield path, number, f"'{line[4:]}' is none of {', '.join(sorted(CHANGE_KINDS))}"


def check_build_lists(tree):
    """A source that no CMakeLists.txt names is never compiled, and a test that is never compiled never fails."""
    for path in tree.cpp():
        if not path.endswith(".cpp") or not path.startswith(PRODUCT_FOLDERS + ("tests/",)):
            continue
        build_file = nearest_build_file(tree, path)
        if build_file is None:
            yield path, 0, "no CMakeLists.txt in its folder or above"
        elif not names_source(tree.text(build_file), build_file, path):
            yield path, 0, f"is not listed in {build_file}"


def nearest_build_file(tree, path):
    for folder in pathlib.PurePosixPath(path).parents:
        candidate = "CMakeLists.txt" if str(folder) == "." else f"{folder}/CMakeLists.txt"
        if candidate in tree.paths:
            return candidate
    return None


def names_source(text, build_file, path):
    """Whether the build file lists the source, by its path from there; `${x}.cpp` in a loop takes the bare name."""
    text = re.sub(r"#.*", "", text)
    relative = path[len(build_file) - len("CMakeLists.txt"):]
    words = set(re.split(r"[\s()\"]+", text))
    if relative in words or any(word.endswith("}/" + relative) for word in words):
        return True
    return bool(re.search(r"\$\{\w+\}\.cpp", text)) and relative.removesuffix(".cpp") in words


RULES = {
    "arrow": check_arrows,
    "length": check_lengths,
    "name": check_names,
    "leftover": check_leftovers,
    "machine-path": check_machine_paths,
    "file-size": check_file_sizes,
    "change-log": check_change_log,
    "build-list": check_build_lists,
}


def faults(root):
    """All faults of the tree at `root`, as (rule, path, line, message)."""
    tree = SourceTree(root)
    return [(rule, *fault) for rule, check in RULES.items() for fault in check(tree)]


def main(arguments):
    root = arguments[0] if arguments else pathlib.Path(__file__).resolve().parents[2]
    found = faults(root)
    for rule, path, line, message in found:
        print(f"{path}:{line}: {rule}: {message}" if line else f"{path}: {rule}: {message}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
