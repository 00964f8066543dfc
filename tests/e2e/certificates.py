"""Authorities and certificates, made by OpenSSL's command line as docs/operations/tls.md says."""

import subprocess


def _openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stdin=subprocess.DEVNULL,
                   capture_output=True)


class Authority:
    """A private authority whose files are in `folder`."""

    def __init__(self, folder, name):
        self._folder = folder
        self.certificate = folder / f"{name}.crt"
        self._key = folder / f"{name}.key"
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-keyout", self._key, "-out", self.certificate, "-days", "30",
                 "-subj", f"/CN={name}", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def sign(self, name, alternative_names):
        """The files of a new certificate and its key."""
        key, certificate = self._folder / f"{name}.key", self._folder / f"{name}.crt"
        request, extensions = self._folder / f"{name}.csr", self._folder / f"{name}.ext"
        _openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        extensions.write_text(f"subjectAltName={alternative_names}\n", "utf-8")
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key,
                 "-CAcreateserial", "-days", "30", "-extfile", extensions, "-out", certificate)
        return certificate, key
