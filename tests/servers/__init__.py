"""Real servers for tests, on free ports of 127.0.0.1 and in folders that vanish: IMAP, SMTP, PostgreSQL."""
