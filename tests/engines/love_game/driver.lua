-- Plays examples/love, which lies beside this as game.lua: holds its keys, notes its title, takes screenshots.
local Room = require "room"

local held, notes, room = {}, {}, nil
local new = Room.new
function Room.new(...)
  room = new(...)
  return room
end

require "game"

local game = { update = love.update, draw = love.draw, load = love.load }

function love.keyboard.isDown(key)
  return held[key] or false
end

local function note(what)
  table.insert(notes, what .. "\t" .. love.window.getTitle())
end

local function run(seconds, keys, ended)
  held = {}
  for _, key in ipairs(keys) do
    held[key] = true
  end
  for _ = 1, seconds * 60 do
    game.update(1 / 60)
    if ended and ended() then
      return
    end
  end
end

-- The next tile on the shortest way from one to the other, both {column, row}.
local function way(from, to)
  local reached = { [to[2] * 100 + to[1]] = true }
  local edge = { to }
  while #edge > 0 do
    local cell = table.remove(edge, 1)
    for _, step in ipairs { { 1, 0 }, { -1, 0 }, { 0, 1 }, { 0, -1 } } do
      local column, row = cell[1] + step[1], cell[2] + step[2]
      if column == from[1] and row == from[2] then
        return cell
      end
      if not reached[row * 100 + column] and room:free(column * 16, row * 16) then
        reached[row * 100 + column] = true
        table.insert(edge, { column, row })
      end
    end
  end
end

-- Holds the keys that lead to a place, as a player would.
local function go(x, y)
  local hero, target = room.hero, { math.floor(x / 16 + 0.5), math.floor(y / 16 + 0.5) }
  for _ = 1, 400 do
    local here = { math.floor(hero.x / 16 + 0.5), math.floor(hero.y / 16 + 0.5) }
    local cell = here[1] == target[1] and here[2] == target[2] and here or way(here, target)
    if not cell then
      return
    end
    local dx, dy = cell[1] * 16 - hero.x, cell[2] * 16 - hero.y
    if math.abs(dx) < 2 and math.abs(dy) < 2 and cell == here then
      return
    end
    local keys = {}
    if math.abs(dx) >= 1.2 then table.insert(keys, dx > 0 and "right" or "left") end
    if math.abs(dy) >= 1.2 then table.insert(keys, dy > 0 and "down" or "up") end
    run(1 / 60, keys)
  end
end

local shots = {}
local steps = {
  function()
    note("begun")
    run(0.5, { "right" })
    note("walked " .. tostring(room.hero.x > 170))
    run(5, { "right", "down" })
    note("stopped " .. tostring(not room:free(room.hero.x + 2, room.hero.y) and room:free(room.hero.x, room.hero.y)))
    -- Nobody can hurt the hero, so that the coins are reached whoever walks about.
    for _ = 1, 4 do
      room.hero.safe = 1e6
      go(room.coins[1].x, room.coins[1].y)
    end
    note("collected")
    room.hero.safe = 0
    shots[1] = "room.png"
  end,
  function()
    love.keypressed("p")
    note("swapped")
    shots[1] = "swapped.png"
  end,
  function()
    local level = room.level
    for _ = 1, 40 do
      room.hero.safe = 1e6
      if #room.coins == 0 then
        break
      end
      go(room.coins[1].x, room.coins[1].y)
    end
    note("all " .. #room.coins)
    go(9 * 16, 2 * 16)
    run(2, { "up" }, function() return room.level > level end)
    note("next")
    run(300, {}, function() return love.window.getTitle():find("press R") end)
    note("over")
    love.keypressed("r")
    note("again")
    love.filesystem.write("notes.txt", table.concat(notes, "\n"))
    love.event.quit(0)
  end,
}

function love.update()
  if #shots == 0 and #steps > 0 then
    table.remove(steps, 1)()
  end
end

function love.draw()
  game.draw()
  local file = table.remove(shots)
  if file then
    love.graphics.captureScreenshot(file)
  end
end

function love.errorhandler(fault)
  io.stderr:write(debug.traceback(tostring(fault)), "\n")
  return function() return 1 end
end
