# Finds the program assetforge, runs it, and tells what came of it.
tool
extends Reference

const Config = preload("config.gd")
const SETTING = "assetforge/program"
const CONFIG = "assetforge.toml"
const MISSING = "assetforge was not found. Install it (pip install assetforge), or name its program in Project > Project Settings > Assetforge > Program."

var command = [] # the program, and the arguments that always come first
var version = ""


static func add_setting():
	if not ProjectSettings.has_setting(SETTING):
		ProjectSettings.set_setting(SETTING, "")
	ProjectSettings.set_initial_value(SETTING, "")
	ProjectSettings.add_property_info({"name": SETTING, "type": TYPE_STRING, "hint": PROPERTY_HINT_GLOBAL_FILE})


static func root():
	# The folder of assetforge.toml: the project's, or one above it; "" if there is none.
	var folder = ProjectSettings.globalize_path("res://").rstrip("/")
	var file = File.new()
	while folder and not file.file_exists(folder + "/" + CONFIG):
		var above = folder.get_base_dir()
		folder = above if above != folder else ""
	return folder


static func quoted(text):
	# OS.execute puts double quotes around each argument and hands all to the shell.
	if OS.get_name() == "Windows":
		return text
	for mark in ["\\", "\"", "$", "`"]:
		text = text.replace(mark, "\\" + mark)
	return text


static func execute(program, arguments):
	var output = []
	var told = []
	for argument in arguments:
		told.append(quoted(argument))
	var code = OS.execute(quoted(program), told, true, output, true)
	return {"code": code, "text": PoolStringArray(output).join("\n").strip_edges()}


func find():
	# Whether there is a program; the first of: the setting, the project's virtual environment, PATH, Python's module.
	var candidates = []
	var chosen = str(ProjectSettings.get_setting(SETTING)) if ProjectSettings.has_setting(SETTING) else ""
	var file = File.new()
	if chosen:
		candidates.append([chosen])
	else:
		for folder in [".venv", "venv"]:
			for path in ["bin/assetforge", "Scripts/assetforge.exe"]:
				var program = root().plus_file(folder).plus_file(path)
				if file.file_exists(program):
					candidates.append([program])
		candidates.append(["assetforge"])
		for python in ["python3", "python", "py"]:
			candidates.append([python, "-m", "assetforge"])
	for candidate in candidates:
		var found = execute(candidate[0], slice(candidate, 1) + ["--version"])
		var words = found.text.split(" ")
		if found.code == 0 and found.text.begins_with("assetforge, version ") and words.size() >= 3:
			command = candidate
			version = words[2].strip_edges()
			return true
	command = []
	return false


func run(arguments):
	# What the program says: its exit code, its text, and of that the JSON as `facts`.
	if not command and not find():
		return {"code": -1, "text": MISSING, "facts": null, "errors": [MISSING]}
	var done = execute(command[0], slice(command, 1) + arguments)
	done.facts = facts(done.text)
	done.errors = errors(done)
	return done


func build(arguments = []):
	if not root():
		return {"code": 2, "text": "", "facts": null, "errors": ["no assetforge.toml here or above; run: assetforge init"]}
	var done = run(["build", root(), "--json"] + arguments)
	if done.code == 0 and (typeof(done.facts) != TYPE_DICTIONARY or done.facts.get("exit") != 0):
		# OS.execute gives 0 for a program that was killed.
		done.code = 1
		done.errors = ["the program ended before it was done. " + done.text]
	return done


static func output():
	# The folder of what is built.
	var config = Config.new()
	config.load_file(root() + "/" + CONFIG)
	return ProjectSettings.localize_path(root().plus_file(config.output()))


static func not_imported():
	# Pictures in the output folder that Godot has imported in an older state, or not at all.
	var found = []
	var folder = Directory.new()
	if not output().begins_with("res://") or folder.open(output()) != OK:
		return found
	folder.list_dir_begin(true, true)
	var name = folder.get_next()
	while name:
		var sidecar = ConfigFile.new()
		var path = output().plus_file(name)
		if name.ends_with(".png") and sidecar.load(path + ".import") == OK:
			var state = ConfigFile.new()
			# As Godot's importer writes it: a file without sections beside the imported texture.
			state.load(sidecar.get_value("remap", "path", "").get_basename() + ".md5")
			if state.get_value("", "source_md5", "") != File.new().get_md5(path):
				found.append(name)
		name = folder.get_next()
	return found


static func facts(text):
	# Messages come before the JSON, which starts a line.
	for mark in ["{", "["]:
		var start = 0 if text.begins_with(mark) else text.find("\n" + mark)
		if start >= 0:
			var parsed = JSON.parse(text.substr(start, text.length()))
			if parsed.error == OK:
				return parsed.result
	return null


static func errors(done):
	var found = []
	if typeof(done.facts) == TYPE_DICTIONARY:
		found += done.facts.get("faults", [])
		for name in done.facts.get("failed", {}):
			found += done.facts.failed[name]
	if done.code != 0 and not found:
		var own = done.text.begins_with("assetforge: ")
		found.append(done.text.replace("assetforge: ", "") if own else "the program ended with code %d. %s" % [done.code, done.text])
	return found


static func slice(list, start):
	var rest = []
	for index in range(start, list.size()):
		rest.append(list[index])
	return rest
