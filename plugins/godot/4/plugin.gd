# Builds when the editor starts, when its window gets the focus, and before an export.
@tool
extends EditorPlugin

const Forge := preload("forge.gd")
const Exporter := preload("exporter.gd")
const Dock := preload("dock.gd")

var forge := Forge.new()
var exporter: Exporter
var dock: Dock
var thread: Thread
var again := false # asked for while another build was at work
var told := []
var warned := false


func _enter_tree() -> void:
	Forge.add_setting()
	dock = Dock.new()
	dock.plugin = self
	add_control_to_dock(DOCK_SLOT_RIGHT_BL, dock)
	exporter = Exporter.new()
	exporter.plugin = self
	add_export_plugin(exporter)
	if exporting():
		# What is built now is imported by the first scan, before the export; faults are told when that begins.
		forge.build()
	else:
		start()


func _exit_tree() -> void:
	if thread:
		thread.wait_to_finish()
	remove_export_plugin(exporter)
	remove_control_from_docks(dock)
	dock.free()


func _notification(what: int) -> void:
	if what == NOTIFICATION_APPLICATION_FOCUS_IN and dock:
		build()


func start() -> void:
	if Forge.root() and not DirAccess.dir_exists_absolute(Forge.output()):
		# Scenes of a fresh clone are about to ask for sheets; what must be trained first takes minutes and comes after.
		forge.build(["--frozen"])
	build.call_deferred()


func build(arguments: Array = []) -> void:
	# Beside the editor, which stays usable meanwhile.
	if thread:
		again = true
	elif Forge.root():
		dock.busy(true)
		thread = Thread.new()
		thread.start(_work.bind(arguments))


func _work(arguments: Array) -> void:
	_built.call_deferred(forge.build(arguments))


func _built(done: Dictionary) -> void:
	finish()
	tell(done)
	if changed(done):
		get_editor_interface().get_resource_filesystem().scan_sources()
	if again:
		again = false
		build()


func finish() -> void:
	if thread:
		thread.wait_to_finish()
		thread = null
		dock.busy(false)


func tell(done: Dictionary, anew := false) -> void:
	# Errors in the editor's output, but not the same at every focus; everything in the dock.
	if anew or done.errors != told:
		for error: String in done.errors:
			complain("assetforge: " + error)
	told = done.errors
	if forge.version and not warned and compatible(forge.version) != compatible(own_version()):
		warned = true
		var versions := [own_version(), forge.version]
		complain("assetforge: the addon is of version %s, the program of %s; delete addons/assetforge and run: assetforge init" % versions)
	if dock:
		dock.show_result(done)


static func complain(message: String) -> void:
	if exporting():
		printerr(message)
	else:
		push_error(message)


func ready_to_export() -> bool:
	# Whether every sheet is built, and what was built is what Godot has imported.
	finish()
	var done := forge.build()
	tell(done, true)
	if done.code != 0:
		return false
	var waiting := Forge.not_imported()
	if waiting:
		complain("assetforge: built just now and not imported yet: %s; export once more." % ", ".join(PackedStringArray(waiting)))
		if not exporting():
			get_editor_interface().get_resource_filesystem().scan_sources.call_deferred()
	return waiting.is_empty()


static func changed(done: Dictionary) -> bool:
	return typeof(done.facts) == TYPE_DICTIONARY and (not done.facts.built.is_empty() or not done.facts.removed.is_empty())


static func exporting() -> bool:
	for argument in OS.get_cmdline_args():
		if argument.begins_with("--export"):
			return true
	return false


static func own_version() -> String:
	var config := ConfigFile.new()
	config.load("res://addons/assetforge/plugin.cfg")
	return config.get_value("plugin", "version", "")


static func compatible(version: String) -> String:
	var parts := version.split(".")
	return parts[0] + "." + parts[1] if parts.size() > 1 else version
