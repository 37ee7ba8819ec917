# Reads sheets and palettes out of assetforge.toml, and changes a palette in it without touching anything else.
#
# It knows keys that stand on lines of their own, as `assetforge init` and people write them; other TOML it leaves alone.
tool
extends Reference

var text = ""
var original = ""


func load_file(path):
	var file = File.new()
	if file.open(path, File.READ) != OK:
		return false
	text = file.get_buffer(file.get_len()).get_string_from_utf8()
	original = text
	file.close()
	return true


func save_file(path):
	var file = File.new()
	if file.open(path, File.WRITE) != OK:
		return false
	file.store_buffer(text.to_utf8())
	file.close()
	return true


func sheets():
	# The name and the palette ("" if it has none of its own) of each sheet, in order.
	var found = []
	for block in blocks():
		if block.head == "[[sheet]]" and "name" in block.strings:
			found.append({"name": block.strings.name, "palette": block.strings.get("palette", "")})
	return found


func palette():
	return of_project("palette", "")


func output():
	return of_project("output", "assets/forge")


func of_project(key, default):
	for block in blocks():
		if block.head == "[project]":
			return block.strings.get(key, default)
	return default


func set_palette(sheet, value):
	# Whether it could be done; "" takes the sheet's own palette away.
	var lines = Array(text.split("\n"))
	for block in blocks():
		if block.head != "[[sheet]]" or block.strings.get("name") != sheet:
			continue
		if "palette" in block.places:
			var at = block.places.palette
			if value:
				lines[at] = replaced(lines[at], value)
			else:
				lines.remove(at)
		elif value:
			lines.insert(block.places.name + 1, "palette = \"%s\"" % value)
		text = PoolStringArray(lines).join("\n")
		return true
	return false


func blocks():
	# Each table: its head, the strings of its keys, and the lines these stand on.
	var found = []
	var lines = text.split("\n")
	var inside_text = false
	for number in lines.size():
		var line = lines[number].strip_edges()
		if line.count("\"\"\"") % 2 == 1 or line.count("'''") % 2 == 1:
			inside_text = not inside_text
			continue
		if inside_text:
			continue
		if line.begins_with("["):
			found.append({"head": line.split("#")[0].strip_edges().replace(" ", ""), "strings": {}, "places": {}})
		elif found and "=" in line and not line.begins_with("#"):
			var key = line.split("=")[0].strip_edges()
			var value = first_string(line.substr(line.find("=") + 1, line.length()))
			if value != null and key in ["name", "palette", "output"]:
				found[-1].strings[key] = value
				found[-1].places[key] = number
	return found


static func first_string(rest):
	# What stands in the quotes that the value begins with; null if it begins with none.
	rest = rest.strip_edges()
	for quote in ["\"", "'"]:
		if rest.begins_with(quote):
			var end = rest.find(quote, 1)
			return rest.substr(1, end - 1) if end > 0 else null
	return null


static func replaced(line, value):
	# The line with another string, and the comment behind it where it was.
	var start = line.find("=") + 1
	while line[start] == " ":
		start += 1
	var end = line.find(line[start], start + 1) + 1
	var rest = line.substr(end, line.length())
	var new = "\"%s\"" % value
	var spare = rest.length() - rest.strip_edges(true, false).length()
	if rest.strip_edges():
		rest = " ".repeat(int(max(1, spare + end - start - new.length()))) + rest.strip_edges(true, false)
	return line.substr(0, start) + new + rest
