"""Run the migrations on the connection that mailbot hands over; `mailbot migrate` is the only way to call this."""

from alembic import context

from mailbot.adapters.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
