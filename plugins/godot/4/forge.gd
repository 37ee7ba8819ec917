# Finds the program assetforge, runs it, and tells what came of it.
@tool
extends RefCounted

const Config := preload("config.gd")
const SETTING := "assetforge/program"
const CONFIG := "assetforge.toml"
const MISSING := "assetforge was not found. Install it (pip install assetforge), or name its program in Project > Project Settings > Assetforge > Program."

var command: Array = [] # the program, and the arguments that always come first
var version := ""


static func add_setting() -> void:
	if not ProjectSettings.has_setting(SETTING):
		ProjectSettings.set_setting(SETTING, "")
	ProjectSettings.set_initial_value(SETTING, "")
	ProjectSettings.add_property_info({"name": SETTING, "type": TYPE_STRING, "hint": PROPERTY_HINT_GLOBAL_FILE})


static func root() -> String:
	# The folder of assetforge.toml: the project's, or one above it; "" if there is none.
	var folder := ProjectSettings.globalize_path("res://").rstrip("/")
	while folder and not FileAccess.file_exists(folder + "/" + CONFIG):
		var above := folder.get_base_dir()
		folder = above if above != folder else ""
	return folder


static func quoted(text: String) -> String:
	# OS.execute puts double quotes around each argument and hands all to the shell.
	if OS.get_name() == "Windows":
		return text
	for mark: String in ["\\", "\"", "$", "`"]:
		text = text.replace(mark, "\\" + mark)
	return text


static func execute(program: String, arguments: Array) -> Dictionary:
	var output := []
	var told := PackedStringArray()
	for argument: String in arguments:
		told.append(quoted(argument))
	var code := OS.execute(quoted(program), told, output, true)
	return {"code": code, "text": "\n".join(PackedStringArray(output)).strip_edges()}


func find() -> bool:
	# Whether there is a program; the first of: the setting, the project's virtual environment, PATH, Python's module.
	var candidates := []
	var chosen := str(ProjectSettings.get_setting(SETTING, ""))
	if chosen:
		candidates.append([chosen])
	else:
		for folder: String in [".venv", "venv"]:
			for path: String in ["bin/assetforge", "Scripts/assetforge.exe"]:
				var program := root().path_join(folder).path_join(path)
				if FileAccess.file_exists(program):
					candidates.append([program])
		candidates.append(["assetforge"])
		for python: String in ["python3", "python", "py"]:
			candidates.append([python, "-m", "assetforge"])
	for candidate: Array in candidates:
		var found := execute(candidate[0], candidate.slice(1) + ["--version"])
		var words: PackedStringArray = found.text.split(" ")
		if found.code == 0 and found.text.begins_with("assetforge, version ") and words.size() >= 3:
			command = candidate
			version = words[2].strip_edges()
			return true
	command = []
	return false


func run(arguments: Array) -> Dictionary:
	# What the program says: its exit code, its text, and of that the JSON as `facts`.
	if not command and not find():
		return {"code": -1, "text": MISSING, "facts": null, "errors": [MISSING]}
	var done := execute(command[0], command.slice(1) + arguments)
	done.facts = facts(done.text)
	done.errors = errors(done)
	return done


func build(arguments: Array = []) -> Dictionary:
	if not root():
		return {"code": 2, "text": "", "facts": null, "errors": ["no assetforge.toml here or above; run: assetforge init"]}
	var done := run(["build", root(), "--json"] + arguments)
	if done.code == 0 and (typeof(done.facts) != TYPE_DICTIONARY or done.facts.get("exit") != 0):
		# OS.execute gives 0 for a program that was killed.
		done.code = 1
		done.errors = ["the program ended before it was done. " + done.text]
	return done


static func output() -> String:
	# The folder of what is built.
	var config := Config.new()
	config.load_file(root().path_join(CONFIG))
	return ProjectSettings.localize_path(root().path_join(config.output()))


static func not_imported() -> Array:
	# Pictures in the output folder that Godot has imported in an older state, or not at all.
	var found := []
	if not output().begins_with("res://") or not DirAccess.dir_exists_absolute(output()):
		return found
	for name in DirAccess.get_files_at(output()):
		var sidecar := ConfigFile.new()
		var path := output().path_join(name)
		if name.ends_with(".png") and sidecar.load(path + ".import") == OK:
			var state := ConfigFile.new()
			# As Godot's importer writes it: a file without sections beside the imported texture.
			var imported: String = sidecar.get_value("remap", "path", "")
			state.load(imported.get_basename() + ".md5")
			if state.get_value("", "source_md5", "") != FileAccess.get_md5(path):
				found.append(name)
	return found


static func facts(text: String) -> Variant:
	# Messages come before the JSON, which starts a line.
	for mark: String in ["{", "["]:
		var start := 0 if text.begins_with(mark) else text.find("\n" + mark)
		if start >= 0:
			var json := JSON.new()
			if json.parse(text.substr(start)) == OK:
				return json.data
	return null


static func errors(done: Dictionary) -> Array:
	var found := []
	if typeof(done.facts) == TYPE_DICTIONARY:
		found += done.facts.get("faults", [])
		for name: String in done.facts.get("failed", {}):
			found += done.facts.failed[name]
	if done.code != 0 and not found:
		var own: bool = done.text.begins_with("assetforge: ")
		found.append(done.text.replace("assetforge: ", "") if own else "the program ended with code %d. %s" % [done.code, done.text])
	return found
