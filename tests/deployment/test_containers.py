"""The container files, as far as they can be checked without an engine: by linter, by specification, by reading."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
OURS = ("prepare", "web", "worker", "beat")
OTHERS = ("proxy", "postgres", "redis")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def test_dockerfile_passes_hadolint() -> None:
    result = subprocess.run(
        [BIN / "hadolint", "--no-color", "Dockerfile"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout


def test_compose_file_follows_the_compose_specification() -> None:
    result = subprocess.run(
        [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_compose_file_defines_what_its_services_refer_to(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {*OURS, *OTHERS}
    assert {name for service in services.values() for name in service.get("depends_on", {})} <= set(services)
    sources = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert {source for source in sources if not source.startswith(".")} == set(compose["volumes"])
    assert all((ROOT / source).is_file() for source in sources if source.startswith("."))
    assert {name for service in services.values() for name in service["networks"]} == set(compose["networks"])


def test_a_service_that_is_waited_for_as_healthy_has_a_health_check(compose: dict[str, Any]) -> None:
    waited = {
        name
        for service in compose["services"].values()
        for name, terms in service.get("depends_on", {}).items()
        if terms["condition"] == "service_healthy"
    }
    assert waited == {"postgres", "redis", "web"}
    assert all("healthcheck" in compose["services"][name] for name in waited)


@pytest.mark.parametrize("name", [*OURS[1:], *OTHERS])
def test_every_lasting_service_is_watched_and_restarted(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["healthcheck"]["test"]
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", OURS)
def test_our_containers_run_from_one_image_without_privileges(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["image"] == "ip-fund-portal"
    assert service["volumes"] == ["data:/data"]


@pytest.mark.parametrize("name", [*OURS, *OTHERS])
def test_every_container_is_bounded_and_can_gain_nothing(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["logging"]["options"] == {"max-size": "20m", "max-file": "5"}
    assert name in OURS or service["user"] not in ("root", "0")


def test_no_lasting_container_knows_the_owners_password_and_the_data_have_no_way_out(compose: dict[str, Any]) -> None:
    services = compose["services"]
    knowing = {name for name, service in services.items() if "DATABASE_OWNER_PASSWORD" in str(service)}
    assert knowing == {"prepare", "postgres"}
    assert compose["networks"]["data"]["internal"] is True
    assert services["postgres"]["networks"] == services["redis"]["networks"] == ["data"]
    assert services["proxy"]["networks"] == ["front"]


def test_nothing_but_the_proxy_is_reachable_and_that_only_from_this_host(compose: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert list(published) == ["proxy"]
    assert all(port.startswith("127.0.0.1:") for port in published["proxy"])


def test_secrets_have_no_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "DATABASE_OWNER_PASSWORD", "DATABASE_PASSWORD", "REDIS_PASSWORD"):
        uses = re.findall(rf"\$\{{{name}\b([^}}]*)\}}", text)
        assert uses
        assert all(use.startswith(":?") for use in uses)


def test_every_variable_of_the_compose_file_is_in_the_example() -> None:
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    offered = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert used == offered


def test_settings_accept_the_environment_of_the_containers(compose: dict[str, Any], tmp_path: Path) -> None:
    """The names that compose passes are names that the settings read, down to database and broker."""
    values = {"SECRET_KEY": "k" * 60, "DATABASE_PASSWORD": "secret", "REDIS_PASSWORD": "hidden"}

    def filled(value: str) -> str:
        return re.sub(
            r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}", lambda match: values.get(match[1], match[2] or ""), str(value)
        )

    environment = {key: filled(value) for key, value in compose["services"]["web"]["environment"].items()}
    parts = [ROOT / "portal" / "settings.py", *(ROOT / "portal" / "core").glob("*_config.py")]
    settings_source = "".join(part.read_text() for part in parts)
    assert [key for key in environment if f'"{key}"' not in settings_source] == []
    result = subprocess.run(
        [
            sys.executable,
            "-c",
            (
                "from portal import settings as s; d = s.DATABASES['default']\n"
                "print(d['ENGINE'], d['HOST'], d['NAME'], d['PASSWORD'], s.CELERY_BROKER_URL, s.DEMO)"
            ),
        ],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.split() == [
        *("portal.core.postgresql", "postgres", "portal", "secret"),
        *("redis://:hidden@redis:6379/0", "False"),
    ]


def test_image_is_built_from_checked_packages_in_the_order_of_the_set_up() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    installs = re.findall(r"pip install [^\n\\]*", dockerfile)
    assert [re.search(r"requirements/(\w+)\.txt", line)[1] for line in installs] == ["build", "base"]  # type: ignore[index]
    assert all("--require-hashes" in line for line in installs)
    assert "--no-build-isolation" in installs[1]


def test_container_does_not_run_as_root() -> None:
    users = re.findall(r"^USER (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert users
    assert users[-1] not in {"root", "0"}


def test_what_is_private_or_made_stays_out_of_the_image() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".env", "var", ".venv", ".cache"} <= set(ignored)
