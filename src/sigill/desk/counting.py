"""How much waits and how old it is, for Prometheus. No ids, no names, no case."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sigill.desk.office import office
from sigill.store.desk import models


class _Queues(Collector):
    def collect(self) -> Iterator[Metric]:
        """What stands in the database now."""
        yield _grouped("sigill_cases", "Cases by state.", "state", models.Case)
        yield _grouped("sigill_jobs", "Jobs by state.", "state", models.Work)
        yield _grouped("sigill_needs", "Needs for protection by state.", "state", models.Protection)
        now = office().house.clock.now()
        yield _one("sigill_mails_due", "Mails that wait to be sent.", models.Notice.objects.filter(next_try__lte=now))
        yield _one("sigill_mails_stuck", "Mails a human must look at.", models.Notice.objects.filter(stuck=True))
        due = models.WebhookMessage.objects.filter(next_try__lte=now)
        yield _one("sigill_webhooks_due", "Webhooks that wait to be delivered.", due)
        stuck = models.WebhookMessage.objects.filter(stuck=True)
        yield _one("sigill_webhooks_stuck", "Webhooks a human must look at.", stuck)
        oldest = models.Work.objects.filter(state="waiting").order_by("asked_at").values_list("asked_at", flat=True)
        age = (now - oldest[0]).total_seconds() if oldest else 0.0
        yield GaugeMetricFamily("sigill_oldest_job_seconds", "How long the oldest waiting job has waited.", value=age)


def _grouped(name: str, about: str, field: str, table: Any) -> GaugeMetricFamily:
    found = GaugeMetricFamily(name, about, labels=[field])
    for row in table.objects.values(field).annotate(n=Count("pk")).order_by(field):
        found.add_metric([row[field]], row["n"])
    return found


def _one(name: str, about: str, rows: Any) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=rows.count())


def exposition() -> bytes:
    """The numbers in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Queues())
    return generate_latest(registry)
