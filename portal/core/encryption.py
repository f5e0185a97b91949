"""Encryption of single values in the database, and keyed hashes to find them by.

A stored value reads `enc:<8 digits that name cipher and key>:<base64 of nonce, tag and ciphertext>`. The first of
FIELD_KEYS encrypts with FIELD_CIPHER; all of them decrypt, whatever the cipher. Behind them, or where there are none,
stand keys derived from SECRET_KEY and its fallbacks. `manage.py rotate_field_keys` writes everything anew under the
first.
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PREFIX = "enc:"
_NONCE, _TAG = 12, 16
_Algorithm = type[algorithms.AES] | type[algorithms.SM4]
# FIELD_CIPHER → the algorithm, and the bytes of its key.
CIPHERS: dict[str, tuple[_Algorithm, int]] = {"aes-gcm": (algorithms.AES, 32), "sm4-gcm": (algorithms.SM4, 16)}


class UndecipherableError(Exception):
    """A stored value whose key is not configured, or which was altered."""


def _secrets() -> tuple[tuple[str, str], ...]:
    """The keys, id and secret, the newest first."""
    keys = tuple((name, secret) for name, secret in settings.FIELD_KEYS)
    return _all_secrets(keys, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=8)
def _all_secrets(configured: tuple[tuple[str, str], ...], *others: str) -> tuple[tuple[str, str], ...]:
    if any(not name or len(secret) < 16 for name, secret in configured):
        raise ImproperlyConfigured("FIELD_KEYS holds `id:secret` pairs, each secret of 16 characters or more")
    derived = [(f"derived from {key}", key) for key in others]
    return (*configured, *derived)


@lru_cache(maxsize=64)
def _derived(secret: str, purpose: str, size: int) -> bytes:
    """Bytes for one purpose: no two ciphers, and no hash, share a key."""
    return hmac.digest(secret.encode(), purpose.encode(), "sha512")[:size]


@lru_cache(maxsize=64)
def _mark(cipher: str, name: str) -> str:
    """How a value encrypted with this cipher under this key begins; of the same length for all."""
    return f"{PREFIX}{hashlib.sha256(f'{cipher}:{name}'.encode()).hexdigest()[:8]}:"


def current_mark() -> str:
    """How a value begins that needs no rotation."""
    return _mark(settings.FIELD_CIPHER, _secrets()[0][0])


def encrypt(text: str) -> str:
    """The text as it is stored; an empty text stays empty."""
    if not text:
        return text
    algorithm, size = CIPHERS[settings.FIELD_CIPHER]
    nonce = os.urandom(_NONCE)
    key = _derived(_secrets()[0][1], settings.FIELD_CIPHER, size)
    encryptor = Cipher(algorithm(key), modes.GCM(nonce)).encryptor()
    sealed = encryptor.update(text.encode()) + encryptor.finalize()
    return current_mark() + base64.b64encode(nonce + encryptor.tag + sealed).decode()


def decrypt(stored: str) -> str:
    """The text of a stored value; one that was never encrypted is the text itself. Raises UndecipherableError."""
    if not stored.startswith(PREFIX):
        return stored
    for name, secret in _secrets():
        for cipher, (algorithm, size) in CIPHERS.items():
            mark = _mark(cipher, name)
            if not stored.startswith(mark):
                continue
            raw = base64.b64decode(stored[len(mark) :])
            nonce, tag, sealed = raw[:_NONCE], raw[_NONCE : _NONCE + _TAG], raw[_NONCE + _TAG :]
            decryptor = Cipher(algorithm(_derived(secret, cipher, size)), modes.GCM(nonce, tag)).decryptor()
            try:
                return (decryptor.update(sealed) + decryptor.finalize()).decode()
            except InvalidTag as error:
                raise UndecipherableError("the value was altered, or the key's secret is another") from error
    raise UndecipherableError(f"no key of FIELD_KEYS is named by {stored[:12]}")


def keyed_hashes(text: str) -> list[str]:
    """What a value may be found by: its hash under each key, the newest first, as rotation takes a while."""
    return [
        hmac.digest(_derived(secret, "hash", 32), text.encode(), "sha256").hex() if text else ""
        for _, secret in _secrets()
    ]


def keyed_hash(text: str) -> str:
    """What a value is stored by, and is unique by, under the newest key; "" for an empty text."""
    return keyed_hashes(text)[0]
