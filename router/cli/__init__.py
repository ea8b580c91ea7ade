"""The command line: `main` knows the commands, each of which has a module of its own."""
