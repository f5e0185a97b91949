"""How the second factor's package keeps its secrets here."""

from allauth.mfa.adapter import DefaultMFAAdapter

from portal.core.encryption import decrypt, encrypt


class MfaAdapter(DefaultMFAAdapter):
    """Keys of authenticators and seeds of recovery codes are encrypted: a copy of the database passes no check."""

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)
