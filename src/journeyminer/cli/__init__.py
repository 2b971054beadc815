"""The command line: one module a command, each the thin twin of a public function."""

from journeyminer.cli.main import main

__all__ = ["main"]
