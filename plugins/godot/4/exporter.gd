# Fails an export whose sheets cannot be built: nothing is left that could be shipped.
#
# Godot gives no way to call an export off. One that was started on the command line is ended at once, which the shell
# sees; in the editor every file is left out, the outcome is removed, and the export's dialog says why.
@tool
extends EditorExportPlugin

const ERROR := 3 # EditorExportPlatform.EXPORT_MESSAGE_ERROR

var plugin: EditorPlugin
var failed := false
var target := ""


func _get_name() -> String:
	return "assetforge"


func _export_begin(_features: PackedStringArray, _is_debug: bool, path: String, _flags: int) -> void:
	target = path if path.is_absolute_path() else ProjectSettings.globalize_path("res://").path_join(path)
	failed = not plugin.ready_to_export()
	if not failed:
		return
	remove()
	if plugin.exporting():
		printerr(message())
		OS.kill(OS.get_process_id())
	elif has_method("get_export_platform"):
		# Since Godot 4.4.
		call("get_export_platform").call("add_message", ERROR, "assetforge", message())


func _export_file(_path: String, _type: String, _features: PackedStringArray) -> void:
	if failed:
		skip()


func _export_end() -> void:
	if failed:
		remove()
		plugin.complain(message())
		plugin.dock.alert(message())


func message() -> String:
	return "The export failed: assetforge could not build every sheet; see the output. No %s was left." % target.get_file()


func remove() -> void:
	# The outcome, and what lies beside it under the same name: a pack, a page's script.
	var start := target.get_basename()
	for path: String in [target, start + ".pck", start + ".js", start + ".wasm"]:
		if FileAccess.file_exists(path):
			DirAccess.remove_absolute(path)
