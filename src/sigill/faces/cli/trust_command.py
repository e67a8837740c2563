"""`sigill trust`: the policy that the municipality publishes, and its fingerprint."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import click
from cryptography import x509

from sigill.adapters.files import read, write_atomically
from sigill.audit import Trust, fingerprint
from sigill.faces.cli.options import finished
from sigill.faces.cli.show import out, table
from sigill.faces.cli.words import _
from sigill.house import Settings, published_trust


@click.command(
    "trust",
    help=_(
        "Show the policy to publish: whose certificates, which log, which record seal.\n\n"
        "Whoever checks a letter needs this file from a source of its own, for instance the municipality's web site. "
        "The fingerprint is for reading aloud: who hears the same one has the same keys. With FILE, shows a policy "
        "that somebody sent."
    ),
)
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("-o", "--output", type=click.Path(path_type=Path), help=_("File to write the policy to, JSON."))
@click.option("--json", "as_json", is_flag=True, help=_("Print the policy itself, for programs."))
def _trust(file: Path | None, output: Path | None, as_json: bool) -> None:
    data = read(file) if file else published_trust(Settings.from_environment())
    trust = Trust.parse(data)
    if output:
        write_atomically(output, data, mode=0o644)
    if as_json:
        click.echo(data, nl=False)
        return
    table(trust.municipality, [_("What"), _("Name"), _("Key")], _rows(trust))
    if trust.issued_for:
        out.print(_("For trials only: the keys protect nothing."), style="yellow", markup=False)
    out.print(_("Fingerprint: {text}").format(text=fingerprint(data)), markup=False, soft_wrap=True)


def _rows(trust: Trust) -> Iterator[tuple[str, str, str]]:
    for root in trust.roots:
        subject = x509.load_der_x509_certificate(root).subject.rfc4514_string()
        yield _("Root certificate"), subject, "sha256:" + hashlib.sha256(root).hexdigest()
    yield _("Log"), trust.log_origin, "ed25519:" + trust.log_key.hex()
    for name, key in trust.witnesses.items():
        yield _("Witness"), name, "ed25519:" + key.hex()
    if trust.witnesses:
        yield _("Witnesses needed"), str(trust.quorum), ""
    for key_id, point in trust.record_keys.items():
        yield _("Record seal"), key_id, "sha256:" + hashlib.sha256(point).hexdigest()


command = finished(_trust)
