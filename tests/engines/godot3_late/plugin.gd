tool
extends EditorPlugin


func _enter_tree():
	var folder = Directory.new()
	if folder.file_exists("res://late.bin"):
		folder.copy("res://late.bin", "res://art/items/key.png")
