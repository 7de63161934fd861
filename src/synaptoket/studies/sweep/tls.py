"""Who may speak to the workers of a sweep: those who have its certificate, by TLS.

Whoever reaches a port of Dask can have code run by the user who started it, and on one machine
every local user reaches every port. So scheduler, workers and driver refuse whoever does not show
a certificate signed by the sweep's own authority: made for the sweep, or the user's.
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

#: How the folders of certificates are called that jobs read.
PREFIX = ".tls-"


def here(own: Certificates) -> Security:
    """Return the certificates of a sweep on this machine: one's own, or some of this moment.

    Those never come to stand in a file that stays.
    """
    return own.security() if own else Security.temporary()


def elsewhere(own: Certificates, on: str) -> Security | None:
    """Return the certificates for a scheduler that runs already; None for one without TLS.

    Raises
    ------
    UserError
        If it has TLS and there are no certificates, neither by option nor in Dask's configuration.
    """
    if not on.startswith(("tls://", "wss://")):
        if own:
            raise UserError(f"--on {on}: certificates are for tls://HOST:PORT")
        return None
    if own:
        return own.security()
    configured = Security()
    if configured.tls_ca_file is None or configured.tls_client_cert is None:
        raise UserError(
            f"--on {on}: expected its certificates: --tls-ca, --tls-cert and --tls-key, "
            "or distributed.comm.tls in Dask's configuration"
        )
    return configured


class _OnCommandLine(Security):
    """Certificates whose files stand in a job's command: there their names are quoted."""

    def get_tls_config_for_role(self, role: str) -> dict[str, str]:
        files = super().get_tls_config_for_role(role)
        if role != "worker":
            return files
        return {key: shlex.quote(value) for key, value in files.items() if value is not None}


@contextmanager
def for_jobs(own: Certificates, folder: Path) -> Iterator[Security]:
    """Give certificates that jobs can read: in files of the sweep's folder, until the end.

    The folder is the user's alone (0700), as are its files (0600). What a driver that was killed
    has left there is removed.
    """
    for left in folder.glob(f"{PREFIX}*"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
    if own:
        yield _quoting(own.security())
        return
    made = Security.temporary()
    try:
        kept = Path(tempfile.mkdtemp(prefix=PREFIX, dir=folder))  # for the user alone, by itself
    except OSError as error:
        raise UserError(f"{folder}: cannot be written: {error.strerror}") from None
    try:
        files = made.get_tls_config_for_role("worker")
        for name in ("ca_file", "cert", "key"):
            _write(kept / f"{name}.pem", files[name])
        yield _quoting(made, kept)
    finally:
        shutil.rmtree(kept, ignore_errors=True)


def _write(path: Path, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror}") from None


def _quoting(made: Security, kept: Path | None = None) -> Security:
    names = {"tls_ca_file": made.tls_ca_file}
    for role in ROLES:
        files = made.get_tls_config_for_role(role)
        names |= {f"tls_{role}_cert": files["cert"], f"tls_{role}_key": files["key"]}
    if kept is not None:
        names |= {"tls_ca_file": f"{kept}/ca_file.pem", "tls_worker_cert": f"{kept}/cert.pem",
                  "tls_worker_key": f"{kept}/key.pem"}  # fmt: skip
    return _OnCommandLine(require_encryption=True, **names)
