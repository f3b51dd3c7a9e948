"""``python -m assessor``: the command line without the console script."""

from assessor.cli import main

if __name__ == "__main__":
    main()
