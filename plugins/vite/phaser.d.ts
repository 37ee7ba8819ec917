import type { GameObjects, Scene } from "phaser";
import type { Sheet } from "./sheet.js";

/**
 * Loads a sheet; call it in `preload`. In `create` its frames are a texture by the sheet's name, and its tags are
 * animations by theirs, played without end. While the page runs under Vite, a sheet that is built again is swapped.
 */
export function loadSheet(scene: Scene, sheet: Sheet): void;

/**
 * Shows a sprite in another palette of its sheet: by its name or its row of the strip; null ends it. WebGL.
 */
export function paletteSwap<T extends GameObjects.Image | GameObjects.Sprite>(
  sprite: T,
  palette: string | number | null,
): T;
