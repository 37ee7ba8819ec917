"""The kinds of sheet, one file each."""
