#!/usr/bin/env python3
"""What check_docs.py finds, and that it finds nothing in a page that is as it should be."""

import pathlib
import tempfile
import unittest

import check_docs

GOOD = """# A page

`make demo` does it, and `Suite.Test` and `e2e.some` show it; see [below](#the-second-part) and [the other](docs/other.md#a-heading).

```sh
countersign log --json > logs.json
cat <<< "$VALUE"
```

```json
{"a":1} {"b":2}
```

## The second part

```text
what is printed
```
"""


class CheckDocs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name, text in {"Makefile": "demo: build\n", "docs/other.md": "# A heading\n", "tests/ledger/suite_test.cpp": "TEST(Suite, Test) {}\n",
                           "tests/e2e/some_test.py": "", "ledger/FORMAT.md": "# Formats\n"}.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text, encoding="utf-8")

    def found(self, text):
        """(line, rule) of each fault of a README."""
        (self.root / "README.md").write_text(text, encoding="utf-8")
        return [(int(fault.split(":")[1]), fault.split(": ")[1]) for fault in check_docs.faults(self.root)]

    def test_a_good_page_has_no_fault(self):
        self.assertEqual(self.found(GOOD), [])

    def test_a_block_says_what_it_is(self):
        self.assertEqual(self.found("```\nls\n```\n"), [(1, "words")])
        self.assertEqual(self.found("```bash\nls\n```\n"), [(1, "words")])

    def test_commands_are_no_text(self):
        for line in ("countersign log", "  curl https://x", "$ ls", "sudo countersign doctor"):
            self.assertEqual(self.found(f"```text\nfirst\n{line}\n```\n"), [(3, "text")], line)

    def test_commands_can_be_typed(self):
        for line in ("countersign show … 1", "countersign show <tenant> 1"):
            self.assertEqual(self.found(f"```sh\n{line}\n```\n"), [(2, "commands")], line)

    def test_data_can_be_read(self):
        self.assertEqual(self.found("```json\n{\"a\":[…]}\n```\n"), [(1, "data")])
        self.assertEqual(self.found("```toml\na = \n```\n"), [(1, "data")])

    def test_what_is_named_is_there(self):
        self.assertEqual(self.found("`make nothing`\n"), [(1, "targets")])
        self.assertEqual(self.found("`Suite.Other`, `Other.*`, `e2e.other`\n"), [(1, "tests")] * 3)
        self.assertEqual(self.found("[a](docs/gone.md), [b](docs/other.md#gone), [c](#gone)\n"), [(1, "links")] * 3)

    def test_a_block_ends(self):
        self.assertEqual(len(list(check_docs.faults(self.root))), 0)
        (self.root / "README.md").write_text("```sh\nls\n", encoding="utf-8")
        self.assertIn("the block does not end", next(check_docs.faults(self.root)))


if __name__ == "__main__":
    unittest.main()
