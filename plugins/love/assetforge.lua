-- Draws the sheets that assetforge exports for LÖVE 11: frames, animations, palettes.
--
--   local forge = require "assetforge"
--   local sheet = forge.load "assets.forge.monsters"
--   sheet:draw("monsters/orc", x, y)
--   sheet:palette "pico-8"              -- from now on in the colors of that row of the strip
--
-- Pixels stay pixels: nothing is filtered. Trimmed frames are drawn where they were before trimming.

local forge = {}

local Sheet = {}
Sheet.__index = Sheet

local Player = {}
Player.__index = Player

-- The middle of a texel is asked for, and indices are rounded, so that every color is exact. The strip is measured,
-- not known, so any number of colors and palettes will do.
local SWAP = [[
extern Image strip;
extern vec2 strip_size;
extern number row;

vec4 effect(vec4 tint, Image indices, vec2 place, vec2 screen)
{
    float index = floor(Texel(indices, place).r * 255.0 + 0.5);
    return Texel(strip, (vec2(index, row) + 0.5) / strip_size) * tint;
}
]]

local function picture(path, settings)
  local image = love.graphics.newImage(path, settings)
  image:setFilter("nearest", "nearest")
  return image
end

-- The module of a sheet, by the name that `require` takes or by its file's path, which may hold dots.
local function module(name)
  local by_path = name:sub(-4) == ".lua"
  local loaded, data = pcall(function()
    return by_path and assert(love.filesystem.load(name))(name:sub(1, -5)) or require(name)
  end)
  if not loaded then
    error(('assetforge: sheet "%s" is not there; has `assetforge build` been run?\n%s'):format(name, data), 3)
  end
  return data
end

-- A sheet, all of its pages, ready to be drawn. `name`: as of `require`, or the path of its .lua.
function forge.load(name)
  local data = module(name)
  local sheet = setmetatable({
    name = data.name, names = {}, frames = {}, animations = {}, palettes = data.palettes, pages = {}, row = 0,
  }, Sheet)
  sheet:add(data)
  local ending = name:sub(-4) == ".lua" and ".lua" or ""
  local folder = name:sub(1, #name - #ending - #data.name)
  for _, other in ipairs(data.others or {}) do
    sheet:add(module(folder .. other .. ending))
  end
  return sheet
end

function Sheet:add(data)
  local page = { data = data, image = picture(data.image) }
  table.insert(self.pages, page)
  for _, frame in ipairs(data.names) do
    local box = data.frames[frame]
    table.insert(self.names, frame)
    self.frames[frame] = {
      page = page,
      quad = love.graphics.newQuad(box.x, box.y, box.w, box.h, data.width, data.height),
      left = box.left, top = box.top, width = box.width, height = box.height, duration = box.duration,
    }
  end
  for tag, animation in pairs(data.animations) do
    local known = self.animations[tag] or { frames = {} }
    known.rounds = animation.rounds
    for _, frame in ipairs(animation.frames) do
      table.insert(known.frames, frame)
    end
    self.animations[tag] = known
  end
end

function Sheet:frame(name)
  local frame = self.frames[name]
  if not frame then
    local known = table.concat(self.names, ", ", 1, math.min(#self.names, 50))
    error(('assetforge: sheet "%s" has no frame "%s"; it has %s'):format(self.name, tostring(name), known), 3)
  end
  return frame
end

-- Draws a frame; the arguments behind its name are those of love.graphics.draw, in pixels of the untrimmed sprite.
function Sheet:draw(name, x, y, r, sx, sy, ox, oy)
  local frame = self:frame(name)
  local left, top = (ox or 0) - frame.left, (oy or 0) - frame.top
  if self.row == 0 then
    love.graphics.draw(frame.page.image, frame.quad, x, y, r, sx, sy, left, top)
    return
  end
  local before = love.graphics.getShader()
  love.graphics.setShader(self.shader)
  love.graphics.draw(frame.page.index, frame.quad, x, y, r, sx, sy, left, top)
  love.graphics.setShader(before)
end

-- Shows the sheet in another of its palettes from now on: its name, or its place in `sheet.palettes`.
function Sheet:palette(wanted)
  local row
  for place, name in ipairs(self.palettes) do
    if wanted == place or wanted == name then
      row = place - 1
    end
  end
  if not row then
    local known = table.concat(self.palettes, ", ")
    error(('assetforge: sheet "%s" has no palette "%s"; it has %s'):format(self.name, tostring(wanted), known), 2)
  end
  if row > 0 and not self.shader then
    self.shader = love.graphics.newShader(SWAP)
    local strip = picture(self.pages[1].data.strip)
    self.shader:send("strip", strip)
    self.shader:send("strip_size", { strip:getDimensions() })
    for _, page in ipairs(self.pages) do
      -- Indices are numbers, not light: gamma correction must not touch them.
      page.index = picture(page.data.index, { linear = true })
    end
  end
  if row > 0 and row ~= self.row then
    self.shader:send("row", row)
  end
  self.row = row
end

-- A player of an animation, or of a still frame: player:update(dt), player:draw(x, y, …), player:restart().
function Sheet:animation(name)
  local animation = self.animations[name]
  if not animation then
    self:frame(name)
    animation = { frames = { name }, rounds = 0 }
  end
  local player = setmetatable({ sheet = self, frames = animation.frames, rounds = animation.rounds }, Player)
  player:restart()
  return player
end

function Player:restart()
  self.place, self.shown, self.round, self.ended = 1, 0, 1, false
end

-- Goes on by `dt` seconds, over as many frames as that takes.
function Player:update(dt)
  if self.ended then
    return
  end
  self.shown = self.shown + dt * 1000
  -- A quotient of times may fall a hair short of where a frame ends.
  while self.shown > self:duration() - 1e-6 do
    self.shown = math.max(0, self.shown - self:duration())
    if self.place < #self.frames then
      self.place = self.place + 1
    elseif self.rounds == 0 or self.round < self.rounds then
      self.place, self.round = 1, self.round + 1
    else
      self.ended = true
      return
    end
  end
end

function Player:duration()
  return math.max(1, self.sheet.frames[self.frames[self.place]].duration)
end

-- The name of the frame that is shown now.
function Player:frame()
  return self.frames[self.place]
end

function Player:draw(...)
  self.sheet:draw(self:frame(), ...)
end

return forge
