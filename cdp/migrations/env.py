"""What Alembic runs for every command: on the connection that it is given, inside its transaction."""

from alembic import context

from cdp.migrations.tables import owned

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=owned(),
    compare_type=True,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
