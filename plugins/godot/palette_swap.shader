// Shows a sprite of an assetforge sheet in another of the palettes of its strip. Godot 3, GLES2 and GLES3.
shader_type canvas_item;

uniform sampler2D indices; // NAME.index.png: red is the index of each pixel of NAME.png, of 255
uniform sampler2D palettes; // NAME.palette.png: a column for each index, a row for each palette
uniform vec2 strip = vec2(256.0, 1.0); // columns and rows of it; GLES2 cannot ask a texture for its size
uniform int row = 0; // which palette is shown

void fragment() {
	float index = floor(texture(indices, UV).r * 255.0 + 0.5);
	// COLOR holds the tint alone here, as Godot 3 leaves the texture to whoever uses COLOR.
	COLOR *= texture(palettes, (vec2(index, float(row)) + 0.5) / strip);
}
