"""Links the two programs a second time, for systems that do not have Debian's C++ libraries.

What is C++ goes into the program, the C++ runtime included, so that nothing depends on the compiler of another distribution. What
is under the LGPL is a shared library in a folder of its own, where anybody can put another version in its place. The rest is the
system's: OpenSSL, and with it every update of it, first of all.
"""

import pathlib
import re
import shlex
import subprocess

LIBRARIES = pathlib.Path("/usr/lib/x86_64-linux-gnu")

# Static archives in place of shared libraries. fmt and spdlog have none in Debian: runtime.cpp is their compiled half.
INTO_THE_PROGRAM = {
    "libboost_container": "libboost_container.a",
    "libboost_json": "libboost_json.a",
    "libboost_url": "libboost_url.a",
    "libfmt": None,
    "libprotobuf-lite": "libprotobuf-lite.a",
    "libspdlog": None,
    "libsqlite3": "libsqlite3.a",
}
# LGPL-2.1-or-later, shipped beside the programs.
BESIDE_THE_PROGRAM = ("libcsv.so.3", "liboath.so.0")
PRIVATE_FOLDER = "/usr/lib64/countersign"


def link_command(build, program):
    """What CMake links the program with, as words."""
    commands = subprocess.run(["ninja", "-C", build, "-t", "commands", "-s", f"apps/{program}"], check=True, capture_output=True,
                              text=True).stdout.splitlines()
    steps = [step for step in commands if f"-o apps/{program} " in step]
    if len(steps) != 1:
        raise SystemExit(f"{build}: no single step links apps/{program}")
    return [word for word in shlex.split(steps[0]) if word not in (":", "&&")]


def compile_runtime(build, folder):
    """The compiled half of fmt and spdlog, with the flags of the build that it is linked into."""
    flags = [word for word in link_command(build, "countersign") if re.fullmatch(r"-[OgD]\S*", word)]
    source = pathlib.Path(__file__).resolve().parents[1] / "rpm"
    result = folder / "runtime.o"
    subprocess.run(["g++", *flags, "-std=c++20", "-fPIE", "-fstack-protector-strong", "-D_GLIBCXX_ASSERTIONS",
                    f"-ffile-prefix-map={source}=packaging/rpm", f"-ffile-prefix-map={folder}=.", "-c", source / "runtime.cpp",
                    "-o", result], cwd=folder, check=True)
    return result


def curl_without_versions(build, program, folder):
    """A library that stands for libcurl at link time alone: Debian gives its symbols a version that nobody else's has."""
    undefined = subprocess.run(["nm", "--dynamic", "--undefined-only", "--format=posix", pathlib.Path(build, "apps", program)], check=True,
                               capture_output=True, text=True).stdout
    names = sorted(set(re.findall(r"^(curl_\w+)@CURL_OPENSSL_4", undefined, re.MULTILINE)))
    if not names:
        return None
    source = folder / "curl.c"
    source.write_text("".join(f"void {name}(void) {{}}\n" for name in names))
    result = folder / "libcurl.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-Wl,-soname,libcurl.so.4", source, "-o", result], check=True)
    return result


def relinked(words, runtime, curl, result):
    """The words of a link command, changed."""
    words = list(words)
    changed = [words[0], "-static-libstdc++", "-Wl,--exclude-libs,ALL", "-Wl,--as-needed", "-Wl,--disable-new-dtags",
               f"-Wl,-rpath,{PRIVATE_FOLDER}"]
    skip = False
    for word in words[1:]:
        name = re.match(r"[\w+-]+?(?=\.so)", pathlib.PurePath(word).name) if ".so" in word else None
        if skip:
            skip = False
        elif word == "-o":
            skip = True
            changed += ["-o", str(result)]
        elif name and name[0] in INTO_THE_PROGRAM:
            archive = INTO_THE_PROGRAM[name[0]]
            changed.append(str(LIBRARIES / archive) if archive else str(runtime))
        elif name and name[0] == "libcurl" and curl:
            changed.append(str(curl))
        else:
            changed.append(word)
    # An object may stand once only; an archive's order matters no more.
    first = changed.index(str(runtime)) if str(runtime) in changed else None
    changed = [word for place, word in enumerate(changed) if word != str(runtime) or place == first]
    return changed + ["-lm"]


def relink(build, folder):
    """Writes both programs and the libraries beside them into `folder`; gives the programs' paths by name."""
    folder = pathlib.Path(folder).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    runtime = compile_runtime(build, folder)
    programs = {}
    for program in ("countersign", "countersignd"):
        curl = curl_without_versions(build, program, folder)
        programs[program] = folder / program
        subprocess.run(relinked(link_command(build, program), runtime, curl, programs[program]), cwd=build, check=True)
    return programs


def archive(library):
    """The static archive of a library of parts.toml, as the linker takes it."""
    found = subprocess.run(["g++", f"-print-file-name={library}.a"], check=True, capture_output=True, text=True).stdout.strip()
    return pathlib.Path(found).resolve()


def private_libraries():
    return [(LIBRARIES / name).resolve() for name in BESIDE_THE_PROGRAM]
