"""A room of 20 x 13 tiles: walls around a floor, crates in the way, coins to collect, and who is in it.

Lengths are in pixels of the art, times in seconds.
"""

import random
from dataclasses import dataclass, field

TILE, COLUMNS, ROWS = 16, 20, 13
WIDTH, HEIGHT = COLUMNS * TILE, ROWS * TILE
DOOR = (9 * TILE, TILE)


@dataclass
class Body:
    x: float
    y: float
    name: str = ""
    sheet: str = ""
    speed: float = 0
    way: tuple[float, float] = (0, 0)
    rest: float = 0  # until it chooses another way; of the hero: how long nothing hurts


@dataclass
class Room:
    level: int
    crates: set[tuple[int, int]] = field(default_factory=set)
    coins: list[Body] = field(default_factory=list)
    potions: list[Body] = field(default_factory=list)
    crowd: list[Body] = field(default_factory=list)
    walks: bool = False

    def __post_init__(self):
        self.random = random.Random(self.level)
        self.hero = Body(9.5 * TILE, (ROWS - 3) * TILE, "paladin", "finished", 72, rest=2)

    @classmethod
    def filled(cls, level, monsters, hunters):
        """Room number `level`, the same each time: the higher, the more monsters; hunters walk towards the hero."""
        room = cls(level)
        # Before the door and around the hero's place nothing stands.
        cells = [
            (column, row)
            for row in range(2, ROWS - 1)
            for column in range(1, COLUMNS - 1)
            if abs(column - 9.5) > 2 or 4 < row < ROWS - 4
        ]
        room.random.shuffle(cells)

        def body(*facts):
            column, row = cells.pop()
            return Body(column * TILE, row * TILE, *facts)

        room.crates = {cells.pop() for _ in range(14)}
        room.coins = [body() for _ in range(8)]
        room.potions = [body("potion-gold", "finished")]
        room.crowd = [body(name, "monsters", 28 + 2 * level) for name in monsters[: 3 + level]]
        chosen = [hunters[(7 * number + level) % len(hunters)] for number in range(min(len(hunters), 1 + level))]
        room.crowd += [body(name, "hybrids", 16 + 2 * level) for name in chosen]
        return room

    @property
    def open(self):
        return not self.coins

    def free(self, x, y):
        """Whether something may stand there: 10 x 10 pixels in the middle of a tile's."""
        for left, top in ((3, 5), (12, 5), (3, 14), (12, 14)):
            column, row = int((x + left) // TILE), int((y + top) // TILE)
            wall = not (1 <= column <= COLUMNS - 2 and 2 <= row <= ROWS - 2)
            if (wall and not (self.open and row == 1 and column in (9, 10))) or (column, row) in self.crates:
                return False
        return True

    def walk(self, who, dx, dy):
        moved = False
        if dx and self.free(who.x + dx, who.y):
            who.x, moved = who.x + dx, True
        if dy and self.free(who.x, who.y + dy):
            who.y, moved = who.y + dy, True
        return moved

    def wander(self, who, dt):
        who.rest -= dt
        if who.rest <= 0:
            who.rest = 0.4 + self.random.random()
            x, y = self.hero.x - who.x, self.hero.y - who.y
            far = max(1, abs(x), abs(y))
            ways = [(1, 0), (-1, 0), (0, 1), (0, -1)]
            who.way = (x / far, y / far) if who.sheet == "hybrids" else self.random.choice(ways)
        if not self.walk(who, *(part * who.speed * dt for part in who.way)):
            who.rest = min(who.rest, 0.1)

    def update(self, dt, dx, dy):
        """Go on by `dt`, the hero walking towards (dx, dy). Gives "hit", "coin", "potion", "out" or None."""
        hero, happened = self.hero, None
        self.walks = self.walk(hero, dx * hero.speed * dt, dy * hero.speed * dt)
        hero.rest = max(0, hero.rest - dt)
        for coin in [coin for coin in self.coins if near(hero, coin, 11)]:
            self.coins.remove(coin)
            happened = "coin"
        if self.potions and near(hero, self.potions[0], 11):
            self.potions.clear()
            hero.rest, happened = 6, "potion"
        for who in self.crowd:
            self.wander(who, dt)
            if not hero.rest and near(hero, who, 10):
                hero.rest, happened = 1.5, "hit"
        return "out" if self.open and hero.y < DOOR[1] + 4 else happened

    def draw(self, tile, time):
        """Call `tile(sheet, name, x, y)` for all that is in it, the farthest first."""
        for row in range(ROWS):
            for column in range(COLUMNS):
                inside = 0 < column < COLUMNS - 1 and 1 < row < ROWS - 1
                tile("sprites", "floor" if inside else "wall", column * TILE, row * TILE)
        for column in (3, 6, 13, 16):
            tile("sprites", "torch", column * TILE, TILE)
        for side in (0, TILE):
            tile("sprites", "stairs" if self.open else "door", DOOR[0] + side, DOOR[1])
        for column, row in sorted(self.crates):
            tile("sprites", "crate", column * TILE, row * TILE)
        for coin in self.coins:
            tile("sprites", "coin", coin.x, coin.y)
        bob = int(time * 6) % 2
        for who in self.potions:
            tile(who.sheet, who.name, who.x, who.y)
        for who in self.crowd:
            tile(who.sheet, who.name, int(who.x), int(who.y) - bob)
        if not self.hero.rest or int(time * 12) % 2 == 0:
            tile("finished", "paladin", int(self.hero.x), int(self.hero.y) - (bob if self.walks else 0))


def near(one, other, distance):
    return abs(one.x - other.x) < distance and abs(one.y - other.y) < distance
