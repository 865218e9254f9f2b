"""Encryption at rest for what identifies a person, and a keyed hash to find it again.

The key comes from ``XINQIAO_SECRET``.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet


class Vault:
    """Encrypts short texts and hashes them for look-up.

    Args:
        secret: the installation's secret, any text.
    """

    def __init__(self, secret: str) -> None:
        key = hashlib.sha256(secret.encode()).digest()
        self._cipher = Fernet(base64.urlsafe_b64encode(key))
        self._mac = hashlib.sha256(b"look-up:" + key).digest()

    def seal(self, text: str) -> str:
        """The text, encrypted."""
        return self._cipher.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """The text that was sealed.

        Raises:
            cryptography.fernet.InvalidToken: sealed with another secret, or damaged.
        """
        return self._cipher.decrypt(sealed.encode()).decode()

    def fingerprint(self, text: str) -> str:
        """A keyed hash: equal for equal texts, tells nothing without the secret."""
        return hmac.new(self._mac, text.encode(), hashlib.sha256).hexdigest()


def masked_phone(phone: str) -> str:
    """A phone number that its owner recognises and others do not: ``139****5678``."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 7 else "****"
