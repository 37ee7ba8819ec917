// The game that `test_vite.py` changes the art of while it runs.
import art from "forge:art";
import Phaser from "phaser";
import { loadSheet, paletteSwap } from "vite-plugin-assetforge/phaser";
import { read } from "./read.js";

window.swaps = 0;
document.addEventListener("assetforge:swapped", () => (window.swaps += 1));

const scene = {
  preload() {
    loadSheet(this, art);
  },
  create() {
    this.hero = this.add.image(3, 3, "art", "hero").setOrigin(0);
    this.swapped = paletteSwap(this.add.image(60, 3, "art", "hero").setOrigin(0), "sweetie-16");
    window.shown = (which) =>
      new Promise((done) =>
        this.game.events.once("postrender", () => {
          const { x, y, frame } = this[which];
          done(read(this.game.canvas, x, y, frame.realWidth, frame.realHeight));
        }),
      );
  },
};

new Phaser.Game({
  type: Phaser.WEBGL, width: 200, height: 100, transparent: true, pixelArt: true, banner: false,
  preserveDrawingBuffer: true, audio: { noAudio: true }, scene,
});
