// The palette swap of `plugins/vite/phaser.js`; see `test_phaser.py`.
import { loadSheet, paletteSwap } from "/plugin/phaser.js";
import { sheetAt } from "/plugin/sheet.js";
import { drawn, scene, shown } from "./phaser.js";

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

/** Images of every frame, plain and by the shader, and what an animation shows, after the sheet was built again. */
window.renewed = async ([before, after, tag]) => {
  let change;
  const sheet = { ...(await sheetAt(before)), on: (listener) => (change = listener) };
  const here = await scene((each) => loadSheet(each, sheet));
  const names = here.textures.get("art").getFrameNames();
  const images = () => Object.fromEntries(names.map((name) => [name, here.add.image(0, 0, "art", name)]));
  const plain = images(), swapped = images();
  for (const image of Object.values(swapped)) paletteSwap(image, 0).setVisible(false);
  const player = here.add.sprite(-99, -99, "art").play(tag);
  await drawn(here);
  await change(await sheetAt(after));
  const pictures = { plain: await shown(here, plain) };
  for (const name of names) {
    plain[name].setVisible(false);
    swapped[name].setVisible(true);
  }
  pictures.swapped = await shown(here, swapped);
  const played = player.anims.currentAnim.frames.map(({ frame, duration }) => [frame.name, duration]);
  const known = here.textures.get("art").getFrameNames();
  return { pictures, played, playing: player.anims.isPlaying, added: known.filter((name) => !names.includes(name)) };
};
