"""Bring a Debian 12 machine to where the portal can run: system packages, fonts, Python packages.

Run by path with the system's Python 3.11 (`python3.11 portal/devtools/setup.py demo`): it uses the standard library
only, as no virtual environment stands yet. Every step looks whether it is already done, and costs milliseconds then.
"""

import argparse
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CACHE = ROOT / ".cache"
VENV = ROOT / ".venv"
BENCH_VENV = ROOT / ".venv-bench"
REQUIREMENTS = ROOT / "requirements"
SOURCE_FONTS = CACHE / "fonts-src"

DEMO_PACKAGES = (
    "ca-certificates",
    "fontconfig",
    "fonts-babelstone-han",  # this and the next two: characters of names that Noto lacks
    "fonts-cns11643-sung",
    "fonts-hanazono",
    "fonts-liberation",  # letters and figures of the notices, with the widths of Times
    "fonts-noto-cjk",  # 黑体, 小标宋, and the characters that 仿宋 lacks
    "libharfbuzz-subset0",  # without it WeasyPrint needs fifty times as long for a notice
    "libpango-1.0-0",
    "libpangoft2-1.0-0",
)
# Debian takes this out of its Python; other builds of Python 3.11 have it.
VENV_PACKAGES = () if importlib.util.find_spec("ensurepip") else ("python3.11-venv",)
TEST_PACKAGES = (
    *DEMO_PACKAGES,
    "openssl",
    "chromium",
    "chromium-driver",
    "libreoffice-calc-nogui",  # opens the workbooks and computes their totals anew
    "nginx-light",  # the proxy that the containers run
    "openjdk-17-jre-headless",  # runs veraPDF, the checker of PDF/A and PDF/UA
    "poppler-utils",
    "postgresql",
    "procps",
    "redis-server",
    "softhsm2",  # keys on a device, for the tests of seals
)
# Without the build's date: a security update of Python leaves the packages as they are.
PYTHON_VERSION = platform.python_version()
# A machine that has just started may be updating itself, and holds apt's lock.
PATIENT = ("-o", "DPkg::Lock::Timeout=300")
# 仿宋 comes with TeX; the font alone is taken out of the package, TeX is not installed.
FANDOL_PACKAGE = "texlive-lang-chinese"
FANDOL_FONT = "FandolFang-Regular.otf"


class SetupError(RuntimeError):
    """A step failed; the message says what a person can do."""


def say(text: str) -> None:
    """Tell what is being done, at once."""
    print(f"==> {text}", flush=True)


def run(command: list[str], *, cwd: Path = ROOT, environment: dict[str, str] | None = None) -> None:
    """Run a command, showing its output only when it fails."""
    result = subprocess.run(
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if result.returncode:
        raise SetupError(f"{' '.join(command)}\nended with {result.returncode}:\n{result.stdout[-4000:]}")


def as_root(command: list[str]) -> list[str]:
    """Prefix a command with sudo where we are not root."""
    if os.geteuid() == 0:
        return command
    if shutil.which("sudo") is None:
        raise SetupError(f"Not root, and there is no sudo. Have an administrator run: {' '.join(command)}")
    return ["sudo", "DEBIAN_FRONTEND=noninteractive", *command]


def apt_environment() -> dict[str, str]:
    """Return an environment in which apt asks no questions."""
    return os.environ | {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


def digest_of(*parts: Path | str) -> str:
    """Return a hash over files' contents and strings."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def missing_packages(wanted: tuple[str, ...]) -> list[str]:
    """Return those Debian packages that are not fully installed."""
    answer = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\\n", *wanted],
        capture_output=True,
        text=True,
        check=False,
    )
    installed = {line.split()[0] for line in answer.stdout.splitlines() if line.endswith(" installed")}
    return [name for name in wanted if name not in installed]


def install_system_packages(wanted: tuple[str, ...]) -> None:
    """Install what Debian has and this machine lacks."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-query") is None:
        raise SetupError(f"This set-up knows Debian 12 only. Install the equivalents of: {', '.join(wanted)}")
    missing = missing_packages(wanted)
    if not missing:
        return
    say(f"Installing Debian packages: {' '.join(missing)}")
    run(as_root(["apt-get", "update", "--quiet"]), environment=apt_environment())
    run(
        as_root(["apt-get", *PATIENT, "install", "--yes", "--quiet", "--no-install-recommends", *missing]),
        environment=apt_environment(),
    )


def fetch_fandol() -> None:
    """Put 仿宋 into .cache/fonts-src; apt checks the package's signature on the way."""
    target = SOURCE_FONTS / FANDOL_FONT
    if target.exists():
        return
    say(f"Taking the font {FANDOL_FONT} out of {FANDOL_PACKAGE} (some 50 MB to download, once)")
    SOURCE_FONTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        work = Path(name)
        # The sandbox user of apt may not write into our directory.
        download = ["apt-get", "download", "--quiet", "-o", "APT::Sandbox::User=root", FANDOL_PACKAGE]
        try:
            run(download, cwd=work, environment=apt_environment())
        except SetupError:
            run(as_root(["apt-get", "update", "--quiet"]), environment=apt_environment())
            run(download, cwd=work, environment=apt_environment())
        (archive,) = work.glob("*.deb")
        run(["dpkg-deb", "--extract", str(archive), str(work / "tree")])
        found = next((work / "tree").rglob(FANDOL_FONT), None)
        if found is None:
            raise SetupError(f"{archive.name} holds no {FANDOL_FONT}.")
        shutil.copy2(found, work / FANDOL_FONT)
        (work / FANDOL_FONT).replace(target)


def make_venv(directory: Path, *, requirement: str) -> None:
    """Bring a virtual environment to the pinned, hash-checked state of requirements/<requirement>.txt."""
    build, wanted = REQUIREMENTS / "build.txt", REQUIREMENTS / f"{requirement}.txt"

    def is_done(name: str) -> bool:
        stamp = directory / f".{name}-stamp"
        return stamp.exists() and stamp.read_text() == digest_of(build, REQUIREMENTS / f"{name}.txt", PYTHON_VERSION)

    # What the tests need holds all that the demo needs, in the same versions.
    if is_done(requirement) or (requirement == "base" and is_done("dev")):
        return
    python = directory / "bin" / "python"
    if not python.exists():
        say(f"Making the virtual environment {directory.name}")
        run([sys.executable, "-m", "venv", "--clear", str(directory)])
    say(f"Installing Python packages of requirements/{requirement}.txt into {directory.name}, by hash")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--require-hashes"]
    run([*pip, "--requirement", str(build)])
    # The builders above are the ones that build: no build may fetch others, unchecked.
    run([*pip, "--no-build-isolation", "--requirement", str(wanted)])
    (directory / f".{requirement}-stamp").write_text(digest_of(build, wanted, PYTHON_VERSION))


def build_fonts() -> None:
    """Cut the notices' fonts to size; the command itself knows whether that is still to do."""
    if not (CACHE / "fonts" / "current").exists():
        say("Cutting the notices' fonts to size (half a minute, once)")
    run([str(VENV / "bin" / "python"), "manage.py", "build_fonts"], environment=os.environ | {"DEMO": "1"})


def main() -> int:
    """Set up for one purpose; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("purpose", choices=["demo", "fonts", "test", "check", "bench"])
    purpose = parser.parse_args().purpose
    bare = purpose in {"demo", "fonts"}
    if sys.version_info[:2] != (3, 11):
        print("The portal needs Python 3.11.", file=sys.stderr)
        return 1
    CACHE.mkdir(exist_ok=True)
    try:
        install_system_packages((*(DEMO_PACKAGES if bare else TEST_PACKAGES), *VENV_PACKAGES))
        fetch_fandol()
        make_venv(VENV, requirement="base" if bare else "dev")
        if purpose == "bench":
            make_venv(BENCH_VENV, requirement="bench")
        build_fonts()
    except SetupError as error:
        print(f"Set-up failed. {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
