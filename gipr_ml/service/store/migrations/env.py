"""Run by Alembic, inside of the transaction that `Database.migrate` has begun."""

from alembic import context

from gipr_ml.service.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
