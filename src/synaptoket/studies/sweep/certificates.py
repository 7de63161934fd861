"""The user's own certificates, which replace those made for a sweep."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...parameters.errors import UserError

if TYPE_CHECKING:
    from distributed import Security

#: The roles for which Dask takes certificates.
ROLES = ("client", "scheduler", "worker")


@dataclass(frozen=True)
class Certificates:
    """PEM files: the authority, a certificate that it has signed, the key of the certificate.

    The key may stand in the file of the certificate.
    """

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    def __bool__(self) -> bool:
        return any((self.ca, self.cert, self.key))

    def check(self) -> None:
        """Raise `UserError` if one is missing; nothing is read."""
        if self and (self.ca is None or self.cert is None):
            option = "--tls-ca" if self.ca is None else "--tls-cert"
            raise UserError(f"{option}: missing; --tls-ca and --tls-cert go together")
        for option, path in self._files().items():
            if not path.is_file():
                raise UserError(f"{option} {path}: no such file")

    def security(self) -> Security:
        """Return Dask's security; `UserError` if a file is invalid, or not of one pair."""
        from distributed import Security

        self.check()
        assert self.ca is not None  # `check` has seen to both
        assert self.cert is not None
        names = {f"tls_{role}_cert": str(self.cert.resolve()) for role in ROLES}
        if self.key is not None:
            names |= {f"tls_{role}_key": str(self.key.resolve()) for role in ROLES}
        security = Security(require_encryption=True, tls_ca_file=str(self.ca.resolve()), **names)
        try:
            security.get_connection_args("client")
        except (ssl.SSLError, OSError, ValueError) as error:
            shown = " ".join(f"{option} {path}" for option, path in self._files().items())
            raise UserError(f"{shown}: not certificate and key of one pair: {error}") from None
        return security

    def _files(self) -> dict[str, Path]:
        named = {"--tls-ca": self.ca, "--tls-cert": self.cert, "--tls-key": self.key}
        return {option: path for option, path in named.items() if path is not None}
