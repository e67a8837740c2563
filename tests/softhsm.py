"""A SoftHSM token on disk, with keys and certificates of the test PKI on it."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pkcs11
from pkcs11.util.x509 import decode_x509_certificate

from pki import PERSONS, pki
from signed import new_folder

MODULE = next(
    (
        str(path)
        for path in map(Path, ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so"))
        if path.exists()
    ),
    "/usr/lib/softhsm/libsofthsm2.so",
)
TOKEN, PIN = "sigill-prov", "4711-hemlig"


@cache
def token_folder() -> Path:
    """Makes the token; `SOFTHSM2_CONF` then points to it for this process and its children."""
    folder = new_folder()
    (folder / "tokens").mkdir()
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(conf)
    tool = shutil.which("softhsm2-util")
    assert tool, "install what scripts/debian-packages.txt lists"
    subprocess.run(
        [tool, "--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", "so-4711"],
        check=True,
        capture_output=True,
    )
    labels = {"seal": "seal", **{staff_id: label for label, staff_id in PERSONS.items()}}
    labels |= {label: label for label in ("revoked", "expired", "foreign")}
    for number, (label, key) in enumerate(labels.items(), 1):
        named = ("--label", label, "--id", f"{number:02x}")
        subprocess.run(
            [tool, "--import", pki().folder / f"{key}.key", "--token", TOKEN, "--pin", PIN, *named],
            check=True,
            capture_output=True,
        )
    with pkcs11.lib(MODULE).get_token(token_label=TOKEN).open(user_pin=PIN, rw=True) as session:
        for label, key in labels.items():
            certificate = decode_x509_certificate(pki().certificate(key))
            session.create_object({**certificate, pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.LABEL: label})
    (folder / "pin").write_text(PIN + "\n")
    (folder / "pin").chmod(0o600)
    return folder
