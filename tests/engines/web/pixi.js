// PixiJS loads a sheet as its users do, and shows what was asked for; see `test_pixi.py`.
import { AnimatedSprite, Application, Assets, Container, Sprite, TextureSource } from "pixi.js";
import { cell, read } from "./read.js";

TextureSource.defaultOptions.scaleMode = "nearest";
const app = new Application();
export const ready = app.init({
  width: 680, height: 480, preference: "webgl", backgroundAlpha: 0, preserveDrawingBuffer: true, autoStart: false,
});

/** Draws the sprites, each at a cell, and gives their pictures by name. */
export function shown(sprites) {
  const stage = new Container();
  Object.values(sprites).forEach((sprite, n) => {
    const { x, y } = cell(n);
    sprite.position.set(x, y);
    stage.addChild(sprite);
  });
  app.renderer.render(stage);
  const pictures = {};
  Object.entries(sprites).forEach(([name, sprite], n) => {
    const { x, y } = cell(n);
    pictures[name] = read(app.canvas, x, y, sprite.texture.orig.width, sprite.texture.orig.height);
  });
  return pictures;
}

/** All pages of a sheet: the textures and the animations of each. */
function whole(sheet) {
  const sheets = [sheet, ...sheet.linkedSheets];
  return {
    textures: Object.assign({}, ...sheets.map((each) => each.textures)),
    animations: Object.assign({}, ...sheets.map((each) => each.animations)),
  };
}

/** Every frame of the sheet at `json`. */
window.frames = async (json) => {
  await ready;
  const { textures } = whole(await Assets.load(json));
  return shown(Object.fromEntries(Object.entries(textures).map(([name, texture]) => [name, new Sprite(texture)])));
};

/** Every step of every animation, by "TAG STEP", and the names of their frames. */
window.animations = async (json) => {
  await ready;
  const sheet = whole(await Assets.load(json));
  const sprites = {}, names = {};
  for (const [tag, textures] of Object.entries(sheet.animations)) {
    names[tag] = textures.map((texture) => texture.label);
    textures.forEach((_, step) => {
      const sprite = new AnimatedSprite(textures);
      sprite.gotoAndStop(step);
      sprites[`${tag} ${step}`] = sprite;
    });
  }
  return { names, pictures: shown(sprites) };
};

/** Each of `sources`, URLs by name, at 1.5 times its size with linear filtering: from the sheet, and alone. */
window.zoomed = async ([json, sources]) => {
  await ready;
  const { textures } = whole(await Assets.load(json));
  const pictures = { sheet: {}, alone: {} };
  for (const [name, url] of Object.entries(sources)) {
    for (const [kind, texture] of [["sheet", textures[name]], ["alone", await Assets.load(url)]]) {
      texture.source.scaleMode = "linear";
      const sprite = new Sprite(texture);
      sprite.scale.set(1.5);
      app.renderer.render(sprite);
      pictures[kind][name] = read(app.canvas, 0, 0, texture.orig.width * 1.5, texture.orig.height * 1.5);
    }
  }
  return pictures;
};

/** Where a new sprite of each frame is placed by. */
window.origins = async (json) => {
  await ready;
  const { textures } = whole(await Assets.load(json));
  return Object.values(textures).map((texture) => new Sprite(texture).anchor).map(({ x, y }) => [x, y]);
};
