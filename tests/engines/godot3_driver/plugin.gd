tool
extends EditorPlugin

var out = OS.get_environment("SHOWN")
var told = []
var wish = "" # a pack to export


func _enter_tree():
	if out:
		drive()


func _process(_delta):
	# Not in the middle of a timer's signal: an export runs the editor's main loop.
	if wish:
		var path = wish
		wish = ""
		export_pack(path)


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
	# The dialog of Project > Export, and its button Export PCK/Zip.
	wish = out + "/broken.pck"
	yield(rest(forge), "completed")
	tell("export refused", dock)
	save("refused.png")
	told[-1].alert = dock.dialog.dialog_text if dock.dialog.visible else ""
	dock.dialog.hide()
	folder.copy("res://good.bin", "res://art/items/key.png")
	forge.notification(MainLoop.NOTIFICATION_WM_FOCUS_IN)
	yield(rest(forge), "completed")
	wish = out + "/mended.pck"
	yield(rest(forge), "completed")
	tell("exported", dock)
	var file = File.new()
	file.open(out + "/told.json", File.WRITE)
	file.store_string(JSON.print(told))
	file.close()
	get_tree().quit()


func export_pack(path):
	var base = get_editor_interface().get_base_control()
	for menu in all(base, "PopupMenu"):
		for item in menu.get_item_count():
			if menu.get_item_text(item) == "Export...":
				menu.emit_signal("id_pressed", menu.get_item_id(item))
	var dialog = all(base, "ProjectExportDialog")[0]
	dialog.call("_edit_preset", 0)
	dialog.call("_export_pck_zip_selected", path)
	dialog.hide()


func all(node, type):
	var found = [node] if node.get_class() == type else []
	for child in node.get_children():
		found += all(child, type)
	return found


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
