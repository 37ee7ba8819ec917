// Phaser, 3 or 4, loads a sheet as its users do, and shows what was asked for; see `test_phaser.py`.
import { cell, read } from "./read.js";

const { Phaser } = window;

/** A scene whose loader has loaded what `preload` asked for, in a game of its own. */
export function scene(preload, width = 680, height = 480) {
  return new Promise((ready) => {
    const game = new Phaser.Game({
      type: Phaser.WEBGL, width, height, transparent: true, pixelArt: true, banner: false,
      preserveDrawingBuffer: true, audio: { noAudio: true }, loader: { maxRetries: 0 },
      scene: { preload() { preload(this); }, create() { ready(this); } },
    });
    window.game = game;
  });
}

/** After the next picture was drawn. */
export const drawn = (here) => new Promise((done) => here.game.events.once("postrender", done));

/** Places game objects at cells and gives their pictures by name. */
export async function shown(here, objects) {
  Object.values(objects).forEach((object, n) => {
    const { x, y } = cell(n);
    object.setOrigin(0).setPosition(x, y);
  });
  await drawn(here);
  const pictures = {};
  Object.entries(objects).forEach(([name, { frame }], n) => {
    const { x, y } = cell(n);
    pictures[name] = read(here.game.canvas, x, y, frame.realWidth, frame.realHeight);
  });
  return pictures;
}

/** Loads by a method of the loader, such as "atlas", with the arguments after the key. */
const loaded = (method, urls) => scene((each) => each.load[method]("art", ...urls));

/** Every named frame. */
window.frames = async ([method, urls]) => {
  const here = await loaded(method, urls);
  const names = here.textures.get("art").getFrameNames();
  return shown(here, Object.fromEntries(names.map((name) => [name, here.add.image(0, 0, "art", name)])));
};

/** Every step of every animation by "TAG STEP"; and how each goes for `time` ms, as [frame, ms] in turn. */
window.animations = async ([urls, time]) => {
  const here = await loaded("aseprite", urls);
  const objects = {}, turns = {};
  for (const animation of here.anims.createFromAseprite("art")) {
    animation.frames.forEach((frame, step) => {
      objects[`${animation.key} ${step}`] = here.add.sprite(0, 0, frame.textureKey, frame.textureFrame);
    });
    const player = here.add.sprite(-99, -99, "art").play({ key: animation.key, repeat: -1 });
    const turn = (turns[animation.key] = []);
    for (let now = 0; now < time; now += 10) {
      const { name } = player.frame.customData;
      if (turn.at(-1)?.[0] !== name) turn.push([name, 0]);
      turn.at(-1)[1] += 10;
      player.anims.update(now, 10);
    }
    player.destroy();
  }
  return { turns, pictures: await shown(here, objects) };
};

/** Where a new image of each frame is placed by. */
window.origins = async ([method, urls]) => {
  const here = await loaded(method, urls);
  const images = here.textures.get("art").getFrameNames().map((name) => here.add.image(0, 0, "art", name));
  return images.map(({ originX, originY }) => [originX, originY]);
};
