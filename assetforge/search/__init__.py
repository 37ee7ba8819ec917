"""Nearest sprites and near-copies, by what the encoder's latents say of them; free of torch."""
