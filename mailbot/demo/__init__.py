"""The demonstration: a small department, its mail server, and the real program between them, on this machine alone."""
