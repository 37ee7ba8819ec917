// A sheet in PixiJS 8: loaded in one line, shown in another palette in one line, swapped while the game runs.
import { Assets, Filter, GlProgram, Spritesheet, Texture, UniformGroup, defaultFilterVert } from "pixi.js";

/** From each texture of a sheet that was loaded here to its sheet, and to its twin in the index texture. */
const twins = new WeakMap();

/**
 * Loads a sheet. Gives `textures` by name; `animations` by tag, as `AnimatedSprite` takes them, with durations; and
 * the strip of its palettes.
 */
export async function loadSheet(sheet) {
  const forged = { name: sheet.name, textures: {}, animations: {}, palettes: [], strip: null };
  const kept = { pages: [], strip: await texture(sheet.palette) };
  forged.strip = kept.strip;
  for (const page of pages(sheet)) await addPage(forged, kept, page);
  describe(forged, sheet);
  sheet.on?.((next) => swapSheet(forged, kept, next));
  return forged;
}

/**
 * Shows a sprite, or an AnimatedSprite, in another palette of its sheet, one that the sheet's `swaps` names.
 *
 * `palette` is the row of the strip or the palette's name; null ends it. The filter is given back: its `row` may be
 * changed, and its `alpha` in place of the sprite's, whose fading would blur the indices. WebGL.
 */
export function paletteSwap(sprite, palette) {
  const twin = twins.get(sprite.texture);
  if (!twin) throw new Error("paletteSwap: the sprite's texture is none that loadSheet gave.");
  sprite.filters = (sprite.filters ?? []).filter((filter) => !(filter instanceof PaletteSwap));
  if (palette === null) {
    if (twin.indexed) dress(sprite, (each) => twins.get(each)?.texture ?? each);
    return null;
  }
  if (!twin.indexed) dress(sprite, (each) => twins.get(each)?.texture ?? each);
  const filter = new PaletteSwap(twin.forged, palette);
  sprite.filters = [filter, ...sprite.filters];
  return filter;
}

const FRAGMENT = `#version 300 es
in vec2 vTextureCoord;
out vec4 finalColor;
uniform highp sampler2D uTexture;
uniform highp sampler2D uStrip;
uniform float uRow;
uniform float uAlpha;
void main() {
  vec4 drawn = texture(uTexture, vTextureCoord);
  // Exact, whatever the precision: an index is rounded, and its color fetched and not filtered.
  int index = int(floor(drawn.r * 255.0 + 0.5));
  finalColor = texelFetch(uStrip, ivec2(index, int(uRow + 0.5)), 0) * uAlpha * step(0.5, drawn.a);
}`;

const PRECISE = { preferredFragmentPrecision: "highp" };
let program;

/** The filter of `paletteSwap`, for what is drawn from an index texture. */
export class PaletteSwap extends Filter {
  constructor(forged, palette) {
    program ??= GlProgram.from({ vertex: defaultFilterVert, fragment: FRAGMENT, name: "palette-swap", ...PRECISE });
    const uniforms = new UniformGroup({ uRow: { value: 0, type: "f32" }, uAlpha: { value: 1, type: "f32" } });
    super({ glProgram: program, resources: { uStrip: forged.strip.source, swap: uniforms }, resolution: "inherit" });
    this.forged = forged;
    this.row = palette;
  }

  /** The row of the strip; may be set to a palette's name. */
  get row() {
    return this.resources.swap.uniforms.uRow;
  }

  set row(palette) {
    const names = this.forged.palettes;
    const row = typeof palette === "number" ? palette : names.indexOf(palette);
    if (!Number.isInteger(row) || row < 0 || row >= names.length) {
      const known = names.map((name) => `"${name}"`).join(", ");
      throw new Error(`paletteSwap: "${this.forged.name}" has no palette ${JSON.stringify(palette)}; it has ${known}.`);
    }
    this.resources.swap.uniforms.uRow = row;
  }

  get alpha() {
    return this.resources.swap.uniforms.uAlpha;
  }

  set alpha(value) {
    this.resources.swap.uniforms.uAlpha = value;
  }
}

/** Gives a sprite other textures of the same frames, and lets an animation go on where it is. */
function dress(sprite, other) {
  if (!sprite.textures) {
    sprite.texture = other(sprite.texture);
    return;
  }
  const { playing, currentFrame } = sprite;
  sprite.textures = sprite.textures.map((each, n) =>
    each instanceof Texture ? frameOf(other(each), sprite, n) : { ...each, texture: other(each.texture) },
  );
  if (playing) sprite.gotoAndPlay(currentFrame);
  else sprite.gotoAndStop(currentFrame);
}

/** AnimatedSprite tells its textures and keeps its durations to itself; those of our frames are known. */
function frameOf(texture) {
  return { texture, time: twins.get(texture).duration };
}

const pages = (sheet) => sheet.pages ?? [sheet];

async function texture(url) {
  const loaded = await Assets.load({ src: url, data: { scaleMode: "nearest" } });
  loaded.source.scaleMode = "nearest";
  return loaded;
}

async function addPage(forged, kept, { image, index, data }) {
  const [color, indices] = await Promise.all([texture(image), texture(index)]);
  const sheets = [color, indices].map((each) => new Spritesheet(each, data));
  await Promise.all(sheets.map((each) => each.parse()));
  kept.pages.push({ color, indices, sheets });
  pair(forged, sheets, data);
  Object.assign(forged.textures, sheets[0].textures);
}

function pair(forged, sheets, data) {
  for (const [name, { duration }] of Object.entries(data.frames)) {
    const [plain, indexed] = sheets.map((each) => each.textures[name]);
    plain.dynamic = indexed.dynamic = true; // Sprites that show them hear of changes.
    twins.set(plain, { texture: indexed, forged, duration, indexed: false });
    twins.set(indexed, { texture: plain, forged, duration, indexed: true });
  }
}

function describe(forged, sheet) {
  const { meta } = sheet.data;
  forged.palettes = (meta.palettes ?? [meta.palette]).map((each) => each.name);
  const rounds = {};
  for (const { data } of pages(sheet)) {
    for (const [tag, names] of Object.entries(data.animations ?? {})) (rounds[tag] ??= []).push(...names);
  }
  for (const [tag, names] of Object.entries(rounds)) {
    forged.animations[tag] = names.map((name) => frameOf(forged.textures[name]));
  }
}

/** Takes a sheet that was built again into a running game: what shows it shows the new one. */
async function swapSheet(forged, kept, sheet) {
  await renew(kept.strip, sheet.palette);
  for (const [n, page] of pages(sheet).entries()) {
    if (!kept.pages[n]) {
      await addPage(forged, kept, page);
      continue;
    }
    const { color, indices, sheets } = kept.pages[n];
    await Promise.all([renew(color, page.image), renew(indices, page.index)]);
    const fresh = await Promise.all(
      [color, indices].map(async (each) => {
        const parsed = new Spritesheet(each, page.data);
        await parsed.parse();
        return parsed;
      }),
    );
    sheets.forEach((each, side) => {
      for (const [name, texture] of Object.entries(fresh[side].textures)) {
        const known = each.textures[name];
        if (!known) each.textures[name] = texture;
        else move(known, texture);
      }
    });
    pair(forged, sheets, page.data);
    for (const name of Object.keys(page.data.frames)) forged.textures[name] = sheets[0].textures[name];
  }
  describe(forged, sheet);
}

/** Lets a texture lie where another does. */
function move(texture, { frame, orig, trim, defaultAnchor }) {
  texture.frame.copyFrom(frame);
  texture.orig.copyFrom(orig);
  texture.trim = trim;
  texture.defaultAnchor = defaultAnchor;
  texture.noFrame = false;
  texture.update();
}

/** Gives a texture's source another picture; who holds it notices nothing. */
async function renew(texture, url) {
  const { source } = texture;
  const next = await Assets.load({ src: url, data: { scaleMode: "nearest" } });
  source.resource = next.source.resource;
  source.resize(next.source.pixelWidth, next.source.pixelHeight, 1);
  source.update();
}
