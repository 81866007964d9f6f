"""How Alembic reaches the ledger: always the connection that `models.database.migrate` opened."""

from alembic import context

from models.ledger import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
