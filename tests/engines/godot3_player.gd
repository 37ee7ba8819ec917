# Plays the starter game as a person would, by keys, and writes down what becomes of it; added as an autoload.
extends Node

var out = OS.get_environment("SHOWN")
var told = {}


func _ready():
	if not OS.has_feature("Server"):
		play()


func play():
	yield(frames(5), "completed")
	var game = get_tree().current_scene
	save("start.png")
	told.sheets = game.sheets.keys()
	told.coins = game.coins.size()
	told.hearts = game.hearts.size()
	told.from = game.hero.position.x
	key(KEY_RIGHT, true)
	yield(frames(20), "completed")
	key(KEY_RIGHT, false)
	told.to = game.hero.position.x
	told.palettes = []
	game.safe = 0 # or the hero blinks
	for _press in game.swaps.sprites.get_meta("palettes").size():
		told.palettes.append(game.palette)
		yield(frames(2), "completed")
		save("palette-%d.png" % game.palette)
		key(KEY_P, true)
		key(KEY_P, false)
		yield(frames(2), "completed")
	told.palettes.append(game.palette)
	# All coins but one come to the hero, then a monster does.
	for coin in game.coins:
		coin.position = game.hero.position
	yield(frames(3), "completed")
	told.level = game.level
	told.more_monsters = game.monsters.size()
	game.safe = 0
	game.hunter.position = game.hero.position
	yield(frames(3), "completed")
	told.hurt = game.hearts.size()
	var file = File.new()
	file.open(out + "/told.json", File.WRITE)
	file.store_string(JSON.print(told))
	file.close()
	get_tree().quit()


func frames(count):
	for _frame in count:
		yield(get_tree(), "idle_frame")


func key(scancode, pressed):
	var event = InputEventKey.new()
	event.scancode = scancode
	event.pressed = pressed
	Input.parse_input_event(event)


func save(name):
	# The last whole picture, in the pixels of the game.
	var image = get_viewport().get_texture().get_data()
	image.flip_y()
	image.save_png(out + "/" + name)
