// The palette swap of `plugins/vite/phaser.js`; see `test_phaser.py`.
import { loadSheet, paletteSwap } from "/plugin/phaser.js";
import { sheetAt } from "/plugin/sheet.js";
import { scene, shown } from "./phaser.js";

/** Every frame in each of the palettes, and in none again. */
window.swapped = async ([json, palettes]) => {
  const sheet = await sheetAt(json);
  const here = await scene((each) => loadSheet(each, sheet));
  const names = here.textures.get(sheet.name).getFrameNames();
  const images = Object.fromEntries(names.map((name) => [name, here.add.image(0, 0, sheet.name, name)]));
  const pictures = {};
  for (const palette of palettes) {
    for (const image of Object.values(images)) paletteSwap(image, palette);
    pictures[palette ?? ""] = await shown(here, images);
  }
  let told = "";
  try {
    paletteSwap(images[names[0]], "nonesuch");
  } catch (error) {
    told = error.message;
  }
  return { pictures, told, animations: here.anims.toJSON().anims.map((each) => each.key) };
};
