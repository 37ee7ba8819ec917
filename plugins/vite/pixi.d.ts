import type { Filter, FrameObject, Sprite, Texture } from "pixi.js";
import type { Sheet } from "./sheet.js";

export interface Forged<Frames extends string = string, Animations extends string = string> {
  name: string;
  textures: Record<Frames, Texture>;
  /** For `new AnimatedSprite(…)`, with durations. */
  animations: Record<Animations, FrameObject[]>;
  /** Names of the palettes, by row of the strip. */
  palettes: string[];
  strip: Texture;
}

/** Loads a sheet. While the page runs under Vite, one that is built again is swapped in what shows it. */
export function loadSheet<Frames extends string, Animations extends string>(
  sheet: Sheet<Frames, Animations>,
): Promise<Forged<Frames, Animations>>;

/** The filter that `paletteSwap` gives a sprite. */
export class PaletteSwap extends Filter {
  constructor(forged: Forged, palette: string | number);
  get row(): number;
  set row(palette: string | number);
  /** To fade the sprite by; its own alpha would blur the indices. */
  alpha: number;
}

/** Shows a sprite in another palette of its sheet: by its name or its row of the strip; null ends it. WebGL. */
export function paletteSwap(sprite: Sprite, palette: string | number): PaletteSwap;
export function paletteSwap(sprite: Sprite, palette: null): null;
