"""The files of the repository, as the checks of this folder read them."""

import pathlib
import subprocess

# Hand-written C++; data, corpora and build trees never count.
CPP_SUFFIXES = (".cpp", ".h")

# What .gitignore leaves out, for a tree that was unpacked from an archive and has no git.
IGNORED_FOLDERS = {".git", "build", "demo", "__pycache__"}


class SourceTree:
    """The files below `root` that belong to the project: tracked ones, and new ones that are not ignored."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.paths = sorted(path for path in self._listed() if (self.root / path).is_file())

    def text(self, path):
        """The file as text, or None if it is not UTF-8."""
        try:
            return (self.root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            return None

    def size(self, path):
        return (self.root / path).stat().st_size

    def cpp(self):
        return [path for path in self.paths if path.endswith(CPP_SUFFIXES) and not is_data(path)]

    def _listed(self):
        if (self.root / ".git").exists():
            listing = subprocess.run(
                ["git", "-c", f"safe.directory={self.root}", "-C", str(self.root), "ls-files", "-z",
                 "--cached", "--others", "--exclude-standard"], capture_output=True, check=False)
            if listing.returncode == 0:
                return [name for name in listing.stdout.decode().split("\0") if name]
        return self._walked()

    def _walked(self):
        for path in self.root.rglob("*"):
            relative = path.relative_to(self.root)
            if not IGNORED_FOLDERS.intersection(relative.parts):
                yield relative.as_posix()


def is_data(path):
    """Whether the file is test input, which is kept as its source spells it."""
    return path.startswith(("tests/data/", "tests/fuzz/corpus/"))
