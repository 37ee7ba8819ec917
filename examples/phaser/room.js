// The room, as text: # wall, C crate, T torch on the wall, D door, S stairs, . floor.

export const TILE = 16;

const ROOM = `
####T######D####T###
#..................#
#..CC.........##...#
#..C...........#...#
#......##..........#
#......##....C.....#
#T............CC...T
#....C.............#
#...CC.....##......#
#..........##...C..#
#..##...........CC.#
#...#..........S...#
####################`.trim().split("\n");

const FRAMES = { "#": "wall", C: "crate", T: "wall", D: "door", S: "stairs", ".": "floor" };

/** Draws the room; gives the free tiles that are not near its first. */
export function draw(scene) {
  const places = [];
  ROOM.forEach((line, row) =>
    [...line].forEach((letter, column) => {
      const [x, y] = [column * TILE, row * TILE];
      if (letter === "C" || letter === "S") scene.add.image(x, y, "sprites", "floor").setOrigin(0);
      scene.add.image(x, y, "sprites", FRAMES[letter]).setOrigin(0);
      if (letter === "T") scene.add.sprite(x, y, "sprites", "torch-0").setOrigin(0).play("torch");
      if (letter === "." && column + row > 6) places.push({ x, y });
    }),
  );
  return places;
}

/** Whether a sprite of a tile's size, a little slimmer than it, may stand at (x, y). */
export function free(x, y) {
  return [2, TILE - 3].every((right) =>
    [2, TILE - 2].every((below) => ".S".includes(ROOM[Math.floor((y + below) / TILE)][Math.floor((x + right) / TILE)])),
  );
}
