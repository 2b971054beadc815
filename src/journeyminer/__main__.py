"""`python -m journeyminer` is the command line."""

from journeyminer.cli import main

if __name__ == "__main__":
    main()
