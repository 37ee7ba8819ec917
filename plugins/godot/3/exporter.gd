# Fails an export whose sheets cannot be built: nothing is left that could be shipped.
#
# Godot gives no way to call an export off: so every file is left out, the outcome is removed, and a Godot that was started
# to export ends with exit code 1 (see plugin.gd).
tool
extends EditorExportPlugin

var plugin
var failed = false
var target = ""


func _export_begin(_features, _is_debug, path, _flags):
	target = path if path.is_abs_path() else ProjectSettings.globalize_path("res://").plus_file(path)
	failed = not plugin.ready_to_export()
	if failed:
		remove()


func _export_file(_path, _type, _features):
	if failed:
		skip()


func _export_end():
	if not failed:
		return
	remove()
	var message = "The export failed: assetforge could not build every sheet; see the output. No %s was left." % target.get_file()
	plugin.complain(message)
	if not plugin.exporting():
		plugin.dock.alert(message)


func remove():
	# The outcome, and what lies beside it under the same name: a pack, a page's script.
	var folder = Directory.new()
	for path in [target, target.get_basename() + ".pck", target.get_basename() + ".js", target.get_basename() + ".wasm"]:
		if folder.file_exists(path):
			folder.remove(path)
