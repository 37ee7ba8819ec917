# Builds when the editor starts, when its window gets the focus, and before an export.
tool
extends EditorPlugin

const Forge = preload("forge.gd")
const Exporter = preload("exporter.gd")
const Dock = preload("dock.gd")

var forge = Forge.new()
var exporter
var dock
var thread
var again = false # asked for while another build was at work
var told = []
var warned = false


func _enter_tree():
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


func _exit_tree():
	if thread:
		thread.wait_to_finish()
	if exporter.failed and exporting():
		# Not before: later versions than 3.2 say that an export went well when they quit.
		OS.exit_code = 1
	remove_export_plugin(exporter)
	remove_control_from_docks(dock)
	dock.free()


func _notification(what):
	if what == MainLoop.NOTIFICATION_WM_FOCUS_IN and dock:
		build()


func start():
	if Forge.root() and not Directory.new().dir_exists(Forge.output()):
		# Scenes of a fresh clone are about to ask for sheets; what must be trained first takes minutes and comes after.
		forge.build(["--frozen"])
	call_deferred("build")


func build(arguments = []):
	# Beside the editor, which stays usable meanwhile.
	if thread:
		again = true
	elif Forge.root():
		dock.busy(true)
		thread = Thread.new()
		thread.start(self, "_work", arguments)


func _work(arguments):
	call_deferred("_built", forge.build(arguments))


func _built(done):
	finish()
	tell(done)
	if changed(done):
		get_editor_interface().get_resource_filesystem().scan_sources()
	if again:
		again = false
		build()


func finish():
	if thread:
		thread.wait_to_finish()
		thread = null
		dock.busy(false)


func tell(done, anew = false):
	# Errors in the editor's output, but not the same at every focus; everything in the dock.
	if anew or done.errors != told:
		for error in done.errors:
			complain("assetforge: " + error)
	told = done.errors
	if forge.version and not warned and compatible(forge.version) != compatible(own_version()):
		warned = true
		var versions = [own_version(), forge.version]
		complain("assetforge: the addon is of version %s, the program of %s; delete addons/assetforge and run: assetforge init" % versions)
	if dock:
		dock.show_result(done)


static func complain(message):
	if exporting():
		printerr(message)
	else:
		push_error(message)


func ready_to_export():
	# Whether every sheet is built, and what was built is what Godot has imported.
	finish()
	var done = forge.build()
	tell(done, true)
	if done.code != 0:
		return false
	var waiting = Forge.not_imported()
	if waiting:
		complain("assetforge: built just now and not imported yet: %s; export once more." % PoolStringArray(waiting).join(", "))
		if not exporting():
			get_editor_interface().get_resource_filesystem().call_deferred("scan_sources")
	return not waiting


static func changed(done):
	return typeof(done.facts) == TYPE_DICTIONARY and (done.facts.built or done.facts.removed)


static func exporting():
	for argument in OS.get_cmdline_args():
		if argument.begins_with("--export"):
			return true
	return false


static func own_version():
	var config = ConfigFile.new()
	config.load("res://addons/assetforge/plugin.cfg")
	return config.get_value("plugin", "version", "")


static func compatible(version):
	var parts = version.split(".")
	return parts[0] + "." + parts[1] if parts.size() > 1 else version
