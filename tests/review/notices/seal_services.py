"""Stand-ins for an office's signing service: a server that answers signed data for a hash, and one with an SM2 key."""

import base64
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from asn1crypto import cms, pem, x509

TOKEN = "let-me-in"
_SM3 = "1.2.156.10197.1.401"
# Data, signed data and the signature's algorithm: as OpenSSL numbers them, and by GB/T 35275-2017.
INTERNATIONAL = ("1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2", "1.2.156.10197.1.501")
NATIONAL = ("1.2.156.10197.6.1.4.2.1", "1.2.156.10197.6.1.4.2.2", "1.2.156.10197.1.301.1")
_NAME = "distid:1234567812345678"


@contextmanager
def serving(signed: Callable[[str, bytes], bytes]) -> Iterator[str]:
    """The address of a service that answers `signed(algorithm, digest)`, for whoever brings its token."""

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert asked.keys() == {"algorithm", "digest"}, "only the hash leaves the portal"
            assert self.headers["Authorization"] == f"Bearer {TOKEN}"
            found = signed(asked["algorithm"], base64.b64decode(asked["digest"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"cms": base64.b64encode(found).decode()}).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sign"
    finally:
        server.shutdown()
        server.server_close()


class Sm2Service:
    """A root and a seal's certificate, both of SM2, made by OpenSSL in a folder; signs what it is asked."""

    def __init__(self, folder: Path, name: str, *, numbers: tuple[str, str, str]) -> None:
        self._folder, self._numbers = folder, numbers
        signing = ["-sm3", "-sigopt", _NAME, "-days", "30"]
        for key in ("root.key", "seal.key"):
            self._openssl("genpkey", "-algorithm", "SM2", "-out", key)
        self._openssl("req", "-x509", "-new", "-key", "root.key", *signing, "-subj", "/CN=SM2", "-out", "sm2.pem")
        self._openssl(
            "req", "-new", "-utf8", "-key", "seal.key", "-sm3", "-sigopt", _NAME, "-subj", f"/CN={name}", "-out", "csr"
        )
        issuer = ["-CA", "sm2.pem", "-CAkey", "root.key", "-CAcreateserial"]
        self._openssl("x509", "-req", "-in", "csr", "-vfyopt", _NAME, *issuer, *signing, "-out", "seal.pem")

    def _openssl(self, *command: str) -> bytes:
        done = subprocess.run(["openssl", *command], cwd=self._folder, check=True, capture_output=True)
        return done.stdout

    def signed(self, algorithm: str, digest: bytes) -> bytes:
        """The signed data (CMS) for a digest by SM3."""
        assert algorithm == "sm3"
        data, signed_data, sm2 = self._numbers
        certificate = x509.Certificate.load(pem.unarmor((self._folder / "seal.pem").read_bytes())[2])
        attributes = cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": "content_type", "values": [data]}),
                cms.CMSAttribute({"type": "message_digest", "values": [digest]}),
            ]
        )
        (self._folder / "signed").write_bytes(attributes.dump())
        signature = self._openssl("dgst", "-sm3", "-sigopt", _NAME, "-sign", "seal.key", "signed")
        issued = cms.IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number})
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier({"issuer_and_serial_number": issued}),
                "digest_algorithm": {"algorithm": _SM3},
                "signed_attrs": attributes,
                "signature_algorithm": {"algorithm": sm2},
                "signature": signature,
            }
        )
        content = cms.SignedData(
            {
                "version": "v1",
                "digest_algorithms": [{"algorithm": _SM3}],
                "encap_content_info": {"content_type": data},
                "certificates": [certificate],
                "signer_infos": [signer],
            }
        )
        answer: bytes = cms.ContentInfo({"content_type": signed_data, "content": content}).dump()
        return answer
