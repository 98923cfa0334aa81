"""`python -m isegoria`."""

from isegoria.cli import main

main()
