"""Where a command's sprites go: the rooms of `destination`, under the name that commands know."""

from ..destination import SHEETS, check_out, write_folder, write_pages, write_sheet, write_sprites

__all__ = ["SHEETS", "check_out", "write_folder", "write_pages", "write_sheet", "write_sprites"]
