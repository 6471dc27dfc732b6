"""The database: the ledger of mails, the tickets, the outbox, the timers. SQLite or PostgreSQL, the same statements."""
