"""One module per thing outside: mailbox, mail bytes, SMTP, database, files, templates. They do not know each other."""
