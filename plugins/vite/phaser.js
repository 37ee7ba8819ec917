// A sheet in Phaser 3 (from 3.60) and 4: loaded in one line, shown in another palette in one line, swapped while the
// game runs. Everything of Phaser's is taken from the running game, so that this works with any build of it.

const NEAREST = 1; // Phaser.Textures.FilterMode.NEAREST

/**
 * Loads a sheet: call it in `preload`. In `create` its frames are a texture by the sheet's name, and its tags are
 * animations by theirs, played without end.
 *
 * Beside that texture lie `NAME.index` and `NAME.palette`, which `paletteSwap` asks for.
 */
export function loadSheet(scene, sheet) {
  const { load, textures } = scene;
  if (textures.exists(sheet.name)) return;
  const images = [...pages(sheet).flatMap((page) => [page.image, page.index]), sheet.palette];
  const key = (url) => `assetforge:${sheet.name}:${url}`;
  for (const url of images) load.image(key(url), url);
  load.once("complete", () => {
    const image = (url) => textures.get(key(url)).getSourceImage();
    if (!images.every((url) => textures.exists(key(url)))) return; // Phaser has told which did not load.
    addAtlas(textures, sheet.name, sheet, (page) => image(page.image));
    addAtlas(textures, `${sheet.name}.index`, sheet, (page) => image(page.index));
    textures.addImage(`${sheet.name}.palette`, image(sheet.palette));
    for (const url of images) textures.remove(key(url));
    addAnimations(scene, sheet);
  });
  const { game } = scene.sys;
  const stop = sheet.on?.((next) => swapSheet(game, next));
  if (stop) game.events.once("destroy", stop);
}

/**
 * Shows a sprite in another palette of its sheet, one that the sheet's `swaps` names. Its frames and animations stay
 * as they are. WebGL only; for a canvas there is no shader.
 *
 * `palette` is the row of the strip or the palette's name; null ends it. The sheet is one that `loadSheet` has loaded,
 * or any atlas beside which `KEY.index` and `KEY.palette` were loaded as images.
 */
export function paletteSwap(sprite, palette) {
  const { renderer, textures } = sprite.scene.sys;
  if (palette === null) {
    if (renderer.renderNodes) sprite.setRenderNodeRole("BatchHandler", null);
    else sprite.resetPipeline?.();
    return sprite;
  }
  const key = sprite.texture.key;
  for (const part of ["index", "palette"]) {
    if (!textures.exists(`${key}.${part}`)) {
      throw new Error(`paletteSwap: no texture "${key}.${part}"; load the sheet by loadSheet, or that file as image.`);
    }
    textures.get(`${key}.${part}`).setFilter(NEAREST);
  }
  const row = rowOf(textures.get(key), textures.get(`${key}.palette`).source[0].height, palette);
  if (renderer.renderNodes) sprite.setRenderNodeRole("BatchHandler", nodeFor(renderer, textures, key, row));
  else if (renderer.pipelines) sprite.setPipeline(pipelineFor(renderer, textures, key, row));
  else throw new Error("paletteSwap: needs Phaser.WEBGL; this game draws on a canvas.");
  return sprite;
}

function rowOf(texture, rows, palette) {
  const names = (texture.customData.meta?.palettes ?? []).map((each) => each.name);
  const row = typeof palette === "number" ? palette : names.indexOf(palette);
  if (!Number.isInteger(row) || row < 0 || row >= rows) {
    const known = names.map((name) => `"${name}"`).join(", ") || `the rows 0 to ${rows - 1}`;
    throw new Error(`paletteSwap: "${texture.key}" has no palette ${JSON.stringify(palette)}; it has ${known}.`);
  }
  return row;
}

// The index texture has the color texture's layout, so whatever Phaser would draw, the shader looks up at the same
// place of the other. Index and color are told at the middle of a texel and rounded: exact, whatever the precision.
const LOOK_UP = `
uniform vec2 uStripSize;
uniform float uRow;
vec4 swapped (highp sampler2D indices, highp sampler2D strip, vec2 at) {
  float index = floor(texture2D(indices, at).r * 255.0 + 0.5);
  return texture2D(strip, vec2(index + 0.5, uRow + 0.5) / uStripSize);
}`;

/** What the shader takes of a sheet, asked for at each drawing: a sheet may change while the game runs. */
function strip(textures, key, row) {
  const { glTexture, width, height, flipY } = textures.get(`${key}.palette`).source[0];
  // Phaser 4 turns textures upside down.
  return { glTexture, size: [width, height], row: flipY ? height - 1 - row : row };
}

function indexOf(textures, key, glTexture) {
  const page = textures.get(key).source.findIndex((source) => source.glTexture === glTexture);
  return textures.get(`${key}.index`).source[Math.max(page, 0)].glTexture;
}

/** Phaser 4: a batch handler for each sheet and palette, in place of the sprite's own. */
function nodeFor(renderer, textures, key, row) {
  const name = `PaletteSwap:${key}:${row}`;
  const manager = renderer.renderNodes;
  if (manager.hasNode?.(name) ?? manager._nodes[name]) return manager.getNode(name);
  const Quad = manager.getNode("BatchHandlerQuad").constructor;

  class PaletteSwap extends Quad {
    constructor() {
      const shaderAdditions = Quad.prototype.defaultConfig.shaderAdditions.map((addition) =>
        addition.tags?.includes("TEXTURE")
          ? {
              name: "PaletteSwap",
              additions: {
                fragmentHeader: `uniform highp sampler2D uMainSampler[2];\n${LOOK_UP}
                  vec4 getTexture (vec2 at) { return swapped(uMainSampler[0], uMainSampler[1], at); }`,
                fragmentProcess: "vec4 fragColor = getTexture(texCoord);",
              },
            }
          : addition,
      );
      super(manager, { name, shaderName: "PALETTE_SWAP", shaderAdditions, maxTexturesPerBatch: 2 });
    }

    // It always takes the same two textures.
    updateTextureCount() {}
    finalizeTextureCount() {}

    updateRenderOptions(options) {
      super.updateRenderOptions({ ...options, multiTexturing: false, lighting: null, smoothPixelArt: false });
    }

    setupUniforms(context) {
      super.setupUniforms(context);
      const uniforms = strip(textures, key, row);
      this.programManager.setUniform("uStripSize", uniforms.size);
      this.programManager.setUniform("uRow", uniforms.row);
    }

    batchTextures(glTexture) {
      const wanted = [indexOf(textures, key, glTexture), strip(textures, key, row).glTexture];
      if (this.currentBatchEntry.texture[0] !== wanted[0] || this.currentBatchEntry.texture[1] !== wanted[1]) {
        this.pushCurrentBatchEntry();
        wanted.forEach((texture, unit) => (texture.batchUnit = unit));
        this.currentBatchEntry.texture = wanted;
        this.currentBatchEntry.unit = 2;
      }
      return 0;
    }
  }
  manager.addNode(name, new PaletteSwap());
  return manager.getNode(name);
}

/** Phaser 3: a pipeline for each sheet and palette. */
function pipelineFor(renderer, textures, key, row) {
  const name = `PaletteSwap:${key}:${row}`;
  const manager = renderer.pipelines;
  if (manager.has(name)) return manager.get(name);
  const Single = manager.get("SinglePipeline").constructor;
  const { fragShader } = manager.get("SinglePipeline").config;

  class PaletteSwap extends Single {
    constructor(config) {
      super({
        ...config,
        fragShader: fragShader
          .replace("void main", `uniform highp sampler2D uStrip;\n${LOOK_UP}\nvoid main`)
          .replace("texture2D(uMainSampler, outTexCoord)", "swapped(uMainSampler, uStrip, outTexCoord)"),
      });
    }

    pushBatch(glTexture) {
      return super.pushBatch(indexOf(textures, key, glTexture));
    }

    onBeforeFlush() {
      const uniforms = strip(textures, key, row);
      this.set1i("uStrip", 1).set2f("uStripSize", ...uniforms.size).set1f("uRow", uniforms.row);
      this.bindTexture(uniforms.glTexture, 1);
      this.gl.activeTexture(this.gl.TEXTURE0);
    }
  }
  return manager.add(name, new PaletteSwap({ game: renderer.game, name }));
}

/** The pages of a sheet, of which most have one. */
const pages = (sheet) => sheet.pages ?? [sheet];

function addAtlas(textures, key, sheet, image) {
  const found = pages(sheet);
  textures.addAtlasJSONArray(key, found.map(image), found.map(frameList));
  textures.get(key).customData.meta = sheet.data.meta;
}

const frameList = ({ data }) => ({
  frames: Object.entries(data.frames).map(([filename, frame]) => ({ filename, ...frame })),
});

/** Each animation as Phaser's `create` takes it: by its tag's name, its frames as one round shows them. */
function animations(sheet) {
  const frames = Object.assign({}, ...pages(sheet).map(({ data }) => data.frames));
  const rounds = {}, repeats = {};
  for (const { data } of pages(sheet)) {
    for (const [tag, names] of Object.entries(data.animations ?? {})) (rounds[tag] ??= []).push(...names);
    for (const tag of data.meta.frameTags ?? []) repeats[tag.name] ??= Number(tag.repeat ?? 0);
  }
  return Object.entries(rounds).map(([key, names]) => ({
    key,
    frames: names.map((frame) => ({ key: sheet.name, frame, duration: frames[frame].duration })),
    duration: names.reduce((sum, name) => sum + frames[name].duration, 0),
    repeat: (repeats[key] || 0) - 1,
  }));
}

function addAnimations({ anims }, sheet) {
  for (const animation of animations(sheet)) if (!anims.exists(animation.key)) anims.create(animation);
}

/** Takes a sheet that was built again into a running game: what shows it shows the new one. */
async function swapSheet(game, sheet) {
  const { textures, anims } = game;
  if (!textures.exists(sheet.name)) return;
  const images = await Promise.all([
    ...pages(sheet).flatMap((page) => [picture(page.image), picture(page.index)]),
    picture(sheet.palette),
  ]);
  const strips = [images.pop()];
  const kept = pages(sheet).map((page, n) => [page, images[2 * n], images[2 * n + 1]]);
  const color = textures.get(sheet.name), index = textures.get(`${sheet.name}.index`);
  replace(game, color, kept.map(([, image]) => image));
  replace(game, index, kept.map(([, , image]) => image));
  replace(game, textures.get(`${sheet.name}.palette`), strips);
  for (const texture of [color, index]) {
    texture.customData.meta = sheet.data.meta;
    const gone = new Set(texture.getFrameNames());
    kept.forEach(([{ data }], source) => {
      for (const [name, frame] of Object.entries(data.frames)) {
        gone.delete(name);
        place(texture, name, source, frame);
      }
    });
    for (const name of gone) texture.remove(name);
  }
  const playing = new Map();
  for (const config of animations(sheet)) {
    const animation = anims.get(config.key);
    if (!animation) anims.create(config);
    else if (animation.frames.every((frame) => frame.textureKey === sheet.name)) {
      animation.frames = animation.getFrames(textures, config.frames, sheet.name);
      animation.calculateDuration(animation, animation.frames.length, config.duration, null);
      playing.set(animation, config.key);
    }
  }
  for (const object of objects(game)) {
    if (object.texture !== color) continue;
    const { anims: state } = object;
    if (state?.isPlaying && playing.has(state.currentAnim)) state.play(playing.get(state.currentAnim));
    else if (object.frame && color.has(object.frame.name)) object.setFrame?.(object.frame.name);
  }
}

/** Gives a texture other pictures; who holds the texture, or a frame of it, notices nothing. */
function replace(game, texture, images) {
  images.forEach((image, n) => {
    const source = texture.source[n];
    if (!source) {
      texture.source.push(new texture.source[0].constructor(texture, image));
      return;
    }
    const filter = source.scaleMode;
    if (source.glTexture) game.renderer.deleteTexture(source.glTexture);
    source.glTexture = null;
    source.image = source.source = image;
    source.width = image.naturalWidth;
    source.height = image.naturalHeight;
    source.init(game);
    source.setFilter(filter);
    texture.frames.__BASE?.setSize(source.width, source.height);
  });
}

function place(texture, name, source, { frame: box, trimmed, sourceSize, spriteSourceSize: inner, anchor }) {
  const frame = texture.has(name) ? texture.frames[name] : texture.add(name, source, box.x, box.y, box.w, box.h);
  frame.sourceIndex = source;
  frame.source = texture.source[source];
  frame.data.trim = false;
  frame.setSize(box.w, box.h, box.x, box.y);
  frame.x = frame.y = 0;
  frame.customPivot = Boolean(anchor);
  frame.pivotX = anchor?.x ?? 0;
  frame.pivotY = anchor?.y ?? 0;
  if (trimmed) frame.setTrim(sourceSize.w, sourceSize.h, inner.x, inner.y, inner.w, inner.h);
}

function* objects(game) {
  const waiting = game.scene.scenes.flatMap((scene) => scene.sys.displayList?.list ?? []);
  for (let object; (object = waiting.pop()); ) {
    yield object;
    if (object.list) waiting.push(...object.list); // A container's.
    else if (object.getChildren) waiting.push(...object.getChildren());
  }
}

function picture(url) {
  return new Promise((done, failed) => {
    const image = new Image();
    image.crossOrigin = "anonymous";
    image.onload = () => done(image);
    image.onerror = () => failed(new Error(`${url} does not load`));
    image.src = url;
  });
}
