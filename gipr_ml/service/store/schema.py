"""The tables of the database. Migrations bring a database here; a test holds both together."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    # What the job is about: the same work is never queued twice.
    Column("key", String(200), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("arguments", Text, nullable=False),
    Column("state", String(20), nullable=False),
    Column("attempts", Integer, nullable=False),
    # Who works on it, until when unless renewed, in seconds since 1970.
    Column("worker", String(80)),
    Column("lease", Float),
    Column("progress", Float, nullable=False),
    Column("step", Text, nullable=False),
    Column("reason", Text),
    Column("result", Text),
    Column("created_at", Float, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("started_at", Float),
    Column("finished_at", Float),
    Index("jobs_waiting", "state", "created_at", "id"),
    Index("jobs_newest", "created_at", "id"),
)

reports = Table(
    "reports",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("job", String(32), ForeignKey("jobs.id")),
    Column("created_at", Float, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("updated_at", Float, nullable=False),
    # What follows is made anew from the history with every entry, for listing and searching.
    Column("entry", Integer, nullable=False),
    Column("status", String(20)),
    Column("reason", Text),
    Column("agency", Text),
    Column("year", Integer),
    Column("errors", Integer, nullable=False),
    Column("warnings", Integer, nullable=False),
    Column("proposals", Integer, nullable=False),
    Column("open", Integer, nullable=False),
    Column("confidence", Float),
    Column("worst", Float, nullable=False),
    Column("review", String(20), nullable=False),
    Column("reviewed_by", Text),
    Column("reviewed_at", Float),
    Column("version", Text),
    Column("outline", Text),
    Index("reports_worst", "worst", "id"),
    Index("reports_newest", "created_at", "id"),
    Index("reports_agency", "agency", "year"),
    Index("reports_year", "year", "worst", "id"),
    Index("reports_status", "status", "worst", "id"),
    Index("reports_review", "review", "worst", "id"),
    Index("reports_job", "job"),
)

findings = Table(
    "findings",
    metadata,
    Column("report", String(32), ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True),
    Column("rule", String(100), primary_key=True),
    Column("severity", String(10), nullable=False),
    Column("number", Integer, nullable=False),
    Index("findings_rule", "rule", "report"),
)

states = Table(
    "states",
    metadata,
    Column("report", String(32), ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("report", String(32), ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("by", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("body", LargeBinary, nullable=False),
    # Given by the sender, so that what is sent again after a lost answer is entered once.
    Column("key", String(100)),
    UniqueConstraint("report", "key", name="entries_key"),
)

deletions = Table(
    "deletions",
    metadata,
    Column("report", String(32), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("by", Text, nullable=False),
)

models = Table(
    "models",
    metadata,
    Column("digest", String(64), primary_key=True),
    # Below the folder of models, or "" for the one that is shipped.
    Column("folder", Text, nullable=False),
    Column("made_at", Float, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("in_use", Boolean, nullable=False),
)

promotions = Table(
    "promotions",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("by", Text, nullable=False),
    # As `learning.promotion` logs it.
    Column("entry", Text, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("created_at", Float, nullable=False),
    Column("revoked_at", Float),
)

sessions = Table(
    "sessions",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("token", String(16), ForeignKey("tokens.id", ondelete="CASCADE")),
    Column("name", Text, nullable=False),
    Column("role", String(20), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("ends_at", Float, nullable=False),
)
