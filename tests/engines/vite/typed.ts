// Compiles as it stands, but for the lines that say they do not.
import art from "forge:art";
import type { Scene } from "phaser";
import { Sprite } from "pixi.js";
import assetforge from "vite-plugin-assetforge";
import { loadSheet as loadPhaser, paletteSwap as swapPhaser } from "vite-plugin-assetforge/phaser";
import { loadSheet as loadPixi, paletteSwap as swapPixi } from "vite-plugin-assetforge/pixi";
import { sheetAt } from "vite-plugin-assetforge/sheet";

export const config = { plugins: [assetforge({ root: "game", frozen: true, types: false })] };
// @ts-expect-error
assetforge({ froze: true });

export async function play(scene: Scene): Promise<number> {
  loadPhaser(scene, art);
  swapPhaser(scene.add.sprite(0, 0, "art", "hero"), 1).setX(3);
  const forged = await loadPixi(art);
  swapPixi(new Sprite(forged.textures.hero), "sweetie-16").alpha = 0.5;
  // @ts-expect-error
  forged.textures.heroine;
  // @ts-expect-error
  art.data.frames.heroine;
  const other = await sheetAt("other.json");
  return art.data.frames.hero.duration + other.pages.length;
}
