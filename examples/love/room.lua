-- A room of 20 x 13 tiles: walls around a floor, crates in the way, coins to collect, and who is in it. Lengths are in
-- pixels of the art, times in seconds.

local Room = {}
Room.__index = Room

local TILE, COLUMNS, ROWS = 16, 20, 13
local DOOR = { x = 9 * TILE, y = TILE }

Room.width, Room.height = COLUMNS * TILE, ROWS * TILE

-- Room number `level`, the same each time: the higher, the more monsters (`hunters` walk towards the hero).
function Room.new(level, monsters, hunters)
  local room = setmetatable({ level = level, crates = {}, coins = {}, potions = {}, crowd = {}, open = false }, Room)
  local random = love.math.newRandomGenerator(level)
  room.random = random
  local cells = {}
  for row = 2, ROWS - 2 do
    for column = 1, COLUMNS - 2 do
      -- Before the door and around the hero's place nothing stands.
      if math.abs(column - 9.5) > 2 or (row > 4 and row < ROWS - 4) then
        table.insert(cells, { x = column * TILE, y = row * TILE })
      end
    end
  end
  local function place()
    return table.remove(cells, random:random(#cells))
  end
  for _ = 1, 14 do
    local crate = place()
    room.crates[crate.y / TILE * COLUMNS + crate.x / TILE] = crate
  end
  for _ = 1, 8 do
    table.insert(room.coins, place())
  end
  room.potions[1] = place()
  room.hero = { x = 9.5 * TILE, y = (ROWS - 3) * TILE, safe = 2 }
  for number = 1, math.min(#monsters, 3 + level) do
    local monster = place()
    monster.name, monster.speed, monster.sheet = monsters[number], 28 + 2 * level, "monsters"
    table.insert(room.crowd, monster)
  end
  for number = 1, math.min(#hunters, 1 + level) do
    local hunter = place()
    hunter.name, hunter.speed, hunter.sheet = hunters[(7 * number + level) % #hunters + 1], 16 + 2 * level, "hybrids"
    table.insert(room.crowd, hunter)
  end
  return room
end

local function near(one, other, distance)
  return math.abs(one.x - other.x) < distance and math.abs(one.y - other.y) < distance
end

-- Whether something may stand there: 10 x 10 pixels in the middle of a tile's.
function Room:free(x, y)
  for _, corner in ipairs { { 3, 5 }, { 12, 5 }, { 3, 14 }, { 12, 14 } } do
    local column, row = math.floor((x + corner[1]) / TILE), math.floor((y + corner[2]) / TILE)
    local wall = column < 1 or column > COLUMNS - 2 or row < 2 or row > ROWS - 2
    if wall and not (self.open and row == 1 and (column == 9 or column == 10)) then
      return false
    end
    if self.crates[row * COLUMNS + column] then
      return false
    end
  end
  return true
end

function Room:walk(who, dx, dy)
  local moved = false
  if self:free(who.x + dx, who.y) then
    who.x, moved = who.x + dx, dx ~= 0
  end
  if self:free(who.x, who.y + dy) then
    who.y, moved = who.y + dy, moved or dy ~= 0
  end
  return moved
end

function Room:wander(who, dt)
  who.rest = (who.rest or 0) - dt
  if who.rest <= 0 then
    local x, y = self.hero.x - who.x, self.hero.y - who.y
    who.rest = 0.4 + self.random:random()
    if who.sheet == "hybrids" then
      local far = math.max(1, math.abs(x), math.abs(y))
      who.dx, who.dy = x / far, y / far
    else
      local way = self.random:random(4)
      who.dx, who.dy = ({ 1, -1, 0, 0 })[way], ({ 0, 0, 1, -1 })[way]
    end
  end
  if not self:walk(who, who.dx * who.speed * dt, who.dy * who.speed * dt) then
    who.rest = math.min(who.rest, 0.1)
  end
end

-- Goes on by `dt` seconds, the hero walking towards (dx, dy). Gives "hit", "coin", "potion", "out" or nil.
function Room:update(dt, dx, dy)
  local hero, happened = self.hero, nil
  hero.walks = self:walk(hero, dx * 72 * dt, dy * 72 * dt)
  hero.safe = math.max(0, hero.safe - dt)
  for place = #self.coins, 1, -1 do
    if near(hero, self.coins[place], 11) then
      table.remove(self.coins, place)
      happened = "coin"
    end
  end
  if self.potions[1] and near(hero, self.potions[1], 11) then
    table.remove(self.potions)
    hero.safe, happened = 6, "potion"
  end
  for _, who in ipairs(self.crowd) do
    self:wander(who, dt)
    if hero.safe == 0 and near(hero, who, 10) then
      hero.safe, happened = 1.5, "hit"
    end
  end
  self.open = #self.coins == 0
  return self.open and hero.y < DOOR.y + 4 and "out" or happened
end

-- Calls `tile(sheet, name, x, y)` for all that is in it, the farthest first.
function Room:draw(tile, time)
  for row = 0, ROWS - 1 do
    for column = 0, COLUMNS - 1 do
      local inside = column > 0 and column < COLUMNS - 1 and row > 1 and row < ROWS - 1
      tile("sprites", inside and "floor" or "wall", column * TILE, row * TILE)
    end
  end
  for _, column in ipairs { 3, 6, 13, 16 } do
    tile("sprites", "torch", column * TILE, TILE)
  end
  tile("sprites", self.open and "stairs" or "door", DOOR.x, DOOR.y)
  tile("sprites", self.open and "stairs" or "door", DOOR.x + TILE, DOOR.y)
  for _, crate in pairs(self.crates) do
    tile("sprites", "crate", crate.x, crate.y)
  end
  for _, coin in ipairs(self.coins) do
    tile("sprites", "coin", coin.x, coin.y)
  end
  for _, potion in ipairs(self.potions) do
    tile("finished", "potion-gold", potion.x, potion.y)
  end
  local bob = math.floor(time * 6) % 2
  for _, who in ipairs(self.crowd) do
    tile(who.sheet, who.name, math.floor(who.x), math.floor(who.y) - bob)
  end
  local hero = self.hero
  if hero.safe == 0 or math.floor(time * 12) % 2 == 0 then
    tile("finished", "paladin", math.floor(hero.x), math.floor(hero.y) - (hero.walks and bob or 0))
  end
end

return Room
