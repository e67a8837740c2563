"""A witness in the next municipality signs a log that only grows, and nothing else. Real HTTP, on the loopback."""

import contextlib
import datetime as dt
import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given, settings
from hypothesis import strategies as st
from tlog_scales.signing import Vkey, VkeySet
from tlog_scales.tlog import Checkpoint as ScalesCheckpoint

from house import NOON, FixedClock
from sigill.adapters.witness_client import HttpWitness, read_witnesses
from sigill.adapters.witness_server import WitnessFolder, WitnessKey, running, server
from sigill.errors import BadInput, TamperEvidence, Temporary
from sigill.log import tree
from sigill.log.checkpoint import cosign, cosigned_at, open_checkpoint, parse_vkey, sign_checkpoint, vkey
from sigill.log.memory import MemoryNodes
from sigill.log.witness import SIZE_TYPE, Panel, Witness, request_body

ORIGIN = "exempelstad.example/sigill"
LOG = WitnessKey(ORIGIN, ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
STRANGER = WitnessKey(ORIGIN, ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)))
NAMES = ("grannstad.example/vittne", "lansstyrelsen.example/vittne")


def grown(size: int, salt: bytes = b"") -> MemoryNodes:
    nodes = MemoryNodes()
    nodes.extend(tree.append([salt + bytes([n % 256, n // 256]) for n in range(size)], nodes))
    return nodes


def note_of(nodes: MemoryNodes, size: int | None = None, key: WitnessKey = LOG) -> str:
    size = nodes.size() if size is None else size
    return sign_checkpoint(ORIGIN, size, tree.root(nodes, size), key)


def request(nodes: MemoryNodes, old: int, size: int | None = None) -> bytes:
    size = nodes.size() if size is None else size
    return request_body(old, tree.consistency_proof(nodes, old, size), note_of(nodes, size))


def made(folder: Path, name: str = NAMES[0]) -> WitnessFolder:
    witness = WitnessFolder.make(folder, name)
    assert witness.follow(vkey(ORIGIN, LOG.public_bytes())) == ORIGIN
    return WitnessFolder(folder)


@pytest.fixture
def folder(tmp_path: Path) -> WitnessFolder:
    return made(tmp_path / "witness")


@pytest.fixture
def witness(folder: WitnessFolder) -> Witness:
    return folder.witness(FixedClock())


def test_it_signs_a_log_that_grows(witness: Witness, folder: WitnessFolder) -> None:
    nodes, old = grown(300), 0
    for size in (1, 2, 7, 7, 64, 300):
        answer = witness.add_checkpoint(request(nodes, old, size))
        assert answer.status == 200
        opened = open_checkpoint(
            note_of(nodes, size) + answer.body,
            ORIGIN,
            LOG.public_bytes(),
            witnesses={NAMES[0]: folder.key.public_bytes()},
            quorum=1,
        )
        assert opened.witnesses == (NAMES[0],)
        old = size
    assert witness.followed() == {ORIGIN: 300}


def test_another_tool_reads_what_it_signs(witness: Witness, folder: WitnessFolder) -> None:
    nodes = grown(5)
    note = note_of(nodes) + witness.add_checkpoint(request(nodes, 0)).body
    read = ScalesCheckpoint.from_text(note)
    keys = VkeySet(Vkey.from_string(vkey(ORIGIN, LOG.public_bytes())), Vkey.from_string(folder.vkey))
    assert {key.name for key, _ in keys.verify(read.signatures, read)} == {ORIGIN, NAMES[0]}


def test_it_says_where_it_stands_to_one_who_does_not_know(witness: Witness) -> None:
    nodes = grown(9)
    assert witness.add_checkpoint(request(nodes, 0, 5)).status == 200
    answer = witness.add_checkpoint(request(nodes, 0))
    assert (answer.status, answer.body, answer.content_type) == (409, "5\n", SIZE_TYPE)
    assert witness.add_checkpoint(request(nodes, 5)).status == 200


def test_it_signs_no_log_that_was_cut_short_rewritten_or_forked(witness: Witness) -> None:
    nodes, other = grown(8), grown(12, b"other")
    assert witness.add_checkpoint(request(nodes, 0)).status == 200
    assert witness.add_checkpoint(request(nodes, 0, 5)).status == 409  # turned back
    assert witness.add_checkpoint(request(nodes, 5, 5)).status == 409
    assert witness.add_checkpoint(request(other, 8, 8)).status == 409  # as long, and another
    assert witness.add_checkpoint(request(other, 8)).status == 422  # longer, and another
    empty_proof = request_body(8, [], note_of(other))
    assert witness.add_checkpoint(empty_proof).status == 422
    assert witness.followed() == {ORIGIN: 8}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.booleans()), max_size=12))
def test_whatever_it_is_asked_all_it_has_signed_is_one_log(asked: list[tuple[int, int, bool]]) -> None:
    """Two logs under one key race for the witness; what it signed must be consistent, and never shrink."""

    class Memory(dict[str, str]):
        newest = dict.get
        keep = dict.__setitem__

    key = WitnessKey(NAMES[0], ed25519.Ed25519PrivateKey.from_private_bytes(bytes([7] * 32)))
    witness = Witness(key, {ORIGIN: LOG.public_bytes()}, Memory(), FixedClock())
    logs = grown(40), grown(40, b"fork")
    signed: list[tuple[int, bool]] = []
    for old, size, fork in asked:
        if old <= size and witness.add_checkpoint(request(logs[fork], old, size)).status == 200:
            signed.append((size, fork))
    assert [size for size, _ in signed] == sorted(size for size, _ in signed)
    assert len({fork for size, fork in signed if size}) <= 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda body: b"", 400),
        (lambda body: body.replace(b"old 0", b"old 00"), 400),
        (lambda body: body.replace(b"old 0", b"old -1"), 400),
        (lambda body: body.replace(b"old 0\n", b""), 400),
        (lambda body: body.replace(b"old 0", b"old 9"), 400),
        (lambda body: body.replace(b"old 0\n", b"old 0\nAAAA\n"), 400),
        (lambda body: body.replace(b"old 0\n", b"old 0\n" + b"A" * 43 + b"=\n"), 422),
        (lambda body: body.replace(b"old 0\n", b"old 0\n" + (b"A" * 43 + b"=\n") * 64), 400),
        (lambda body: body[:-40], 403),
        (lambda body: body + b"\xff", 400),
        (lambda body: body.replace(ORIGIN.encode(), b"annanstad.example/sigill"), 404),
        (lambda body: body * 100, 400),
    ],
)
def test_each_wrong_request_gets_the_answer_the_protocol_has_for_it(
    change: object, status: int, witness: Witness
) -> None:
    body = change(request(grown(3), 0))  # type: ignore[operator]
    assert witness.add_checkpoint(body).status == status
    assert witness.followed() == {ORIGIN: 0}


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_get_an_answer(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    key = WitnessKey(NAMES[0], ed25519.Ed25519PrivateKey.from_private_bytes(bytes([7] * 32)))
    assert Witness(key, {}, object(), FixedClock()).add_checkpoint(data).status == 400  # type: ignore[arg-type]


def test_a_stranger_cannot_have_his_log_signed(witness: Witness) -> None:
    nodes = grown(3)
    body = request_body(0, [], note_of(nodes, key=STRANGER))
    assert witness.add_checkpoint(body).status == 403


def test_what_it_remembers_survives_and_cannot_be_bent(folder: WitnessFolder) -> None:
    nodes = grown(6)
    assert folder.witness(FixedClock()).add_checkpoint(request(nodes, 0, 4)).status == 200
    again = WitnessFolder(folder.folder)
    assert again.witness().followed() == {ORIGIN: 4}
    (kept,) = (folder.folder / "logs").iterdir()
    good = kept.read_text("utf-8")
    assert cosigned_at(good, NAMES[0], folder.key.public_bytes()) == int(NOON.timestamp())
    # Signed by the log, but never by the witness: somebody wrote it there.
    for bent in (note_of(nodes, 2), good.replace("\n4\n", "\n2\n"), "", "nonsense"):
        kept.write_text(bent, "utf-8")
        with pytest.raises(TamperEvidence):
            again.witness().add_checkpoint(request(nodes, 2))


def test_a_witness_whose_clock_has_gone_back_does_not_sign(folder: WitnessFolder) -> None:
    clock = FixedClock()
    witness = folder.witness(clock)
    nodes = grown(6)
    assert witness.add_checkpoint(request(nodes, 0, 4)).status == 200
    clock.time = NOON - dt.timedelta(seconds=2)
    assert witness.add_checkpoint(request(nodes, 4)).status == 503
    clock.time = NOON
    assert witness.add_checkpoint(request(nodes, 4)).status == 200


def test_nothing_is_signed_that_was_not_written_down(folder: WitnessFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr("sigill.adapters.witness_server.write", full)
    witness = folder.witness(FixedClock())
    with pytest.raises(Temporary):
        witness.add_checkpoint(request(grown(3), 0))
    assert witness.followed() == {ORIGIN: 0}


def test_a_folder_is_made_once_and_follows_one_key_per_log(folder: WitnessFolder) -> None:
    with pytest.raises(BadInput):
        WitnessFolder.make(folder.folder, "again")
    with pytest.raises(BadInput, match="Another key"):
        folder.follow(vkey(ORIGIN, STRANGER.public_bytes()))
    with pytest.raises(BadInput):
        folder.follow(folder.vkey)
    with pytest.raises(BadInput):
        WitnessFolder(folder.folder / "logs")
    assert not [path for path in folder.folder.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]
    with folder.alone(), pytest.raises(Temporary), WitnessFolder(folder.folder).alone():
        pass


# --- over HTTP --------------------------------------------------------------------------------------------


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Panel]:
    """Two witnesses answering on the loopback, and the log's side of it."""
    with contextlib.ExitStack() as stack:
        asked = []
        for at, name in enumerate(NAMES):
            one = made(tmp_path / str(at), name)
            url = stack.enter_context(running(server(one.witness(), "127.0.0.1", 0)))
            asked.append(HttpWitness(url, parse_vkey(one.vkey)))
        yield Panel(ORIGIN, LOG.public_bytes(), asked, 2)


def test_two_witnesses_cosign_a_growing_log(panel: Panel) -> None:
    nodes = grown(40)
    for size in (3, 3, 17, 40):
        done = panel.cosign(note_of(nodes, size), nodes)
        assert done.by == NAMES and done.enough and not done.silent
        keys = {one.name: one.public_key for one in panel._witnesses.values()}
        assert open_checkpoint(done.note, ORIGIN, LOG.public_bytes(), witnesses=keys, quorum=2).witnesses == NAMES


def test_a_house_that_forgot_asks_again_from_where_the_witness_stands(panel: Panel) -> None:
    nodes = grown(40)
    panel.cosign(note_of(nodes, 9), nodes)
    panel._seen.clear()
    assert panel.cosign(note_of(nodes), nodes).enough


@pytest.mark.parametrize(("size", "salt"), [(6, b""), (9, b"x"), (12, b"x")])
def test_a_bent_log_is_found_by_its_witnesses(panel: Panel, size: int, salt: bytes) -> None:
    nodes, bent = grown(9), grown(size, salt)
    panel.cosign(note_of(nodes), nodes)
    for forgotten in (False, True):
        if forgotten:
            panel._seen.clear()
        with pytest.raises(TamperEvidence):
            panel.cosign(note_of(bent), bent)


class Says:
    """A witness that answers what it was told to."""

    public_key = bytes(ed25519.Ed25519PrivateKey.from_private_bytes(bytes([9] * 32)).public_key().public_bytes_raw())

    def __init__(self, status: int, body: str) -> None:
        self.name, self._answer = NAMES[0], (status, body)

    def ask(self, request: bytes) -> tuple[int, str]:
        return self._answer


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, ""), (200, "hello\n"), (409, "x\n"), (409, "2"), (500, ""), (403, ""), (302, ""), (409, "1\n2\n")],
)
def test_a_witness_that_talks_nonsense_counts_for_nothing(status: int, body: str) -> None:
    nodes = grown(4)
    done = Panel(ORIGIN, LOG.public_bytes(), [Says(status, body)], 1).cosign(note_of(nodes), nodes)
    assert done.by == () and not done.enough and list(done.silent) == [NAMES[0]]
    assert done.note == note_of(nodes)


def test_one_witness_cannot_sign_for_another(panel: Panel) -> None:
    nodes = grown(4)
    other = WitnessKey(NAMES[1], ed25519.Ed25519PrivateKey.from_private_bytes(bytes([8] * 32)))
    line = cosign(note_of(nodes), other, NOON)[len(note_of(nodes)) :]
    assert not Panel(ORIGIN, LOG.public_bytes(), [Says(200, line)], 1).cosign(note_of(nodes), nodes).enough


def test_a_silent_witness_is_left_alone_for_a_while() -> None:
    key = parse_vkey(vkey(NAMES[0], LOG.public_bytes(), witness=True))
    silent = HttpWitness("http://127.0.0.1:9", key, timeout=1)
    for _ in range(2):
        with pytest.raises(Temporary):
            silent.ask(b"")
    assert silent._rests_until > 0


@pytest.mark.parametrize(
    "url",
    ["http://witness.example", "ftp://127.0.0.1", "file:///etc/passwd", "https://a@b.example", "https://[", "x",
     "https://b.example?q"],
)  # fmt: skip
def test_an_address_that_is_not_https_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        HttpWitness(url, parse_vkey(vkey(NAMES[0], LOG.public_bytes(), witness=True)))


def test_the_server_takes_only_what_it_must(tmp_path: Path) -> None:
    with running(server(made(tmp_path / "w").witness(), "127.0.0.1", 0)) as url:

        def ask(method: str, path: str, headers: dict[str, str]) -> int:
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
            connection.putrequest(method, path)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            with contextlib.closing(connection):
                return connection.getresponse().status

        assert ask("GET", "/add-checkpoint", {}) == 501
        assert ask("POST", "/other", {"content-length": "0"}) == 404
        assert ask("POST", "/add-checkpoint", {}) == 413
        for length in ("-1", "1e3", "99999", "9" * 30, "٣"):
            assert ask("POST", "/add-checkpoint", {"content-length": length.encode("utf-8")}) == 413  # type: ignore[dict-item]
        assert ask("POST", "/add-checkpoint", {"content-length": "0"}) == 400


@pytest.mark.parametrize(
    "text",
    [
        "quorum = 1",
        "quorum = 2\n[[witness]]\nurl = 'https://w.example'\nkey = 'KEY'",
        "quorum = 1\n[[witness]]\nurl = 'https://w.example'\nkey = 'nonsense'",
        "quorum = 1\n[[witness]]\nurl = 'https://w.example'\nkey = 'KEY'\nmore = 1",
        "quorum = 1\n" + "[[witness]]\nurl = 'https://w.example'\nkey = 'KEY'\n" * 2,
        "quorum = 'one'",
        "[",
    ],
)
def test_a_list_of_witnesses_that_cannot_be_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "witnesses.toml"
    assert read_witnesses(path) == ([], 0)
    path.write_text(text.replace("KEY", vkey(NAMES[0], LOG.public_bytes(), witness=True)), "utf-8")
    with pytest.raises(BadInput):
        read_witnesses(path)


# --- the program ------------------------------------------------------------------------------------------


def test_the_program_cosigns_until_it_is_stopped_and_knows_no_house(tmp_path: Path) -> None:
    """As another authority runs it: in a process of its own, killed hard, and started again."""
    base = [str(Path(sys.executable).with_name("sigill")), "witness"]
    home, env = tmp_path / "witness", {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}

    def run(*words: str) -> dict[str, object]:
        done = subprocess.run([*base, *words, "--json"], capture_output=True, env=env, timeout=60)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    key = parse_vkey(str(run("new", str(home), "--name", NAMES[0])["key"]))
    assert run("follow", str(home), vkey(ORIGIN, LOG.public_bytes())) == {"follows": ORIGIN}
    nodes = grown(30)
    for size in (10, 30):
        serving = subprocess.Popen(
            [*base, "serve", str(home), "--listen", "127.0.0.1:0", "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
        )  # fmt: skip
        try:
            told = b"".join(iter(serving.stdout.readline, b"}\n")) + b"}"
            url = json.loads(told)["listening"]
            panel = Panel(ORIGIN, LOG.public_bytes(), [HttpWitness(url, key)], 1)
            assert panel.cosign(note_of(nodes, size), nodes).enough
        finally:
            serving.send_signal(signal.SIGKILL if size == 10 else signal.SIGTERM)
            _, told = serving.communicate(timeout=30)
        assert serving.returncode == (-signal.SIGKILL if size == 10 else 0), told.decode()
    assert run("show", str(home))["logs"] == {ORIGIN: 30}
    assert parse_vkey(str(run("show", str(home))["key"])) == key
