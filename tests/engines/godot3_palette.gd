# Takes the place of main.gd: each palette twice, by ForgePalette's function and by its node, into screen.rgba.
extends Node2D

const CELL = 48

var out = OS.get_environment("SHOWN")
var frames = preload("res://assets/forge/art.tres")
var swap = preload("res://assets/forge/art.swap.tres")


func _ready():
	if OS.has_feature("Server"):
		return
	var viewport = Viewport.new()
	viewport.size = Vector2(512, 512)
	viewport.transparent_bg = true
	viewport.render_target_v_flip = true
	viewport.render_target_update_mode = Viewport.UPDATE_ALWAYS
	viewport.usage = Viewport.USAGE_2D
	add_child(viewport)
	var names = ForgePalette.names(swap)
	for row in names.size():
		var one = add(viewport, Vector2(0, CELL * row))
		var told = ForgePalette.swap(one, swap, names[row])
		var other = add(viewport, Vector2(CELL, CELL * row))
		var node = ForgePalette.new()
		node.material = swap
		node.palette = names[row]
		other.add_child(node)
		if not told:
			names[row] = "refused"
	var plain = add(viewport, Vector2(2 * CELL, 0))
	var refused = not ForgePalette.swap(plain, swap, "no such palette") and plain.material == null
	for _frame in 3:
		yield(get_tree(), "idle_frame")
	yield(VisualServer, "frame_post_draw")
	var image = viewport.get_texture().get_data()
	image.convert(Image.FORMAT_RGBA8)
	write("screen.rgba", image.get_data())
	write("facts.json", JSON.print({"names": names, "refused": refused}).to_utf8())
	get_tree().quit()


func add(viewport, place):
	var sprite = AnimatedSprite.new()
	sprite.frames = frames
	sprite.animation = "bosses/dragon"
	sprite.centered = false
	sprite.position = place
	viewport.add_child(sprite)
	return sprite


func write(name, data):
	var file = File.new()
	file.open(out + "/" + name, File.WRITE)
	file.store_buffer(data)
	file.close()
