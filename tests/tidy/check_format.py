#!/usr/bin/env python3
"""Checks that every C++ file is laid out as .clang-format says; with --fix, lays it out."""

import pathlib
import subprocess
import sys

from source_tree import SourceTree

FORMATTER = "clang-format-14"


def main(arguments):
    root = pathlib.Path(__file__).resolve().parents[2]
    mode = ["-i"] if arguments == ["--fix"] else ["--dry-run", "-Werror"]
    files = SourceTree(root).cpp()
    if not files:
        print("there is no C++ file to check")
        return 1
    result = subprocess.run([FORMATTER, *mode, *files], cwd=root, check=False)
    if result.returncode != 0:
        print("`make format` lays the files out")
    return result.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
