"""The same desk in a browser. It reads the tables and hands acts to the rules; it never writes to a ticket itself."""
