"""The API for the central software of the department: the same rules as on a page, for programs."""
