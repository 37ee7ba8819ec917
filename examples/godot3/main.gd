# A room of four sheets: the hero was completed, the monsters generated, the hunter mixed, the rest drawn and quantized.
extends Node2D

const ROOM = Rect2(16, 16, 208, 128)
const SPEED = 64.0
const COINS = 8

var sheets = {
	"sprites": preload("res://assets/forge/sprites.tres"),
	"monsters": preload("res://assets/forge/monsters.tres"),
	"finished": preload("res://assets/forge/finished.tres"),
	"hybrids": preload("res://assets/forge/hybrids.tres"),
}
var swaps = {
	"sprites": preload("res://assets/forge/sprites.swap.tres"),
	"monsters": preload("res://assets/forge/monsters.swap.tres"),
	"finished": preload("res://assets/forge/finished.swap.tres"),
	"hybrids": preload("res://assets/forge/hybrids.swap.tres"),
}
var palette = 0
var level = 1
var hero
var hunter
var hearts = []
var coins = []
var monsters = []
var safe = 0.0 # seconds for which nothing can hurt the hero


func _ready():
	var tiles = sheets.sprites.get_frame("floor", 0).get_size()
	for x in range(0, 240, int(tiles.x)):
		for y in range(0, 160, int(tiles.y)):
			var inner = ROOM.has_point(Vector2(x, y) + tiles / 2)
			put("sprites", "floor" if inner else "wall", Vector2(x, y) + tiles / 2)
	for x in [48, 120, 192]:
		put("sprites", "torch", Vector2(x, 8))
	start()


func start():
	# A new game.
	level = 1
	for heart in hearts:
		heart.queue_free()
	hearts = []
	for number in 3:
		hearts.append(put("sprites", "heart", Vector2(12 + 16 * number, 150)))
	enter()


func enter():
	# The next room: more monsters, and faster.
	seed(level)
	for sprite in coins + monsters + [hero, hunter]:
		if sprite:
			sprite.queue_free()
	coins = []
	monsters = []
	hero = put("finished", "paladin", ROOM.position + ROOM.size / 2)
	hunter = put("hybrids", named("hybrids", level), ROOM.position + Vector2(8, 8))
	for number in COINS:
		coins.append(put("sprites", "coin", somewhere()))
	for number in 2 + level:
		var monster = put("monsters", named("monsters", number), somewhere())
		monster.set_meta("way", Vector2(30 + 6 * level, 0).rotated(rand_range(0, TAU)))
		monsters.append(monster)
	safe = 1.5


func named(sheet, number):
	# One of its sprites.
	var names = Array(sheets[sheet].get_animation_names())
	names.erase("default")
	return names[number % names.size()]


func somewhere():
	# A place in the room, away from the hero.
	while true:
		var place = ROOM.position + Vector2(rand_range(8, ROOM.size.x - 8), rand_range(8, ROOM.size.y - 8))
		if place.distance_to(ROOM.position + ROOM.size / 2) > 40:
			return place


func put(sheet, animation, place):
	var sprite = AnimatedSprite.new()
	sprite.frames = sheets[sheet]
	sprite.animation = animation
	sprite.playing = true
	sprite.position = place
	sprite.material = swaps[sheet]
	add_child(sprite)
	return sprite


func _process(delta):
	var way = Vector2(
		Input.get_action_strength("ui_right") - Input.get_action_strength("ui_left"),
		Input.get_action_strength("ui_down") - Input.get_action_strength("ui_up")
	)
	hero.position = kept(hero.position + way.normalized() * SPEED * delta)
	if way.x:
		hero.flip_h = way.x < 0
	hunter.position = hunter.position.move_toward(hero.position, (14 + 2 * level) * delta)
	for monster in monsters:
		bounce(monster, delta)
	safe = max(0, safe - delta)
	hero.visible = int(safe * 10) % 2 == 0
	for coin in coins.duplicate():
		if coin.position.distance_to(hero.position) < 12:
			coins.erase(coin)
			coin.queue_free()
	for monster in monsters + [hunter]:
		if not safe and monster.position.distance_to(hero.position) < 11:
			hurt()
			break
	if not coins:
		level += 1
		enter()


func bounce(monster, delta):
	var way = monster.get_meta("way")
	var next = monster.position + way * delta
	var inside = kept(next)
	if inside.x != next.x:
		way.x = -way.x
	if inside.y != next.y:
		way.y = -way.y
	monster.set_meta("way", way)
	monster.position = inside
	monster.flip_h = way.x < 0


func kept(place):
	# The nearest place at which a sprite does not stand in a wall.
	return Vector2(
		clamp(place.x, ROOM.position.x + 8, ROOM.end.x - 8), clamp(place.y, ROOM.position.y + 8, ROOM.end.y - 8)
	)


func hurt():
	safe = 1.5
	hearts.pop_back().queue_free()
	if not hearts:
		start()


func _unhandled_input(event):
	if event is InputEventKey and event.pressed and not event.echo and event.scancode == KEY_P:
		swap()


func swap():
	# Every sprite of a sheet shares its material, so four calls change the whole room.
	palette = (palette + 1) % swaps.sprites.get_meta("palettes").size()
	for sheet in swaps:
		swaps[sheet].set_shader_param("row", palette)
