# Shows its parent, an AnimatedSprite or Sprite of a sheet, in another palette; or any sprite, by a line of code:
#     ForgePalette.swap($Hero, preload("res://assets/forge/sprites.swap.tres"), "pico-8")
tool
class_name ForgePalette
extends Node

export(ShaderMaterial) var material setget set_material
export(String) var palette = "" setget set_palette


static func swap(sprite, material, name):
	# Gives the sprite a material of its own that shows the palette `name`; false if the sheet's `swaps` lack it.
	var row = names(material).find(name)
	if row < 0:
		push_error("assetforge: \"%s\" is none of the palettes %s; add it to swaps in assetforge.toml." % [name, names(material)])
		return false
	sprite.material = material.duplicate()
	sprite.material.set_shader_param("row", row)
	return true


static func names(material):
	return Array(material.get_meta("palettes")) if material and material.has_meta("palettes") else []


func set_material(value):
	material = value
	refresh()


func set_palette(value):
	palette = value
	refresh()


func refresh():
	if not is_inside_tree() or not get_parent() is CanvasItem:
		return
	if material and palette:
		swap(get_parent(), material, palette)


func _enter_tree():
	refresh()


func _get_configuration_warning():
	if not get_parent() is CanvasItem:
		return "Add it below a sprite."
	return "" if material else "Give it NAME.swap.tres, which lies beside NAME.tres."
