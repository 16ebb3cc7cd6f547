"""A column whose text the database never sees in clear.

Fernet (AES-128-CBC with HMAC-SHA-256) under a key derived from SECRET_KEY. Such a
column cannot be searched or sorted, on purpose. Files have their own keys.
"""

import base64
from functools import cache
from typing import Any

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text in Python, ciphertext in the column; empty stays empty."""

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return seal(text) if text else text

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return unseal(value) if value else value


def seal(text: str) -> str:
    return _cipher().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises InvalidToken when another SECRET_KEY sealed it, or nobody did."""
    return _cipher().decrypt(sealed.encode()).decode()


@cache
def _cipher() -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"hub.columns")
    return Fernet(
        base64.urlsafe_b64encode(derived.derive(settings.SECRET_KEY.encode()))
    )
