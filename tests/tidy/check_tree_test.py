"""Each rule of check_tree is shown a small tree that breaks it, and one that does not."""

import pathlib
import tempfile
import unittest

import arrows
import check_tree

SOUND = {
    "CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- One.\n\n## [0.2.0] - 2026-02-01\n\n"
                    "## [0.1.0] - 2026-01-01\n",
    "ledger/base/CMakeLists.txt": "countersign_library(ledger_base\n  SOURCES time.cpp)\n",
    "ledger/base/time.cpp": '#include "ledger/base/time.h"\n',
    "ledger/base/time.h": "#pragma once\n",
}


class TreeCase(unittest.TestCase):
    def faults_of(self, changes):
        """The faults of the sound tree with `changes` (path: text) laid over it, as {(rule, path)}."""
        with tempfile.TemporaryDirectory() as root:
            for path, text in {**SOUND, **changes}.items():
                file = pathlib.Path(root, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            return {(rule, path) for rule, path, _, _ in check_tree.faults(root)}

    def assert_arrow(self, source, include, allowed):
        folder, _, name = source.rpartition("/")
        found = self.faults_of({source: f"#include {include}\n",
                                f"{folder}/CMakeLists.txt": f"countersign_library(x SOURCES time.cpp {name})\n"})
        self.assertEqual(found, set() if allowed else {("arrow", source)}, f"{source} includes {include}")

    def assert_fault(self, rule, path, text):
        self.assertIn((rule, path), self.faults_of({path: text}))


class SoundTree(TreeCase):
    def test_has_no_fault(self):
        self.assertEqual(self.faults_of({}), set())


class Arrows(TreeCase):
    ALLOWED = [
        ("ledger/crypto/digest.cpp", '"ledger/base/time.h"'),
        ("ledger/record/a.cpp", '"ledger/base/time.h"'),
        ("ledger/store/a.cpp", '"ledger/vault/b.h"'),
        ("collector/ingest/a.cpp", '"ledger/store/b.h"'),
        ("collector/http/a.cpp", '"ledger/base/time.h"'),
        ("exporters/bundle/a.cpp", '"exporters/csv/b.h"'),
        ("exporters/bundle/a.cpp", '"exporters/verify/b.h"'),
        ("exporters/verify/a.cpp", '"ledger/tree/b.h"'),
        ("web/api/a.cpp", '"collector/http/b.h"'),
        ("web/api/a.cpp", '"reports/engine/b.h"'),
        ("apps/countersign/a.cpp", '"web/api/b.h"'),
        ("apps/countersign/a.cpp", '"apps/config.h"'),
        ("tests/ledger/store/a.cpp", '"apps/config.h"'),
        ("tests/ledger/store/a.cpp", '"tests/support/b.h"'),
        ("ledger/crypto/a.cpp", "<openssl/evp.h>"),
        ("ledger/sqlite/a.cpp", "<sqlite3.h>"),
        ("collector/http/a.cpp", "<boost/beast/core.hpp>"),
        ("tests/support/a.cpp", "<boost/beast/core.hpp>"),
        ("tests/fault/a.cpp", "<sqlite3.h>"),
        ("ledger/record/a.cpp", "<vector>"),
    ]
    REFUSED = [
        ("ledger/base/a.cpp", '"ledger/crypto/b.h"'),
        ("ledger/crypto/a.cpp", '"ledger/sqlite/b.h"'),
        ("ledger/vault/a.cpp", '"ledger/store/b.h"'),
        ("ledger/projection/a.cpp", '"collector/ingest/b.h"'),
        ("collector/http/a.cpp", '"ledger/crypto/b.h"'),
        ("collector/ingest/a.cpp", '"collector/http/b.h"'),
        ("collector/adapters/a.cpp", '"collector/ingest/b.h"'),
        ("exporters/verify/a.cpp", '"ledger/store/b.h"'),
        ("exporters/verify/a.cpp", '"ledger/vault/b.h"'),
        ("exporters/verify/a.cpp", '"ledger/projection/b.h"'),
        ("exporters/verify/a.cpp", '"collector/adapters/b.h"'),
        ("exporters/verify/a.cpp", '"exporters/bundle/b.h"'),
        ("exporters/bundle/a.cpp", '"collector/ingest/b.h"'),
        ("reports/engine/a.cpp", '"web/api/b.h"'),
        ("web/api/a.cpp", '"apps/config.h"'),
        ("ledger/store/a.cpp", '"tests/support/b.h"'),
        ("ledger/newcomer/a.cpp", '"ledger/base/time.h"'),
        ("ledger/store/a.cpp", '"b.h"'),
        ("ledger/store/a.cpp", '"../base/time.h"'),
        ("ledger/store/a.cpp", "<openssl/evp.h>"),
        ("tests/ledger/store/a.cpp", "<openssl/evp.h>"),
        ("ledger/store/a.cpp", "<sqlite3.h>"),
        ("collector/ingest/a.cpp", "<boost/beast/core.hpp>"),
    ]

    def test_allows_what_the_table_names(self):
        for source, include in self.ALLOWED:
            with self.subTest(source=source, include=include):
                self.assert_arrow(source, include, allowed=True)

    def test_refuses_every_other_arrow(self):
        for source, include in self.REFUSED:
            with self.subTest(source=source, include=include):
                self.assert_arrow(source, include, allowed=False)

    def test_refuses_a_spelling_with_spaces(self):
        self.assert_arrow("ledger/base/a.cpp", ' \t "ledger/crypto/b.h"', allowed=False)

    def test_refuses_folders_of_one_line_that_include_each_other(self):
        found = self.faults_of({"exporters/csv/a.h": '#include "exporters/jsonl/b.h"\n',
                                "exporters/jsonl/b.h": '#include "exporters/csv/a.h"\n'})
        self.assertIn("arrow", {rule for rule, _ in found})

    def test_names_only_folders_that_have_a_line(self):
        for name, targets in arrows.ARROWS.items():
            for target in targets:
                self.assertIn(target, arrows.ARROWS, f"{name} points at {target}")


class Files(TreeCase):
    def test_bounds_the_lines_of_sources_and_headers(self):
        self.assert_fault("length", "ledger/base/time.cpp", "\n" * 401)
        self.assert_fault("length", "ledger/base/time.h", "\n" * 201)
        self.assertEqual(self.faults_of({"ledger/base/time.cpp": "\n" * 400, "ledger/base/time.h": "\n" * 200}), set())

    def test_leaves_the_length_of_tests_alone(self):
        self.assertEqual(self.faults_of({"tests/x/a.h": "\n" * 900}), set())

    def test_refuses_names_that_say_nothing(self):
        for path in ("ledger/common/a.h", "web/api/json_utils.h", "tests/helpers.py", "docs/Misc.md",
                     "apps/session-manager.txt"):
            with self.subTest(path=path):
                self.assert_fault("name", path, "\n")

    def test_accepts_a_word_that_only_contains_a_refused_one(self):
        self.assertEqual(self.faults_of({"docs/uncommonly.md": "\n"}), set())

    def test_refuses_reminders(self):
        for word in ("TO" + "DO", "FIX" + "ME"):
            with self.subTest(word=word):
                self.assert_fault("leftover", "ledger/base/time.h", f"// {word}: later\n")

    def test_refuses_paths_of_one_machine(self):
        for place in ("/wo" + "rk/main", "/ro" + "ot/x", "/tm" + "p/build-x"):
            with self.subTest(place=place):
                self.assert_fault("machine-path", "docs/a.md", f"see {place}\n")

    def test_accepts_a_path_that_only_ends_alike(self):
        self.assertEqual(self.faults_of({"docs/a.md": "the tile/wo" + "rk/x of ${HOME}/ro" + "ot/\n"}), set())

    def test_bounds_the_size_of_files(self):
        big = "x" * ((1 << 20) + 1)
        self.assert_fault("file-size", "docs/picture.svg", big)
        self.assertEqual(self.faults_of({"tests/data/set/big.json": big}), set())

    def test_leaves_the_words_in_test_data_alone(self):
        self.assertEqual(self.faults_of({"tests/data/utils/a.json": "/ro" + "ot/ TO" + "DO"}), set())


class ChangeLog(TreeCase):
    def test_refuses_other_shapes(self):
        for text in ("", "# Changes\n\n## [Unreleased]\n", "# Changelog\n", "# Changelog\n\n## [0.1.0] - 2026-01-01\n",
                     "# Changelog\n\n## [Unreleased]\n\n## 0.1.0\n",
                     "# Changelog\n\n## [Unreleased]\n\n### Improved\n",
                     "# Changelog\n\n## [Unreleased]\n\n## [0.1.0] - 2026-01-01\n\n## [0.2.0] - 2026-02-01\n"):
            with self.subTest(text=text):
                self.assert_fault("change-log", "CHANGELOG.md", text)


class BuildLists(TreeCase):
    def test_misses_a_source(self):
        self.assert_fault("build-list", "ledger/base/forgotten.cpp", "\n")

    def test_misses_a_source_that_is_commented_out_or_only_alike(self):
        path = "ledger/base/forgotten.cpp"
        for line in ("# forgotten.cpp", "not_forgotten.cpp"):
            found = self.faults_of({path: "\n", "ledger/base/CMakeLists.txt": f"time.cpp\n{line}\n"})
            self.assertEqual(found, {("build-list", path)})

    def test_misses_a_folder_without_a_build_file(self):
        self.assert_fault("build-list", "web/api/a.cpp", "\n")

    def test_finds_sources_of_a_loop_and_of_a_folder_below(self):
        self.assertEqual(self.faults_of({
            "tests/fuzz/CMakeLists.txt": "foreach(name note_fuzz)\n  add_executable(${name} ${name}.cpp deep/a.cpp)\n",
            "tests/fuzz/note_fuzz.cpp": "\n", "tests/fuzz/deep/a.cpp": "\n"}), set())


if __name__ == "__main__":
    unittest.main()
