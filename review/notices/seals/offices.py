"""Which office seals with what: a TOML file that the site keeps, `settings.SEALS_FILE`.

trust = ["root.pem"]                          roots that signatures are checked against; all files beside this one

[offices.320200]                              by region; an office without an entry seals on paper
provider = "pkcs12"
file = "320200.p12"
passphrase_env = "SEAL_320200"                the environment variable that holds it; or `passphrase`
picture = "320200.png"                        optional: without, the signature is not seen

[offices.320211]
provider = "pkcs11"
module = "/usr/lib/softhsm/libsofthsm2.so"
token = "bureau"
key = "seal"                                  label of key and certificate
pin_env = "SEAL_PIN"                          or `pin`
certificate = "320211.pem"                    optional: the certificate and those above it, else the token's

[offices.320213]
provider = "remote"
url = "https://seal.example.gov.cn/sign"
token_env = "SEAL_TOKEN"                      optional
name = "无锡市某局"                            whom its certificate names
bytes = 4096                                  optional: the most that its signed data takes
digest = "sm3"                                optional: for a service that signs by SM2; else "sha256"

A service's answer keeps the paper PDF/A where it is numbered by RFC 5652; by GB/T 35275 it is taken, too.
"""

import os
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from asn1crypto import x509
from django.conf import settings

from review.notices.seals.picture import read_picture
from review.notices.seals.providers import NoSeal, PadesSeal, SealError, SealProvider
from review.notices.seals.signers import RemoteSigner, from_device, from_pkcs12, read_certificates

# Bytes: two certificates, a signature of RSA with 2,048 bits, and some.
_AT_SERVICE = 4096


def provider_of(region_code: str) -> SealProvider:
    """The seal of the office of a region. Raises SealError where it is configured and cannot be made ready."""
    path, changed = _file()
    return _provider(path, changed, region_code) if changed else NoSeal()


def trusted_roots() -> list[x509.Certificate]:
    """The certificates that the site takes for roots."""
    path, changed = _file()
    return _roots(path, changed) if changed else []


def _file() -> tuple[Path, int]:
    """The file, and when it was last changed; 0 where there is none."""
    path = Path(settings.SEALS_FILE)
    try:
        return path, path.stat().st_mtime_ns
    except FileNotFoundError:
        return path, 0


@lru_cache(maxsize=128)
def _provider(path: Path, changed: int, region_code: str) -> SealProvider:
    """Kept with its key while the file stays as it is."""
    entry = _read(path, changed).get("offices", {}).get(region_code)
    if entry is None:
        return NoSeal()
    try:
        return _made(entry, path.parent)
    except Exception as error:  # a device's own, too
        raise SealError(f"{path.name} 中 offices.{region_code} 的印章不能使用：{error}") from error


@lru_cache(maxsize=4)
def _roots(path: Path, changed: int) -> list[x509.Certificate]:
    try:
        return [
            root for name in _read(path, changed).get("trust", []) for root in read_certificates(path.parent / name)
        ]
    except (OSError, ValueError) as error:
        raise SealError(f"{path.name} 中 trust 的证书不能读取：{error}") from error


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> dict[str, Any]:  # noqa: ARG001 - part of the key
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SealError(f"{path.name} 不是合法的 TOML：{error}") from error


def _made(entry: Mapping[str, str], folder: Path) -> SealProvider:
    picture = read_picture(folder / entry["picture"]) if "picture" in entry else None
    match entry.get("provider"):
        case "pkcs12":
            kept = from_pkcs12(folder / entry["file"], _secret(entry, "passphrase"))
            return PadesSeal.of(kept, picture)
        case "pkcs11":
            chain = read_certificates(folder / entry["certificate"]) if "certificate" in entry else []
            pin = _secret(entry, "pin")
            device = from_device(entry["module"], entry["token"], entry["key"], pin=pin, chain=chain)
            return PadesSeal.of(device, picture)
        case "remote":
            return PadesSeal(
                RemoteSigner(entry["url"], _secret(entry, "token")),
                entry["name"],
                picture,
                int(entry.get("bytes", _AT_SERVICE)),
                _digest(entry.get("digest", "sha256")),
            )
        case other:
            raise ValueError(f"provider 只能是 pkcs12、pkcs11 或 remote，不是“{other}”。")


def _digest(name: str) -> str:
    if name not in ("sha256", "sm3"):
        raise ValueError(f"digest 只能是 sha256 或 sm3，不是“{name}”。")
    return name


def _secret(entry: Mapping[str, str], name: str) -> str:
    """A secret that stands in the file or, better, in the environment."""
    variable = entry.get(f"{name}_env")
    if variable is None:
        return entry.get(name, "")
    if variable not in os.environ:
        raise ValueError(f"环境变量 {variable} 没有设置。")
    return os.environ[variable]
