# The sheets of assetforge.toml, a palette to pick for each, and a button to build them.
@tool
extends VBoxContainer

const Config := preload("config.gd")
const Forge := preload("forge.gd")
const WRONG := Color(1, 0.5, 0.5)

var plugin: EditorPlugin
var list := VBoxContainer.new()
var button := Button.new()
var log_text := RichTextLabel.new()
var dialog := AcceptDialog.new()
var palettes: Array = []
var states := {}


func _init() -> void:
	name = "Assetforge"
	button.text = "Build"
	button.pressed.connect(_pressed)
	add_child(button)
	add_child(list)
	log_text.size_flags_vertical = SIZE_EXPAND_FILL
	log_text.custom_minimum_size = Vector2(0, 120)
	log_text.selection_enabled = true
	add_child(log_text)
	add_child(dialog)


func busy(yes: bool) -> void:
	button.disabled = yes
	button.text = "Building…" if yes else "Build"


func show_result(done: Dictionary) -> void:
	states = {}
	if typeof(done.facts) == TYPE_DICTIONARY:
		for state: String in ["fresh", "built", "stale", "failed"]:
			for sheet: String in done.facts.get(state, []):
				states[sheet] = state
	log_text.clear()
	for error: String in done.errors:
		log_text.push_color(WRONG)
		log_text.add_text(error + "\n")
		log_text.pop()
	if not done.errors:
		log_text.add_text("All sheets are built.\n")
	refresh()


func refresh() -> void:
	# A row for each sheet: its name, its state, its palette.
	for child in list.get_children():
		list.remove_child(child)
		child.queue_free()
	var config := Config.new()
	if not Forge.root() or not config.load_file(Forge.root().path_join(Forge.CONFIG)):
		return
	for sheet: Dictionary in config.sheets():
		var row := HBoxContainer.new()
		var label := Label.new()
		label.text = sheet.name
		label.tooltip_text = states.get(sheet.name, "")
		label.size_flags_horizontal = SIZE_EXPAND_FILL
		label.mouse_filter = MOUSE_FILTER_PASS
		if states.get(sheet.name) == "failed":
			label.modulate = WRONG
		row.add_child(label)
		row.add_child(picker(sheet, config.palette()))
		list.add_child(row)


func picker(sheet: Dictionary, inherited: String) -> OptionButton:
	var options := OptionButton.new()
	var names: Array = [""] + known()
	if not sheet.palette in names:
		names.insert(1, sheet.palette)
	for palette: String in names:
		options.add_item(palette if palette else "the project's (%s)" % inherited)
		options.set_item_metadata(options.item_count - 1, palette)
	options.select(names.find(sheet.palette))
	options.clip_text = true
	options.size_flags_horizontal = SIZE_EXPAND_FILL
	options.item_selected.connect(_picked.bind(sheet.name, options))
	return options


func known() -> Array:
	if not palettes:
		var done: Dictionary = plugin.forge.run(["palette", "list", "--json"])
		if typeof(done.facts) == TYPE_ARRAY:
			for palette: Dictionary in done.facts:
				palettes.append(palette.name)
	return palettes


func alert(message: String) -> void:
	dialog.dialog_text = message
	dialog.popup_centered()


func _pressed() -> void:
	plugin.build()


func _picked(index: int, sheet: String, options: OptionButton) -> void:
	# The choice stands in assetforge.toml, so that every build anywhere makes the same.
	var path := Forge.root().path_join(Forge.CONFIG)
	var config := Config.new()
	if not config.load_file(path) or not config.set_palette(sheet, options.get_item_metadata(index)):
		alert("%s: the block of sheet %s is written in a way that only you can change." % [path, sheet])
		return
	config.save_file(path)
	var done: Dictionary = plugin.forge.build(["--dry-run"])
	if done.code == 2:
		config.text = config.original
		config.save_file(path)
		alert("\n".join(PackedStringArray(done.errors)))
	plugin.build()
