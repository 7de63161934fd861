"""Who has not the certificate of a sweep is refused by its scheduler, its workers, its nannies."""

import asyncio
import logging
import shlex
import stat
import urllib.error
import urllib.request

import pytest

from synaptoket.parameters.errors import UserError
from synaptoket.studies.sweep import tls
from synaptoket.studies.sweep.certificates import Certificates
from synaptoket.studies.sweep.clusters import check_place, connected, dangers
from synaptoket.studies.sweep.sweep_file import ClusterTable


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """Return the client of a cluster of one worker, and the addresses of all that listens."""
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with connected("local", 1, ClusterTable(), tmp_path_factory.mktemp("sweep")) as client:
        told = client.scheduler_info()
        nannies = [worker["nanny"] for worker in told["workers"].values()]
        yield client, [client.scheduler.address, *told["workers"], *nannies]


def answer(address, security):
    """Ask who is there, as a client does that has these certificates, or none."""
    from distributed.core import connect

    async def ask():
        settings = security.get_connection_args("client") if security else {}
        comm = await connect(address, timeout=5, **settings)
        try:
            await comm.write({"op": "identity"})
            return await comm.read()
        finally:
            comm.abort()

    return asyncio.run(ask())


def test_who_has_the_certificate_is_answered(running):
    client, addresses = running
    assert len(addresses) == 3
    for address in addresses:
        assert address.startswith("tls://127.0.0.1:")
        assert answer(address, client.security)


@pytest.mark.parametrize("scheme", ["tcp", "tls"])
def test_who_has_none_or_another_one_is_refused_by_all_that_listens(running, scheme):
    from distributed import Security

    for address in running[1]:
        stranger = None if scheme == "tcp" else Security.temporary()
        with pytest.raises(OSError, match="closed|certificate|reset"):
            answer(address.replace("tls://", f"{scheme}://"), stranger)


def test_the_page_is_here_only_and_does_nothing_else(running):
    client, _ = running
    port = client.scheduler_info()["services"]["dashboard"]
    assert urllib.request.urlopen(f"http://127.0.0.1:{port}/status").status == 200
    for path in ("json/identity.json", "proxy/22/127.0.0.1/", "api/v1/retire_workers"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}")


def test_jobs_find_certificates_that_only_the_user_reads_until_the_end(tmp_path):
    folder = tmp_path / "a b'$(touch x)"
    folder.mkdir()
    left = folder / ".tls-old"
    left.mkdir()
    with tls.for_jobs(Certificates(), folder) as security:
        assert not left.exists()
        (kept,) = folder.iterdir()
        assert stat.S_IMODE(kept.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in kept.iterdir()} == {0o600}
        named = security.get_tls_config_for_role("worker")
        assert {shlex.split(text)[0] for text in named.values()} == set(map(str, kept.iterdir()))
        assert not any("PRIVATE" in text for text in named.values())
        security.get_connection_args("scheduler")  # the driver reads them itself
    assert not list(folder.iterdir())


@pytest.fixture
def own(tmp_path):
    """Return certificates in files, as a user has them."""
    from distributed import Security

    made, files = Security.temporary(), {}
    for name, text in (("ca", made.tls_ca_file), ("cert", made.tls_client_cert),
                       ("key", made.tls_client_key)):  # fmt: skip
        files[name] = tmp_path / f"{name}.pem"
        files[name].write_text(text)
    return Certificates(**files)


def test_certificates_of_ones_own_take_the_place_of_those_that_are_made(own):
    assert tls.here(own).tls_scheduler_cert == str(own.cert)
    assert tls.elsewhere(own, "tls://a:1").require_encryption
    with pytest.raises(UserError, match="not certificate and key of one pair"):
        Certificates(own.ca, own.cert, own.ca).security()
    with pytest.raises(UserError, match="--tls-ca: missing"):
        Certificates(cert=own.cert).check()
    with pytest.raises(UserError, match="--tls-cert .*none.pem: no such file"):
        Certificates(own.ca, own.ca.with_name("none.pem")).check()


def test_a_scheduler_that_runs_already_has_certificates_or_a_warning(own):
    with pytest.raises(UserError, match="expected its certificates: --tls-ca"):
        tls.elsewhere(Certificates(), "tls://a:1")
    with pytest.raises(UserError, match="certificates are for tls://"):
        tls.elsewhere(own, "tcp://a:1")
    assert "whoever reaches the ports" in dangers("tcp://a:1")
    assert dangers("tls://a:1") == dangers("local") == ""
    check_place("tls://a:1", ClusterTable())
