"""The sample cases and their people, for trying out: invented, all of them, and with passwords that are shown."""

import datetime as dt
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction

from sigill.adapters.staff_csv import read_staff
from sigill.desk import drafting, people, withholding
from sigill.desk.access import Actor, Role
from sigill.desk.office import office
from sigill.store.desk import models

PASSWORD = "demo"  # noqa: S105 - shown on the demo's log-in page
CHAIR = "Ann-Charlotte Hedvall"
USERS: Mapping[str, tuple[str, tuple[Role, ...]]] = {
    "gun-britt": ("A10667", (Role.HANDLER, Role.MAKER)),
    "micke": ("A11259", (Role.HANDLER,)),
    "fatemeh": ("A10223", (Role.HANDLER,)),
    "siobhan": ("A10334", (Role.HANDLER,)),
    "klas": ("A10149", (Role.HANDLER, Role.MAKER)),
    "aino": ("A11037", (Role.HANDLER,)),
    "emelie": ("A10926", (Role.HANDLER,)),
    "djordje": ("A10297", (Role.HANDLER, Role.MAKER)),
    "ida": ("A11999", (Role.HANDLER, Role.PROTECTION)),
    "birgitta": ("A12184", (Role.MAKER,)),
    "ann-charlotte": ("", (Role.MAKER,)),
    "lovisa": ("A12073", (Role.PROTECTION,)),
    "mariam": ("A11925", (Role.PROTECTION,)),
    "peter": ("A12110", (Role.REGISTRAR, Role.CUSTODIAN)),
    "elin": ("A12147", (Role.LAWYER, Role.CUSTODIAN)),
    "gunnar": ("A12036", (Role.CUSTODIAN,)),
    "nils": ("A11592", (Role.ADMIN,)),
}
"""User name → staff id (empty: the chair of the committee) and roles, so that the law's roles fit the six samples."""
HANDLERS: Mapping[str, str] = {
    "01_track_a_insats": "gun-britt",
    "02_track_b_lyft": "fatemeh",
    "03_lvu14_utskott": "siobhan",
    "04_ekonomiskt_bistand": "klas",
    "05_refuse_bulvan": "emelie",
    "06_refuse_lvu11_delegat": "djordje",
}
_FORMS: Mapping[str, str] = {
    "hot": "hot_vald",
    "trakasserier": "trakasserier",
    "annan_allvarlig_olagenhet": "kartlaggning",
}
"""Ground of a sample's assessment → a form of threat that comes close to it."""
_AS_TYPED = (
    "dnr", "title_sv", "content_sv", "party", "appeal_court", "rapporteur", "participant", "committee", "minutes",
    "dissent",
)  # fmt: skip


def load(samples: Path) -> None:
    """People, roles, delegation rules and the six sample cases as drafts; does nothing when they are there.

    Args:
        samples: the folder `examples`.
    """
    if models.User.objects.exists():
        return
    with transaction.atomic():
        people.put_directory(read_staff((samples / "staff.csv").read_bytes()))
        actors = put_users()
        for folder in sorted((samples / "decisions").iterdir()):
            if folder.is_dir():
                put_case(folder, actors)


def put_users() -> dict[str, Actor]:
    """The demo's users, with their roles from long ago. Returns them as actors."""
    today = office().house.clock.now().date()
    actors = {}
    for username, (staff_id, roles) in USERS.items():
        user = models.User.objects.create_user(
            username, PASSWORD, employee_id=staff_id or None, elected_name="" if staff_id else CHAIR
        )
        for role in roles:
            models.RoleGrant.objects.create(user=user, role=role, valid_from=dt.date(2026, 1, 1))
        actors[username] = people.actor_of(user, max(today, dt.date(2026, 1, 1)))
    return actors


def put_case(folder: Path, actors: Mapping[str, Actor]) -> models.Case:
    """One sample case as its handler's draft: filled in, text handed in, declarations made, needs asked for."""
    sample = tomllib.loads((folder / "case.toml").read_text("utf-8"))
    actor = actors[HANDLERS[folder.name]]
    row = drafting.start(actor, sample["decision_type"])
    row = drafting.save(actor, row.pk, row.edits, "people", typed(sample))
    document = folder / "decision.docx"
    row = drafting.attach(actor, row.pk, row.edits, document.name, document.read_bytes())
    maker = sample["decision_maker"]
    listed = {one.get("staff_id") or f"elected:{one['name']}" for one in sample.get("jav", ())}
    for person in sorted(listed & set(drafting.persons(row))):
        if person != maker.get("staff_id"):
            drafting.declare(actor, row.pk, person, conflict=False)
    for entry in sample.get("withhold", ()):
        if entry["facts"]:
            drafting.ask_protection(
                actor, row.pk, entry["staff_id"], forms=[_FORMS[entry["ground"]]], telling=entry["facts"]
            )
    if folder.name.startswith(("01", "02", "03")):
        _grant(row, sample, actors)
    row.refresh_from_db()
    return row


def typed(sample: Mapping[str, Any]) -> dict[str, Any]:
    """What a handler would type of a sample case file."""
    maker = dict(sample["decision_maker"])
    kept = {key: maker[key] for key in ("kind", "staff_id", "signed_by_name", "politicians") if key in maker}
    changes: dict[str, Any] = {key: sample[key] for key in _AS_TYPED if key in sample}
    if lift := sample.get("lift"):
        # Before it is lifted the case is the officer's own; lifting is an act of its own.
        kept = {"kind": "employee", "staff_id": lift["from_staff_id"]}
        changes["rapporteur"] = {"none": True}
    changes["decision_maker"] = kept
    if not sample.get("participant"):
        changes.pop("participant", None)
        changes["no_participants"] = True
    changes["delegation_id"] = str(_rule(sample["delegation"], sample["title_sv"]).pk)
    changes["report_to_board"] = (office().house.clock.now().date() + dt.timedelta(days=18)).isoformat()
    return changes


def _rule(delegation: Mapping[str, Any], about: str) -> models.DelegationRule:
    first = min(delegation["valid_from"], office().house.clock.now().date())
    return models.DelegationRule.objects.get_or_create(
        item=delegation["item"],
        defaults={
            "rule": delegation["rule"],
            "delegate": delegation["delegate"],
            "about_sv": about,
            "valid_from": first,
        },
    )[0]


def _grant(row: models.Case, sample: Mapping[str, Any], actors: Mapping[str, Actor]) -> None:
    today = office().house.clock.now().date()
    by_id = {one.key: one for one in actors.values()}
    for entry in sample["withhold"]:
        need = models.Protection.objects.filter(case=row, person_id=entry["staff_id"], state="asked").first()
        if need is not None:
            withholding.grant(
                by_id[entry["assessed_by"]],
                need.pk,
                ground=entry["ground"],
                facts=entry["facts"],
                review_by=today + dt.timedelta(days=150),
            )
