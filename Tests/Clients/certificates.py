"""Makes keys and certificates with the openssl command."""

import subprocess


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class Identity:
    """A key and its certificate for 127.0.0.1 and localhost, signed by `issuer` or by itself."""

    def __init__(self, folder, name, issuer=None, password=None, kind="ec"):
        self.certificate, self.key = str(folder / f"{name}.pem"), str(folder / f"{name}.key")
        algorithm = {"ec": ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"], "rsa": ["rsa:2048"]}[kind]
        secrecy = ["-passout", f"pass:{password}"] if password else ["-nodes"]
        signer = ["-CA", issuer.certificate, "-CAkey", issuer.key] if issuer else []
        authority = "CA:FALSE" if issuer else "critical,CA:TRUE"
        openssl(
            "req", "-x509", "-newkey", *algorithm, *secrecy, *signer, "-keyout", self.key, "-out", self.certificate,
            "-days", "2", "-subj", f"/CN={name}", "-addext", f"basicConstraints={authority}",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
        )  # fmt: skip
