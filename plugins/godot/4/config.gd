# Reads sheets and palettes out of assetforge.toml, and changes a palette in it without touching anything else.
#
# It knows keys that stand on lines of their own, as `assetforge init` and people write them; other TOML it leaves alone.
@tool
extends RefCounted

var text := ""
var original := ""


func load_file(path: String) -> bool:
	var file := FileAccess.open(path, FileAccess.READ)
	if file == null:
		return false
	text = file.get_buffer(file.get_length()).get_string_from_utf8()
	original = text
	return true


func save_file(path: String) -> bool:
	var file := FileAccess.open(path, FileAccess.WRITE)
	if file == null:
		return false
	file.store_buffer(text.to_utf8_buffer())
	return true


func sheets() -> Array:
	# The name and the palette ("" if it has none of its own) of each sheet, in order.
	var found := []
	for block: Dictionary in blocks():
		if block.head == "[[sheet]]" and "name" in block.strings:
			found.append({"name": block.strings.name, "palette": block.strings.get("palette", "")})
	return found


func palette() -> String:
	return of_project("palette", "")


func output() -> String:
	return of_project("output", "assets/forge")


func of_project(key: String, default: String) -> String:
	for block: Dictionary in blocks():
		if block.head == "[project]":
			return block.strings.get(key, default)
	return default


func set_palette(sheet: String, value: String) -> bool:
	# Whether it could be done; "" takes the sheet's own palette away.
	var lines := text.split("\n")
	for block: Dictionary in blocks():
		if block.head != "[[sheet]]" or block.strings.get("name") != sheet:
			continue
		if "palette" in block.places:
			var at: int = block.places.palette
			if value:
				lines[at] = replaced(lines[at], value)
			else:
				lines.remove_at(at)
		elif value:
			lines.insert(block.places.name + 1, "palette = \"%s\"" % value)
		text = "\n".join(lines)
		return true
	return false


func blocks() -> Array:
	# Each table: its head, the strings of its keys, and the lines these stand on.
	var found := []
	var lines := text.split("\n")
	var inside_text := false
	for number in lines.size():
		var line := lines[number].strip_edges()
		if line.count("\"\"\"") % 2 == 1 or line.count("'''") % 2 == 1:
			inside_text = not inside_text
			continue
		if inside_text:
			continue
		if line.begins_with("["):
			found.append({"head": line.split("#")[0].replace(" ", ""), "strings": {}, "places": {}})
		elif found and "=" in line and not line.begins_with("#"):
			var key := line.split("=")[0].strip_edges()
			var value: Variant = first_string(line.substr(line.find("=") + 1))
			if value != null and key in ["name", "palette", "output"]:
				found[-1].strings[key] = value
				found[-1].places[key] = number
	return found


static func first_string(rest: String) -> Variant:
	# What stands in the quotes that the value begins with; null if it begins with none.
	rest = rest.strip_edges()
	for quote: String in ["\"", "'"]:
		if rest.begins_with(quote):
			var end := rest.find(quote, 1)
			return rest.substr(1, end - 1) if end > 0 else null
	return null


static func replaced(line: String, value: String) -> String:
	# The line with another string, and the comment behind it where it was.
	var start := line.find("=") + 1
	while line[start] == " ":
		start += 1
	var end := line.find(line[start], start + 1) + 1
	var rest := line.substr(end)
	var comment := rest.strip_edges(true, false)
	var new := "\"%s\"" % value
	if comment:
		rest = " ".repeat(maxi(1, rest.length() - comment.length() + end - start - new.length())) + comment
	return line.substr(0, start) + new + rest
