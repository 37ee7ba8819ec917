# Writes, into the folder that the variable SHOWN names: facts.json, every animation of the sheet "art"; frames.rgba, the
# pixels of its frames as the imported texture holds them; and, where there is a screen, screen-ROW.rgba, all frames as
# drawn by AnimatedSprites into a viewport, without a material (ROW -1) and in each of the palettes of the strip.
extends Node2D

const SIDE = 512
const CELL = 48

var out = OS.get_environment("SHOWN")
var frames = preload("res://assets/forge/art.tres")
var swap = preload("res://assets/forge/art.swap.tres")
var sheet


func _ready():
	var facts = {"animations": {}, "places": {}, "palettes": swap.get_meta("palettes"), "video": ""}
	var pixels = File.new()
	pixels.open(out + "/frames.rgba", File.WRITE)
	for name in frames.get_animation_names():
		var shown = []
		for index in frames.get_frame_count(name):
			var image = whole(frames.get_frame(name, index))
			shown.append([image.get_width(), image.get_height(), pixels.get_position()])
			pixels.store_buffer(image.get_data())
		facts.animations[name] = {
			"frames": shown,
			"speed": frames.get_animation_speed(name),
			"loop": frames.get_animation_loop(name),
		}
	pixels.close()
	facts.textures = {}
	for name in ["art.png", "art.index.png", "art.palette.png"]:
		var texture = load("res://assets/forge/" + name)
		var image = texture.get_data()
		image.convert(Image.FORMAT_RGBA8)
		facts.textures[name] = [image.get_width(), image.get_height(), texture.flags]
		write(name + ".rgba", image.get_data())
	if not OS.has_feature("Server"):
		yield(capture(facts), "completed")
	write("facts.json", JSON.print(facts).to_utf8())
	get_tree().quit()


func whole(texture):
	# What an AtlasTexture stands for: a piece of the sheet, and what trimming took around it.
	if not sheet:
		sheet = texture.atlas.get_data()
		sheet.convert(Image.FORMAT_RGBA8)
	var image = Image.new()
	image.create(int(texture.get_width()), int(texture.get_height()), false, Image.FORMAT_RGBA8)
	image.blit_rect(sheet, texture.region, texture.margin.position)
	return image


func capture(facts):
	facts.video = OS.get_video_driver_name(OS.get_current_video_driver())
	var viewport = Viewport.new()
	viewport.size = Vector2(SIDE, SIDE)
	viewport.transparent_bg = true
	viewport.render_target_v_flip = true
	viewport.render_target_update_mode = Viewport.UPDATE_ALWAYS
	viewport.usage = Viewport.USAGE_2D
	add_child(viewport)
	var row = 0
	var corner = Vector2()
	for name in frames.get_animation_names():
		if frames.get_frame_count(name) > 1:
			continue
		var sprite = AnimatedSprite.new()
		sprite.frames = frames
		sprite.animation = name
		sprite.centered = false
		sprite.position = corner
		viewport.add_child(sprite)
		var size = frames.get_frame(name, 0).get_size()
		facts.places[name] = [corner.x, corner.y, size.x, size.y]
		corner.x += CELL
		if corner.x + CELL > SIDE:
			corner = Vector2(0, corner.y + CELL)
	for number in range(-1, facts.palettes.size()):
		for sprite in viewport.get_children():
			sprite.material = swap if number >= 0 else null
		swap.set_shader_param("row", max(number, 0))
		for _frame in 3:
			yield(get_tree(), "idle_frame")
		yield(VisualServer, "frame_post_draw")
		var image = viewport.get_texture().get_data()
		image.convert(Image.FORMAT_RGBA8)
		write("screen-%d.rgba" % number, image.get_data())


func write(name, data):
	var file = File.new()
	file.open(out + "/" + name, File.WRITE)
	file.store_buffer(data)
	file.close()
