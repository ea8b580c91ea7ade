"""The rules' own tests: events and commands in, incidents expected, on a virtual clock."""
