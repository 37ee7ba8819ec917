tool
extends EditorPlugin

var out = OS.get_environment("SHOWN")
var told = []


func _enter_tree():
	if out:
		drive()


func drive():
	var dock
	var forge
	while not forge:
		yield(get_tree().create_timer(0.5), "timeout")
		for each in get_parent().get_children():
			if each.get_script() and each.get_script().resource_path == "res://addons/assetforge/plugin.gd":
				forge = each
	dock = forge.dock
	yield(rest(forge), "completed")
	tell("start", dock)
	save("start.png")
	pick(dock, 0, "pico-8")
	pick(dock, 1, "cga-16")
	yield(rest(forge), "completed")
	tell("picked", dock)
	pick(dock, 0, "")
	yield(rest(forge), "completed")
	var folder = Directory.new()
	folder.copy("res://project.godot", "res://art/items/key.png")
	forge.notification(MainLoop.NOTIFICATION_WM_FOCUS_IN)
	yield(rest(forge), "completed")
	tell("broken", dock)
	save("broken.png")
	var file = File.new()
	file.open(out + "/told.json", File.WRITE)
	file.store_string(JSON.print(told))
	file.close()
	get_tree().quit()


func pick(dock, row, palette):
	var picker = dock.list.get_child(row).get_child(1)
	for index in picker.get_item_count():
		if picker.get_item_metadata(index) == palette:
			picker.select(index)
			picker.emit_signal("item_selected", index)


func rest(forge):
	# Until the build has ended and what it made is imported.
	yield(get_tree().create_timer(0.5), "timeout")
	while forge.thread or get_editor_interface().get_resource_filesystem().is_scanning():
		yield(get_tree().create_timer(0.1), "timeout")
	yield(get_tree().create_timer(0.5), "timeout")


func tell(when, dock):
	var rows = []
	for row in dock.list.get_children():
		if not row.is_queued_for_deletion():
			var picker = row.get_child(1)
			rows.append([row.get_child(0).text, picker.get_item_metadata(picker.selected), picker.get_item_count()])
	var palettes = []
	for row in rows:
		palettes.append(JSON.parse(text("res://assets/forge/%s.json" % row[0])).result.meta.palette.name)
	told.append({
		"when": when, "rows": rows, "log": dock.log_text.text, "palettes": palettes, "config": text("res://assetforge.toml")
	})


func text(path):
	var file = File.new()
	file.open(path, File.READ)
	return file.get_as_text()


func save(name):
	var image = get_tree().root.get_texture().get_data()
	image.flip_y()
	image.save_png(out + "/" + name)
