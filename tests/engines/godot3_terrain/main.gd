# Lays the cells of cells.json with tile 0, the terrain, wherever they are inner, and with tile 1 elsewhere; writes
# laid.json into the folder that the variable SHOWN names, beside which the cells lie: the corner in the texture of the
# tile that Godot draws in each cell, and what it read of the tileset.
extends Node2D


func _ready():
	var file = File.new()
	file.open(OS.get_environment("SHOWN") + "/../cells.json", File.READ)
	var cells = JSON.parse(file.get_as_text()).result
	file.close()
	var tiles = load("res://shore.tileset.tres")
	var map = TileMap.new()
	add_child(map)
	map.tile_set = tiles
	map.cell_size = tiles.autotile_get_size(0)
	for y in cells.size():
		for x in cells[y].size():
			map.set_cell(x, y, 0 if cells[y][x] else 1)
	map.update_bitmask_region()
	var laid = []
	for y in cells.size():
		var row = []
		for x in cells[y].size():
			var corner = tiles.tile_get_region(map.get_cell(x, y)).position
			if map.get_cell(x, y) == 0:
				corner += map.get_cell_autotile_coord(x, y) * tiles.autotile_get_size(0)
			row.append([corner.x, corner.y])
		laid.append(row)
	var facts = {
		"laid": laid,
		"names": [tiles.tile_get_name(0), tiles.tile_get_name(1)],
		"mode": tiles.autotile_get_bitmask_mode(0),
		"modes": [tiles.tile_get_tile_mode(0), tiles.tile_get_tile_mode(1)],
		"size": [tiles.tile_get_texture(0).get_width(), tiles.tile_get_texture(0).get_height()],
	}
	file.open(OS.get_environment("SHOWN") + "/laid.json", File.WRITE)
	file.store_string(JSON.print(facts))
	file.close()
	get_tree().quit()
