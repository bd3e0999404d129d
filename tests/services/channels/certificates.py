"""Certificates that nobody vouches for, and a server that has one."""

import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def write_certificate(path: Path) -> Path:
    """Key and certificate of 127.0.0.1 in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


class TlsServer:
    """Answers one connection with ``greeting`` and keeps what it was sent."""

    def __init__(self, certificate: Path, greeting: bytes) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.heard = b""
        self._thread = threading.Thread(target=self._serve, args=(greeting,), daemon=True)
        self._thread.start()

    def _serve(self, greeting: bytes) -> None:
        plain, _peer = self._listener.accept()
        with plain, suppress(OSError), self._context.wrap_socket(plain, server_side=True) as connection:
            connection.settimeout(5)
            if greeting.startswith(b"*"):  # IMAP: the server speaks first
                connection.sendall(greeting)
            self.heard = connection.recv(65_536)
            if not greeting.startswith(b"*"):
                connection.sendall(greeting)

    def stop(self) -> None:
        self._thread.join(5)
        self._listener.close()
