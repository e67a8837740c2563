"""Words for states, acts of the history and the like."""

from collections.abc import Mapping

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as N_

_STATES: Mapping[str, str] = {
    "draft": N_("Draft"),
    "submitted": N_("With the decision-maker"),
    "sent_back": N_("Sent back"),
    "approved": N_("Being signed"),
    "issued": N_("Issued"),
    "sent": N_("Sent"),
    "served": N_("Served"),
    "appealed": N_("Appealed"),
    "final": N_("Final"),
    "withdrawn": N_("Withdrawn"),
}
_ACTIONS: Mapping[str, str] = {
    "draft_created": N_("started the case"),
    "draft_edited": N_("changed the case"),
    "declared": N_("recorded a declaration on disqualification"),
    "protection_asked": N_("asked for protection"),
    "protection_granted": N_("granted protection"),
    "protection_refused": N_("refused protection"),
    "protection_ended": N_("ended a protection"),
    "protection_withdrawn": N_("took back a request for protection"),
    "lifted": N_("lifted the case"),
    "submitted": N_("submitted the case"),
    "taken_back": N_("took the case back"),
    "case_opened": N_("opened the case for decision"),
    "stance": N_("took a stand"),
    "sent_back": N_("sent the case back"),
    "decided": N_("decided and signed"),
    "sent": N_("sent the decision"),
    "served": N_("noted service"),
    "appealed": N_("received an appeal"),
    "opening_requested": N_("registered a request for the record"),
}
_WAYS: Mapping[str, str] = {
    "post": N_("By post"),
    "digital_mail": N_("By digital mail"),
    "handed_over": N_("Handed over"),
    "e_mail_notice": N_("E-mail with word that there is a letter"),
}


def state(one: str) -> str:
    """Where a case stands."""
    return gettext(_STATES[one])


def action(one: str) -> str:
    """What somebody did."""
    return gettext(_ACTIONS.get(one, one))


def way(one: str) -> str:
    """How a decision was sent."""
    return gettext(_WAYS[one])


def swedish_or_english(sv: str, en: str) -> str:
    """The one in the reader's language."""
    return sv if (get_language() or "sv").startswith("sv") else en


_NEEDS: Mapping[str, str] = {
    "asked": N_("Waits for an assessment"),
    "granted": N_("Granted"),
    "refused": N_("Refused"),
    "withdrawn": N_("Withdrawn"),
    "ended": N_("Ended"),
    "expired": N_("Has run out"),
}


def need(one: str) -> str:
    """Where a need for protection stands."""
    return gettext(_NEEDS[str(one)])
