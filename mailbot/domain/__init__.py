"""The rules of the desk: pure functions over plain data. No clock, no logging, no input or output, no library."""
