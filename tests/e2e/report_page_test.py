"""The page of a report in a real browser: read by axe-core in both themes and at two widths, silent, asking for nothing, and printed."""

import base64
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from browser import Browser

AXE = pathlib.Path(os.environ["CLIENTS"]) / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK, PHONE = 1280, 390


class ReportPage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="countersign-report-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.html = subprocess.run([os.environ["WRITE_HTML"]], check=True, capture_output=True, text=True).stdout
        cls.browser = cls.enterClassContext(Browser())

    def open(self, html, scheme="light", width=DESK):
        """The page at a window, under its own policy, with everything written down that it does."""
        file = self.folder / f"{self.id()}-{scheme}-{width}.html"
        file.write_text(html)
        page = self.browser.page("about:blank")
        page.send("Page.setBypassCSP", {"enabled": False})
        page.send("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        page.send("Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width == PHONE})
        for domain in ("Network", "Log", "Runtime"):
            page.send(f"{domain}.enable")
        page.go(file.as_uri())
        return page, file.as_uri()

    def violations(self, page):
        page.send("Runtime.evaluate", {"expression": AXE.read_text()})
        found = page.run("async tags => (await axe.run(document, {runOnly: tags, resultTypes: ['violations']})).violations", RULES)
        self.assertIsInstance(found, list, found)
        return [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]

    def test_axe_finds_nothing_in_either_theme_nor_at_either_width(self):
        grounds = set()
        for scheme in ("light", "dark"):
            for width in (DESK, PHONE):
                with self.subTest(scheme=scheme, width=width):
                    page, _ = self.open(self.html, scheme, width)
                    self.assertEqual(self.violations(page), [])
                    grounds.add(page.run("() => getComputedStyle(document.body).backgroundColor"))
                    self.assertLessEqual(page.run("() => document.documentElement.scrollWidth"), width)
        self.assertEqual(len(grounds), 2, "both themes look the same")

    def test_axe_would_find_what_is_wrong(self):
        faint = self.html.replace("--soft:#586069", "--soft:#c9ced4").replace("<html lang=\"en\">", "<html>")
        page, _ = self.open(faint)
        self.assertEqual({"color-contrast", "html-has-lang"}, {name for name, _ in self.violations(page)})

    def test_it_asks_for_nothing_and_complains_of_nothing(self):
        page, address = self.open(self.html)
        self.assertEqual(page.run("() => document.querySelectorAll('h2').length > 8"), True)
        asked = {one["request"]["url"] for one in page.happened("Network.requestWillBeSent")}
        self.assertEqual(asked - {"data:,"}, {address})
        for event in ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
            self.assertEqual(page.happened(event), [])

    def test_the_policy_stops_a_script_that_got_in(self):
        page, _ = self.open(self.html.replace("</main>", "<script>document.title = 'owned'</script></main>"))
        self.assertNotEqual(page.run("() => document.title"), "owned")
        self.assertIn("Content Security Policy", "".join(one["entry"]["text"] for one in page.happened("Log.entryAdded")))

    def test_every_region_that_scrolls_is_reached_by_keyboard(self):
        page, _ = self.open(self.html, width=PHONE)
        wide = page.run("""() => [...document.querySelectorAll('*')].filter(one => one.scrollWidth > one.clientWidth + 1 &&
            ['auto', 'scroll'].includes(getComputedStyle(one).overflowX)).map(one => [one.id, one.tabIndex])""")
        self.assertTrue(wide)
        self.assertEqual([name for name, index in wide if index != 0], [])

    def test_its_values_are_what_the_sqlite3_shell_takes(self):
        page, _ = self.open(self.html)
        lines = page.run("() => [...document.querySelectorAll('pre')].map(one => one.innerText).join('\\n')")
        values = [line for line in lines.splitlines() if line.startswith(".parameter set ")]
        self.assertIn(".parameter set :window_s 900", values)
        script = "\n".join([".parameter init", *values, "SELECT key, quote(value) FROM temp.sqlite_parameters ORDER BY key;"])
        shell = subprocess.run(["sqlite3", "-batch", ":memory:"], input=script, check=True, capture_output=True, text=True)
        self.assertEqual(shell.stderr, "")
        got = dict(line.split("|", 1) for line in shell.stdout.splitlines())
        self.assertEqual((got[":tenant"], got[":purpose"], got[":exempt_role"]), ("'acme'", "'step_up'", "NULL"))
        self.assertEqual((got[":first_seq"], got[":end_seq"], got[":from"]), ("1000", "26853", "1782864000000000"))

    def test_it_prints_with_margins_that_say_what_it_is_and_repeats_heads_of_tables(self):
        long = re.sub(r"(<tr><th scope=\"row\"[^>]*>2026-07</th>.*</tr>\n)", lambda row: row[1] * 120, self.html)
        page, _ = self.open(long)
        file = self.folder / "printed.pdf"
        file.write_bytes(base64.b64decode(page.send("Page.printToPDF", {"preferCSSPageSize": True})["data"]))
        text = subprocess.run(["pdftotext", "-layout", file, "-"], check=True, capture_output=True, text=True).stdout
        pages = text.rstrip("\f").split("\f")
        self.assertGreater(len(pages), 10)
        for number, one in enumerate(pages, 1):
            self.assertRegex(one, rf"Page {number} of {len(pages)}\b")
            self.assertIn("SOC 2 CC6.1, CC7.2 · 2026-07-01 00:00:00 UTC to 2026-10-01 00:00:00 UTC", one)
            self.assertIn("by ana@example.com", one)
        rows = [one for one in pages if len(re.findall(r"^\s*2026-07\s+4,120", one, re.M)) > 5]
        self.assertGreater(len(rows), 2)
        for one in rows:
            self.assertRegex(one, r"Month\s+SMS\s+E-mail\s+WhatsApp\s+Passkey")
        # Each control begins on a page of its own, and the signatures have the last.
        self.assertIn("Approved by management", pages[-1])


if __name__ == "__main__":
    unittest.main()
