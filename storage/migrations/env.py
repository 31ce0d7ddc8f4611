"""How Alembic runs our migrations: on the connection that it is given."""

from alembic import context
from sqlmodel import SQLModel

import storage.store  # noqa: F401 (every twin's tables are part of the metadata)
from storage.migrations.drawing import render_item
from storage.migrations.guarding import add_guards

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    render_item=render_item,
    compare_type=True,
    process_revision_directives=add_guards,
)
context.run_migrations()
