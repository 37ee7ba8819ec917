# The sheets of assetforge.toml, a palette to pick for each, and a button to build them.
tool
extends VBoxContainer

const Config = preload("config.gd")
const Forge = preload("forge.gd")

var plugin
var list = VBoxContainer.new()
var button = Button.new()
var log_text = RichTextLabel.new()
var dialog = AcceptDialog.new()
var palettes = []
var states = {}


func _init():
	name = "Assetforge"
	button.text = "Build"
	button.connect("pressed", self, "_pressed")
	add_child(button)
	add_child(list)
	log_text.size_flags_vertical = SIZE_EXPAND_FILL
	log_text.rect_min_size = Vector2(0, 120)
	log_text.selection_enabled = true
	add_child(log_text)
	add_child(dialog)


func busy(yes):
	button.disabled = yes
	button.text = "Building…" if yes else "Build"


func show_result(done):
	states = {}
	if typeof(done.facts) == TYPE_DICTIONARY:
		for state in ["fresh", "built", "stale", "failed"]:
			for sheet in done.facts.get(state, []):
				states[sheet] = state
	log_text.clear()
	for error in done.errors:
		log_text.push_color(Color(1, 0.5, 0.5))
		log_text.add_text(error + "\n")
		log_text.pop()
	if not done.errors:
		log_text.add_text("All sheets are built.\n")
	refresh()


func refresh():
	# A row for each sheet: its name, its state, its palette.
	for child in list.get_children():
		list.remove_child(child)
		child.queue_free()
	var config = Config.new()
	if not Forge.root() or not config.load_file(Forge.root() + "/" + Forge.CONFIG):
		return
	for sheet in config.sheets():
		var row = HBoxContainer.new()
		var label = Label.new()
		label.text = sheet.name
		label.hint_tooltip = states.get(sheet.name, "")
		label.size_flags_horizontal = SIZE_EXPAND_FILL
		label.mouse_filter = MOUSE_FILTER_PASS
		if states.get(sheet.name) == "failed":
			label.modulate = Color(1, 0.5, 0.5)
		row.add_child(label)
		row.add_child(picker(sheet, config.palette()))
		list.add_child(row)


func picker(sheet, inherited):
	var options = OptionButton.new()
	var names = ["", sheet.palette] + known() if sheet.palette and not sheet.palette in known() else [""] + known()
	for palette in names:
		options.add_item(palette if palette else "the project's (%s)" % inherited)
		options.set_item_metadata(options.get_item_count() - 1, palette)
	options.select(names.find(sheet.palette))
	options.clip_text = true
	options.size_flags_horizontal = SIZE_EXPAND_FILL
	options.connect("item_selected", self, "_picked", [sheet.name, options])
	return options


func known():
	if not palettes:
		var done = plugin.forge.run(["palette", "list", "--json"])
		for palette in done.facts if typeof(done.facts) == TYPE_ARRAY else []:
			palettes.append(palette.name)
	return palettes


func alert(message):
	dialog.dialog_text = message
	dialog.popup_centered()


func _pressed():
	plugin.build()


func _picked(index, sheet, options):
	# The choice stands in assetforge.toml, so that every build anywhere makes the same.
	var path = Forge.root() + "/" + Forge.CONFIG
	var config = Config.new()
	if not config.load_file(path) or not config.set_palette(sheet, options.get_item_metadata(index)):
		alert("%s: the block of sheet %s is written in a way that only you can change." % [path, sheet])
		return
	var before = config.original
	config.save_file(path)
	var done = plugin.forge.build(["--dry-run"])
	if done.code == 2:
		config.text = before
		config.save_file(path)
		alert(PoolStringArray(done.errors).join("\n"))
	plugin.build()
