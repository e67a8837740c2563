"""Escrow, backup, restore and disposal as their users meet them: a night, and a bad morning after it."""

import json
import os
import subprocess
from pathlib import Path

from grounds import HOLDERS, MONTH
from house import ROOT

SIGILL = ROOT / ".venv" / "bin" / "sigill"


def sigill(*arguments: object, home: Path, code: int = 0) -> dict:
    environment = {**os.environ, "SIGILL_HOME": str(home), "LANG": "en_GB.UTF-8", "LC_ALL": "en_GB.UTF-8"}
    environment.pop("DATABASE_URL", None)
    words = [str(SIGILL), *map(str, arguments), "--json"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == code and "Traceback" not in done.stderr, done.stderr
    return json.loads(done.stdout) if code == 0 else {"said": done.stderr}


def test_a_house_is_backed_up_lost_and_restored(house: tuple[Path, str], tmp_path: Path) -> None:
    home, secret = house[0], tmp_path / "passphrase"
    secret.write_text("nine horses in a row\n", "utf-8")
    (home / "keys" / "retention" / "holders.json").unlink()
    for name in HOLDERS[:2]:
        sigill("escrow", "key", name, "-o", tmp_path / f"{name}.key", "--passphrase-file", secret, home=home)
        assert b"PRIVATE KEY" not in (tmp_path / f"{name}.key").read_bytes()
    key = sigill("backup-key", "-o", tmp_path / "copies.key", "--passphrase-file", secret, home=home)
    backup = ("backup", "--recipient", key["recipient"], "-o", tmp_path / "night.age")
    assert "escrow set" in sigill(*backup, home=home, code=1)["said"]
    sigill("escrow", "set", *(tmp_path / f"{name}.key.card.json" for name in HOLDERS[:2]), home=home)
    assert sigill(*backup, home=home)["entries"] == 3

    restored = sigill(
        *("restore", tmp_path / "night.age", "--identity", tmp_path / "copies.key", "--passphrase-file", secret),
        *(word for name in HOLDERS[:2] for word in ("--holder-key", tmp_path / f"{name}.key")),
        *("--holder-passphrase-file", secret, "--holder-passphrase-file", secret, "--quick"),
        *("--trust", home / "trust.json", "--checkpoint", home / "checkpoint.txt"),
        home=tmp_path / "new",
    )
    assert restored == {"entries": 4, "letters": 3, "lost": 0}
    assert sigill("log", "check", home=tmp_path / "new")["size"] == 4
    assert {"month": MONTH, "records": 2, "over": False} in sigill("shred", home=tmp_path / "new")["months"]
    sigill("shred", "--month", MONTH, "--list", tmp_path / "list.csv", home=tmp_path / "new")
    assert len((tmp_path / "list.csv").read_text("utf-8").splitlines()) == 3
    cards = [word for name in HOLDERS[:2] for word in ("--holder", tmp_path / f"{name}.key.card.json")]
    early = ("shred", "--month", MONTH, "--files", tmp_path / "list.csv")
    assert "used before" in sigill(*early, *cards, home=tmp_path / "new", code=1)["said"]
    assert "G34" in sigill(*early, "--dry-run", home=tmp_path / "new", code=1)["said"]
