// Collect the coins, keep away from what the model drew. Arrows walk, P swaps the palette.
import * as Phaser from "phaser";
import finished from "forge:finished";
import hybrids from "forge:hybrids";
import monsters from "forge:monsters";
import sprites from "forge:sprites";
import { loadSheet, paletteSwap } from "vite-plugin-assetforge/phaser";
import { draw, free, TILE } from "./room.js";

const SPEED = 80; // Pixels a second.
const PALETTES = sprites.data.meta.palettes.map(({ name }) => name);

class Room extends Phaser.Scene {
  preload() {
    for (const sheet of [sprites, monsters, finished, hybrids]) loadSheet(this, sheet);
  }

  create() {
    const random = new Phaser.Math.RandomDataGenerator(["coins"]);
    this.palette ??= 0;
    this.hearts = 3;
    this.found = 0;
    this.safe = 0; // Milliseconds in which nothing hurts.
    const places = random.shuffle(draw(this));
    const put = (texture, frame) => {
      const { x, y } = places.pop();
      return this.add.sprite(x, y, texture, frame).setOrigin(0);
    };
    this.coins = Array.from({ length: 12 }, () => put("sprites", "coin-0").play("coin"));
    this.friends = random.shuffle(Object.keys(hybrids.data.frames)).slice(0, 3).map((name) => put("hybrids", name));
    this.foes = random.shuffle(Object.keys(monsters.data.frames)).slice(0, 4).map((name) => {
      const foe = put("monsters", name);
      [foe.dx, foe.dy] = random.pick([[1, 0], [-1, 0], [0, 1], [0, -1]]);
      return foe;
    });
    this.hero = this.add.sprite(TILE, TILE, "finished", "paladin").setOrigin(0);
    this.keys = this.input.keyboard.createCursorKeys();
    this.input.keyboard.on("keydown-P", () => this.show((this.palette + 1) % PALETTES.length));
    this.show(this.palette);
  }

  /** Shows everything in a palette. */
  show(palette) {
    this.palette = palette;
    for (const object of this.children.list) paletteSwap(object, palette || null);
    this.say();
  }

  say() {
    const hearts = "♥".repeat(this.hearts) || "game over";
    document.getElementById("status").textContent =
      `${hearts}   coins ${this.found}/12   ${PALETTES[this.palette]}   arrows walk, P swaps the palette`;
  }

  update(time, delta) {
    const step = (SPEED * Math.min(delta, 50)) / 1000;
    const { left, right, up, down } = this.keys;
    const { hero } = this;
    if (left.isDown !== right.isDown) hero.setFlipX(left.isDown);
    move(hero, (right.isDown - left.isDown) * step, 0);
    move(hero, 0, (down.isDown - up.isDown) * step);
    for (const foe of this.foes) {
      if (!move(foe, (foe.dx * step) / 2, (foe.dy * step) / 2)) [foe.dx, foe.dy] = [-foe.dy, foe.dx];
    }
    this.coins = this.met(this.coins, () => (this.found += 1));
    this.friends = this.met(this.friends, () => (this.hearts += 1));
    if (this.safe > 0) this.safe -= delta;
    else if (this.foes.some((foe) => near(foe, hero))) this.hurt();
    hero.setAlpha(this.safe > 0 && Math.floor(time / 80) % 2 ? 0.4 : 1);
  }

  /** Takes away those that the hero has met; gives the rest. */
  met(things, then) {
    const found = things.filter((each) => near(each, this.hero));
    for (const each of found) {
      each.destroy();
      then();
    }
    if (found.length) this.say();
    if (this.found === 12) this.scene.restart();
    return things.filter((each) => !found.includes(each));
  }

  hurt() {
    this.hearts -= 1;
    this.safe = 1500;
    this.say();
    if (this.hearts === 0) this.scene.restart();
  }
}

const near = (one, other) => Math.abs(one.x - other.x) < 10 && Math.abs(one.y - other.y) < 10;

/** Moves a sprite unless a wall is in its way; says whether. */
function move(sprite, dx, dy) {
  if (!free(sprite.x + dx, sprite.y + dy)) return false;
  sprite.setPosition(sprite.x + dx, sprite.y + dy);
  return true;
}

window.game = new Phaser.Game({
  type: Phaser.WEBGL, parent: "game", width: 20 * TILE, height: 13 * TILE, zoom: 3,
  pixelArt: true, roundPixels: true, banner: false, audio: { noAudio: true }, scene: Room,
});
