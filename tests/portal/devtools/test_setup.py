"""The set-up: it must see what is missing, say what it does, and do nothing twice."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from portal.devtools import setup

ROOT = Path(__file__).resolve().parent.parent.parent.parent


def test_packages_that_are_not_installed_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = "make installed\npurged-one config-files\n"
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_kwargs: subprocess.CompletedProcess([], 1, answer, ""))
    assert setup.missing_packages(("make", "purged-one", "unknown")) == ["purged-one", "unknown"]


def test_nothing_is_installed_where_nothing_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "missing_packages", lambda wanted: [])
    monkeypatch.setattr(setup, "run", lambda *args, **kwargs: pytest.fail("apt was called"))
    setup.install_system_packages(("make",))


def test_an_ordinary_user_installs_by_sudo_and_is_told_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    assert setup.as_root(["apt-get", "update"])[0] == "sudo"
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(setup.SetupError, match="no sudo.*apt-get update"):
        setup.as_root(["apt-get", "update"])


def test_a_failing_command_shows_its_output() -> None:
    with pytest.raises(setup.SetupError, match=r"(?s)ended with 3.*the reason"):
        setup.run(["sh", "-c", "echo the reason; exit 3"])


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, list[list[str]]]:
    """A made-up requirements folder, and the commands that would have been run."""
    commands: list[list[str]] = []
    requirements = tmp_path / "requirements"
    requirements.mkdir()
    for name in ("build", "base", "dev"):
        (requirements / f"{name}.txt").write_text(f"{name}==1\n")

    def record(command: list[str], **_kwargs: Any) -> None:
        commands.append(command)
        (tmp_path / "venv" / "bin").mkdir(parents=True, exist_ok=True)
        (tmp_path / "venv" / "bin" / "python").touch()

    monkeypatch.setattr(setup, "REQUIREMENTS", requirements)
    monkeypatch.setattr(setup, "run", record)
    return tmp_path, commands


def test_packages_are_installed_by_hash_and_builders_first(environment: tuple[Path, list[list[str]]]) -> None:
    directory, commands = environment
    setup.make_venv(directory / "venv", requirement="base")
    installs = commands[1:]
    assert [Path(command[-1]).name for command in installs] == ["build.txt", "base.txt"]
    assert all("--require-hashes" in command for command in installs)
    assert "--no-build-isolation" in installs[1]


def test_an_environment_is_left_alone_until_its_requirements_change(
    environment: tuple[Path, list[list[str]]],
) -> None:
    directory, commands = environment
    setup.make_venv(directory / "venv", requirement="base")
    commands.clear()
    setup.make_venv(directory / "venv", requirement="base")
    assert commands == []
    (directory / "requirements" / "base.txt").write_text("base==2\n")
    setup.make_venv(directory / "venv", requirement="base")
    assert [Path(command[-1]).name for command in commands] == ["build.txt", "base.txt"]


def test_an_environment_for_tests_serves_the_demo_too(environment: tuple[Path, list[list[str]]]) -> None:
    directory, commands = environment
    setup.make_venv(directory / "venv", requirement="dev")
    commands.clear()
    setup.make_venv(directory / "venv", requirement="base")
    assert commands == []


@pytest.mark.parametrize("name", ["build", "base", "dev", "bench"])
def test_pinned_requirements_carry_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    blocks = [block for block in text.replace("\\\n", " ").splitlines() if "==" in block and not block.startswith("#")]
    assert blocks
    assert [block for block in blocks if "--hash=sha256:" not in block] == []
    assert "://" not in text


def test_tests_and_demo_run_the_same_versions() -> None:
    def pins(name: str) -> dict[str, str]:
        lines = (ROOT / "requirements" / f"{name}.txt").read_text().splitlines()
        return dict(line.split()[0].split("==") for line in lines if "==" in line and not line.startswith((" ", "#")))

    base, dev = pins("base"), pins("dev")
    assert {name: dev.get(name) for name in base} == base
