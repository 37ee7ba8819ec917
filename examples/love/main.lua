-- A small dungeon: arrows walk, coins open the door, monsters hurt, the potion keeps them off. P swaps the palette.

local forge = require "assetforge"
local Room = require "room"

local HEARTS = 3

local sheets, film, canvas, room
local coins, hearts, palette, time = 0, HEARTS, 1, 0

local function tell()
  local state = hearts == 0 and "press R" or ("room %d, %d coins"):format(room.level, coins)
  love.window.setTitle(("Dungeon: %s, in %s (P)"):format(state, sheets.sprites.palettes[palette]))
end

local function enter(level)
  room = Room.new(level, sheets.monsters.names, sheets.hybrids.names)
  tell()
end

local function start()
  coins, hearts = 0, HEARTS
  enter(1)
end

function love.load()
  love.graphics.setDefaultFilter("nearest", "nearest")
  canvas = love.graphics.newCanvas(Room.width, Room.height)
  sheets = {}
  for _, name in ipairs { "sprites", "monsters", "finished", "hybrids" } do
    sheets[name] = forge.load("assets.forge." .. name)
  end
  film = { coin = sheets.sprites:animation("coin"), torch = sheets.sprites:animation("torch") }
  start()
end

function love.update(dt)
  dt = math.min(dt, 0.05)
  time = time + dt
  for _, player in pairs(film) do
    player:update(dt)
  end
  if hearts == 0 then
    return
  end
  local function held(key)
    return love.keyboard.isDown(key) and 1 or 0
  end
  local happened = room:update(dt, held("right") - held("left"), held("down") - held("up"))
  if happened == "coin" then
    coins = coins + 1
  elseif happened == "hit" then
    hearts = hearts - 1
  elseif happened == "out" then
    enter(room.level + 1)
  end
  if happened then
    tell()
  end
end

function love.keypressed(key)
  if key == "p" then
    palette = palette % #sheets.sprites.palettes + 1
    for _, sheet in pairs(sheets) do
      sheet:palette(palette)
    end
    tell()
  elseif key == "r" then
    start()
  elseif key == "escape" then
    love.event.quit()
  end
end

local function tile(sheet, name, x, y)
  if film[name] then
    film[name]:draw(x, y)
  else
    sheets[sheet]:draw(name, x, y)
  end
end

function love.draw()
  canvas:renderTo(function()
    room:draw(tile, time)
    for place = 1, hearts do
      tile("sprites", "heart", place * 14 - 8, 0)
    end
    for place = 1, #room.coins do
      tile("sprites", "coin", Room.width - 8 - place * 14, 0)
    end
  end)
  -- As large as fits, by a whole number: each pixel of the art is a square of the screen's.
  local width, height = love.graphics.getDimensions()
  local scale = math.max(1, math.floor(math.min(width / Room.width, height / Room.height)))
  local x, y = math.floor((width - scale * Room.width) / 2), math.floor((height - scale * Room.height) / 2)
  love.graphics.draw(canvas, x, y, 0, scale)
end
