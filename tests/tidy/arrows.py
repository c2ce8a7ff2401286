"""Which folder may include which: the table of docs/architecture.md as data, and the check of it."""

import re

# Folder: the folders that its files may include. What those may include is allowed too, so the table holds
# only the arrows themselves. `exporters/*` stands for every folder of exporters that has no line of its own.
ARROWS = {
    "ledger/base": [],
    "ledger/crypto": ["ledger/base"],
    "ledger/sqlite": ["ledger/base"],
    "ledger/record": ["ledger/crypto", "ledger/sqlite"],
    "ledger/tree": ["ledger/crypto", "ledger/sqlite"],
    "ledger/alarm": ["ledger/tree"],
    "ledger/mirror": ["ledger/alarm", "ledger/record", "ledger/tree"],
    "ledger/vault": ["ledger/record", "ledger/tree"],
    "ledger/store": ["ledger/record", "ledger/tree", "ledger/vault"],
    "ledger/privacy": ["ledger/store", "ledger/vault"],
    "ledger/retention": ["ledger/privacy", "ledger/store"],
    "ledger/projection": ["ledger/store", "ledger/vault"],
    "ledger/backup": ["ledger/privacy"],
    "ledger/witness": ["ledger/alarm", "ledger/store"],
    "collector/http": ["ledger/base"],
    "collector/adapters": ["ledger/projection"],
    "collector/protocols": ["ledger/record"],
    "collector/signatures": ["ledger/record"],
    "ledger/policy": ["ledger/record"],
    "collector/ingest": ["ledger/projection", "ledger/retention", "collector/adapters", "collector/protocols", "collector/signatures"],
    "collector/endpoints": ["collector/http", "collector/ingest", "ledger/policy"],
    "collector/syslog": ["collector/http", "collector/protocols"],
    "collector/pull": ["collector/http", "collector/ingest"],
    "collector/mapping": ["ledger/record"],
    # The offline verifier needs nothing that a running appliance has.
    "exporters/jsonl": ["ledger/record", "ledger/tree"],
    "exporters/csv": ["exporters/jsonl"],
    "exporters/verify": ["ledger/policy", "ledger/record", "ledger/tree", "exporters/jsonl", "exporters/csv"],
    "exporters/siem": ["ledger/record"],
    "exporters/*": ["exporters/siem", "ledger/policy", "ledger/projection", "ledger/witness", "exporters/*", "exporters/verify"],
    "reports/*": ["ledger/policy", "ledger/projection", "reports/*"],
    "web/*": ["ledger/mirror", "ledger/witness", "ledger/projection", "ledger/privacy", "collector/ingest", "collector/http", "collector/endpoints", "exporters/*", "reports/*", "web/*"],
    "apps": ["web/*", "ledger/privacy", "ledger/retention", "ledger/backup", "collector/syslog", "collector/pull", "collector/mapping"],
}

# Only these folders may include a library's headers; everybody else goes through the folder's own interface.
# Among the tests: the fault VFS is a SQLite VFS, and the benchmarks measure the bare libraries beside ours. A
# software authenticator makes keys of its own.
LIBRARY_OWNERS = {
    "openssl/": ["ledger/crypto", "tests/web/webauthn"],
    "expat.h": ["reports/sheets"],
    "fido.h": ["web/webauthn"],
    "fido/": ["web/webauthn"],
    "liboath/": ["web/auth"],
    "qrencode.h": ["web/auth"],
    "p11-kit/": ["ledger/crypto"],
    "curl/": ["web/senders"],
    "librdkafka/": ["web/senders/batch", "tests/web/senders/batch"],
    "cairo": ["reports/render", "tests/reports/render"],
    "pango/": ["reports/render", "tests/reports/render"],
    "sqlite3.h": ["ledger/sqlite", "tests/fault", "tests/support", "tests/bench"],
    "boost/beast": ["collector/http", "tests/support", "tests/bench"],
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def rule_of(folder):
    """The line of ARROWS that holds for `folder`, or None."""
    parts = folder.split("/")
    if parts[0] == "apps":
        return "apps"
    for name in ("/".join(parts[:2]), f"{parts[0]}/*"):
        if name in ARROWS:
            return name
    return None


def closure():
    """Each line of ARROWS with everything it reaches."""
    reach = {}

    def visit(name):
        if name not in reach:
            reach[name] = {name}
            for target in ARROWS[name]:
                reach[name] |= visit(target)
        return reach[name]

    for name in ARROWS:
        visit(name)
    return reach


def folder_of(path):
    """The folder that the table speaks of; the programs are one, with all that is below."""
    folder = path.rpartition("/")[0]
    return "apps" if folder.startswith("apps/") else folder


def check(tree):
    """Yields (path, line, message) for each include that the table does not allow, and for each circle."""
    yield from check_includes(tree)
    yield from check_circles(tree)


def check_includes(tree):
    reach = closure()
    products = {name.partition("/")[0] for name in ARROWS}
    for path in tree.cpp():
        text = tree.text(path) or ""
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start(2)) + 1
            message = (check_library(path, match[2]) if match[1] == "<"
                       else check_project(path, match[2], reach, products))
            if message:
                yield path, line, message


def check_library(path, header):
    for prefix, owners in LIBRARY_OWNERS.items():
        if header.startswith(prefix) and not any(path.startswith(owner + "/") for owner in owners):
            return f"only {' and '.join(owners)} may include <{header}>"
    return None


def check_project(path, header, reach, products):
    top = header.partition("/")[0]
    if ".." in header.split("/") or top not in products | {"tests"}:
        return f'includes start at the root of the project: "{header}" does not'
    source, target = folder_of(path), folder_of(header)
    if path.startswith("tests/"):
        return None
    if top == "tests":
        return f'a product file includes "{header}": tests are for tests only'
    if source.partition("/")[0] not in products:
        return f"{source} has no line in ARROWS (tests/tidy/arrows.py)"
    source_rule, target_rule = rule_of(source), rule_of(target)
    if source_rule is None or target_rule is None:
        return f"{source if source_rule is None else target} has no line in ARROWS (tests/tidy/arrows.py)"
    if target_rule not in reach[source_rule]:
        return f'{source} may not include "{header}"'
    return None


def check_circles(tree):
    """Folders that one line of the table covers may include each other, but not in a circle."""
    arrows = {}
    for path in tree.cpp():
        source = folder_of(path)
        if path.startswith("tests/"):
            continue
        for match in INCLUDE.finditer(tree.text(path) or ""):
            target = folder_of(match[2])
            if match[1] == '"' and target != source:
                arrows.setdefault(source, {})[target] = path
    reported = set()
    for start in sorted(arrows):
        circle = find_path(arrows, start, start)
        if circle and not reported.intersection(circle):
            reported.update(circle)
            yield arrows[circle[0]][circle[1]], 0, f"folders include each other: {' -> '.join(circle)}"


def find_path(arrows, start, goal):
    """A path of at least one arrow from `start` to `goal`, as a list of folders, or None."""
    waiting, seen = [[start]], set()
    while waiting:
        path = waiting.pop()
        for target in sorted(arrows.get(path[-1], {})):
            if target == goal:
                return [*path, target]
            if target not in seen:
                seen.add(target)
                waiting.append([*path, target])
    return None
