"""TLS between driver, scheduler and workers: only holders of the sweep's certificate are admitted.

Anyone who reaches a port of Dask can run code as the user who started it, and on one machine every
local user reaches every port. So scheduler, workers and driver refuse anyone who does not show a
certificate signed by the sweep's authority, which is made for the sweep or is the user's.
"""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distributed import Security

from ...parameters.errors import UserError
from .certificates import ROLES, Certificates

#: Prefix of the folders with certificates that jobs read.
PREFIX = ".tls-"


def here(certificates: Certificates) -> Security:
    """Return the certificates of a sweep on this machine: the user's, or temporary ones.

    Temporary certificates are never written to a file that stays.
    """
    return certificates.security() if certificates else Security.temporary()


def elsewhere(certificates: Certificates, on: str) -> Security | None:
    """Return the certificates for a scheduler that runs already; None for one without TLS.

    Raises
    ------
    UserError
        If it has TLS and there are no certificates, neither by option nor in Dask's configuration.
    """
    if not on.startswith(("tls://", "wss://")):
        if certificates:
            raise UserError(f"--on {on}: certificates are for tls://HOST:PORT")
        return None
    if certificates:
        return certificates.security()
    configured = Security()
    if configured.tls_ca_file is None or configured.tls_client_cert is None:
        raise UserError(
            f"--on {on}: expected its certificates: --tls-ca, --tls-cert and --tls-key, "
            "or distributed.comm.tls in Dask's configuration"
        )
    return configured


class _OnCommandLine(Security):
    """Certificates whose file names are quoted, as they are written into a job's command."""

    def get_tls_config_for_role(self, role: str) -> dict[str, str]:
        files = super().get_tls_config_for_role(role)
        if role != "worker":
            return files
        return {key: shlex.quote(value) for key, value in files.items() if value is not None}


@contextmanager
def for_jobs(certificates: Certificates, folder: Path) -> Iterator[Security]:
    """Give certificates that jobs can read: in files of the sweep's folder, until the end.

    Only the user can read the folder (0700) and its files (0600). Certificates that a killed driver
    has left are removed.
    """
    for left in folder.glob(f"{PREFIX}*"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
    if certificates:
        yield _quoting(certificates.security())
        return
    security = Security.temporary()
    try:
        pem_folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=folder))  # mode 0700
    except OSError as error:
        raise UserError(f"{folder}: cannot be written: {error.strerror}") from None
    try:
        files = security.get_tls_config_for_role("worker")
        for name in ("ca_file", "cert", "key"):
            _write(pem_folder / f"{name}.pem", files[name])
        yield _quoting(security, pem_folder)
    finally:
        shutil.rmtree(pem_folder, ignore_errors=True)


def _write(path: Path, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror}") from None


def _quoting(security: Security, pem_folder: Path | None = None) -> Security:
    names = {"tls_ca_file": security.tls_ca_file}
    for role in ROLES:
        files = security.get_tls_config_for_role(role)
        names |= {f"tls_{role}_cert": files["cert"], f"tls_{role}_key": files["key"]}
    if pem_folder is not None:
        names |= {
            "tls_ca_file": f"{pem_folder}/ca_file.pem",
            "tls_worker_cert": f"{pem_folder}/cert.pem",
            "tls_worker_key": f"{pem_folder}/key.pem",
        }
    return _OnCommandLine(require_encryption=True, **names)
