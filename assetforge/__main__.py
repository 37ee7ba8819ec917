"""`python -m assetforge` is the command line."""

from .cli import main

main()
