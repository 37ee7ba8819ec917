// The palette swap of `plugins/vite/pixi.js`; see `test_pixi.py`.
import { AnimatedSprite, Sprite } from "pixi.js";
import { loadSheet, paletteSwap } from "/plugin/pixi.js";
import { sheetAt } from "/plugin/sheet.js";
import { ready, shown } from "./pixi.js";

/** Every frame in each of the palettes, after one sprite was swapped to and fro. */
window.swapped = async ([json, palettes]) => {
  await ready;
  const art = await loadSheet(await sheetAt(json));
  const pictures = {};
  for (const palette of palettes) {
    const sprites = Object.entries(art.textures).map(([name, texture]) => [name, new Sprite(texture)]);
    for (const [, sprite] of sprites) paletteSwap(sprite, palette);
    pictures[palette] = shown(Object.fromEntries(sprites));
  }
  return pictures;
};

/** An animation that is swapped goes on with its frames and durations; null ends the swap; a wrong name is told. */
window.manners = async ([json, tag, palette]) => {
  await ready;
  const art = await loadSheet(await sheetAt(json));
  const sprite = new AnimatedSprite(art.animations[tag]);
  sprite.gotoAndPlay(1);
  const before = sprite.texture;
  const filter = paletteSwap(sprite, palette);
  const { currentFrame: frame, playing } = sprite;
  const during = { frame, playing, row: filter.row, other: sprite.texture !== before };
  let told = "";
  try {
    paletteSwap(sprite, "nonesuch");
  } catch (error) {
    told = error.message;
  }
  paletteSwap(sprite, null);
  return { during, told, after: sprite.texture === before && sprite.filters.length === 0, total: sprite.totalFrames };
};

/** Sprites of every frame, in their own colors and, of a second row, by the shader, after the sheet was built again. */
window.renewed = async ([before, after]) => {
  await ready;
  let change;
  const art = await loadSheet({ ...(await sheetAt(before)), on: (listener) => (change = listener) });
  const plain = {}, swapped = {};
  for (const [name, texture] of Object.entries(art.textures)) {
    plain[name] = new Sprite(texture);
    swapped[name] = new Sprite(texture);
    paletteSwap(swapped[name], 0);
  }
  shown(plain);
  await change(await sheetAt(after));
  const pictures = { plain: shown(plain), swapped: shown(swapped) };
  return { pictures, added: Object.keys(art.textures).filter((name) => !(name in plain)) };
};
