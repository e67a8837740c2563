"""Filters that the templates use everywhere."""

from typing import Any

from django import template

from sigill.decision.legal import Finding
from sigill.desk.access import ROLE_WORDS, Role
from sigill.faces.web import words
from sigill.faces.web.pages import labels

register = template.Library()


@register.filter
def finding_text(finding: Finding | dict[str, str]) -> str:
    """What a finding says, in the reader's language."""
    return words.finding_text(finding)


@register.filter
def role_name(role: str) -> str:
    """A role in words."""
    return words.translate(ROLE_WORDS[Role(role)])


@register.filter
def state_name(state: str) -> str:
    """Where a case stands, in words."""
    return labels.state(state)


@register.filter
def action_name(action: str) -> str:
    """A line of history in words."""
    return labels.action(action)


@register.filter
def need_state(state: str) -> str:
    """Where a need for protection stands, in words."""
    return labels.need(state)


@register.filter
def way_name(way: str) -> str:
    """How a decision was sent, in words."""
    return labels.way(way)


@register.filter
def address_lines(address: str) -> str:
    """An address, one line per comma."""
    return "\n".join(part.strip() for part in address.split(","))


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """A mapping's value, or ""."""
    return mapping.get(key, "") if mapping else ""
