# Shows its parent, an AnimatedSprite2D or Sprite2D of a sheet, in another palette; or any sprite, by a line of code:
#     ForgePalette.swap($Hero, preload("res://assets/forge/sprites.swap.tres"), "pico-8")
@tool
class_name ForgePalette
extends Node

@export var material: ShaderMaterial:
	set = set_material
@export var palette := "":
	set = set_palette


static func swap(sprite: CanvasItem, swaps: ShaderMaterial, palette_name: String) -> bool:
	# Gives the sprite a material of its own that shows the palette; false if the sheet's `swaps` lack it.
	var row := names(swaps).find(palette_name)
	if row < 0:
		push_error("assetforge: \"%s\" is none of the palettes %s; add it to swaps in assetforge.toml." % [palette_name, names(swaps)])
		return false
	var own: ShaderMaterial = swaps.duplicate()
	own.set_shader_parameter("row", row)
	sprite.material = own
	return true


static func names(swaps: ShaderMaterial) -> Array:
	return Array(swaps.get_meta("palettes")) if swaps and swaps.has_meta("palettes") else []


func set_material(value: ShaderMaterial) -> void:
	material = value
	refresh()


func set_palette(value: String) -> void:
	palette = value
	refresh()


func refresh() -> void:
	if is_inside_tree() and get_parent() is CanvasItem and material and palette:
		swap(get_parent() as CanvasItem, material, palette)


func _enter_tree() -> void:
	refresh()


func _get_configuration_warnings() -> PackedStringArray:
	if not get_parent() is CanvasItem:
		return PackedStringArray(["Add it below a sprite."])
	if not material:
		return PackedStringArray(["Give it NAME.swap.tres, which lies beside NAME.tres."])
	return PackedStringArray()
