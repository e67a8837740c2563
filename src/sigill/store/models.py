"""Tables: issued decisions, what was done with them, the log's entries and tree, and what each entry was about.

The log itself (`LogEntry`, `LogNode`) holds salted hashes only. `LogEvent` is the private side: what a hash commits
to, with its salt. `LogCheckpoint` is what the house has signed and published of it. All four, acts and notices are
never changed or deleted from; triggers in the migrations hold that.
"""

from typing import ClassVar

from django.db import models


class Issue(models.Model):
    """One issued decision. No name in clear: `box` is sealed, `notification` has been searched."""

    key = models.CharField(max_length=400, unique=True)
    decision_id = models.CharField(max_length=32, unique=True)
    content_sha256 = models.BinaryField()
    notification = models.BinaryField()
    box = models.BinaryField()
    facts = models.BinaryField()
    issued_at = models.DateTimeField()
    entry = models.OneToOneField("LogEntry", on_delete=models.PROTECT)
    finished = models.BinaryField(null=True)
    retention_month = models.CharField(max_length=7, db_index=True)
    wrapped = models.BinaryField()
    disposed = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.decision_id


class Waiting(models.Model):
    """One decision that waits for signatures made outside the house. Names stand only in `sealed`, encrypted."""

    key = models.CharField(max_length=400, unique=True)
    decision_id = models.CharField(max_length=32, unique=True)
    content_sha256 = models.BinaryField()
    since = models.DateTimeField()
    retention_month = models.CharField(max_length=7)
    wrapped = models.BinaryField()
    sealed = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["since", "id"]

    def __str__(self) -> str:
        return self.decision_id


class LogEntry(models.Model):
    """One entry of the log: 32 bytes that tell nothing without their salt."""

    index = models.BigIntegerField(primary_key=True)
    leaf = models.BinaryField()

    def __str__(self) -> str:
        return str(self.index)


class LogNode(models.Model):
    """The hash of one complete subtree (RFC 9162 § 2.1)."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class LogEvent(models.Model):
    """What an entry commits to, and the salt that hides it."""

    entry = models.OneToOneField(LogEntry, on_delete=models.PROTECT, primary_key=True, related_name="opened")
    event = models.BinaryField()
    salt = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["entry"]

    def __str__(self) -> str:
        return str(self.entry_id)


class Disposal(models.Model):
    """A retention month that has been disposed of, and the log entry that says so."""

    month = models.CharField(max_length=7, primary_key=True)
    entry = models.OneToOneField(LogEntry, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return self.month


class LogCheckpoint(models.Model):
    """A checkpoint that was published: the signed note, with the cosignatures of the witnesses that answered."""

    size = models.BigIntegerField()
    note = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.size)


class Act(models.Model):
    """Something done with a decision: a request, a refusal, an opening, a delivery. No name in clear."""

    slot = models.CharField(max_length=200, unique=True)
    subject = models.CharField(max_length=64, db_index=True)
    kind = models.CharField(max_length=32, db_index=True)
    decision_id = models.CharField(max_length=32, db_index=True, blank=True)
    at = models.DateTimeField()
    data = models.BinaryField()
    sealed = models.BinaryField()
    entry = models.OneToOneField(LogEntry, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return self.slot


class Notice(models.Model):
    """A sealed letter to somebody whom an act concerns; nobody can see on it whom."""

    act = models.ForeignKey(Act, on_delete=models.PROTECT)
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return str(self.pk)
