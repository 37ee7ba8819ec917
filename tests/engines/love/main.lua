-- Draws every frame of a sheet, in every palette, and saves what has come of it: `love FOLDER MODULE`.
local forge = require "assetforge"

local lines = {}

-- A line of words, in hexadecimal: names hold anything.
local function note(...)
  local words = { ... }
  for place, word in ipairs(words) do
    words[place] = tostring(word):gsub(".", function(letter) return ("%02x"):format(letter:byte()) end)
  end
  table.insert(lines, table.concat(words, " "))
end

local MOST = 1500 -- what a canvas has room for

-- The frames in cells of 64 pixels, twelve in a row, each `scale` times as large; with a negative one, mirrored.
local function draw_all(sheet, scale)
  for place = 1, math.min(#sheet.names, MOST) do
    local name = sheet.names[place]
    local x, y = (place - 1) % 12 * 64, math.floor((place - 1) / 12) * 64
    sheet:draw(name, scale < 0 and x - sheet.frames[name].width * scale or x, y, 0, scale, math.abs(scale))
  end
end

local function save(sheet, scale, file)
  local canvas = love.graphics.newCanvas(12 * 64, math.ceil(math.min(#sheet.names, MOST) / 12) * 64)
  canvas:renderTo(function()
    love.graphics.clear(0, 0, 0, 0)
    draw_all(sheet, scale)
  end)
  canvas:newImageData():encode("png", file)
end

local function play(sheet, tag)
  local player = sheet:animation(tag)
  local shown = {}
  for _ = 1, 200 do
    table.insert(shown, player:frame())
    player:update(0.01)
  end
  note("play", tag, unpack(shown))
end

local sheet
local done

function love.load(arguments)
  sheet = forge.load(arguments[1])
  for _, name in ipairs(sheet.names) do
    local frame = sheet.frames[name]
    note("frame", name, frame.width, frame.height, frame.duration)
  end
  for row, name in ipairs(sheet.palettes) do
    sheet:palette(name)
    save(sheet, 1, ("row-%d.png"):format(row))
    save(sheet, -1, ("mirrored-%d.png"):format(row))
    note("palette", name)
  end
  sheet:palette(1)
  for tag in pairs(sheet.animations) do
    play(sheet, tag)
  end
  local mistakes = {
    function() sheet:draw("nobody", 0, 0) end,
    function() sheet:palette("none") end,
    function() forge.load "assets.forge.unbuilt" end,
    function() forge.load "assets/forge/unbuilt.lua" end,
  }
  for _, mistake in ipairs(mistakes) do
    local held, fault = pcall(mistake)
    note("fault", tostring(held), fault)
  end
end

-- In the window, on black, twice as large.
function love.draw()
  love.graphics.clear(0, 0, 0)
  draw_all(sheet, 2)
  if not done then
    done = true
    love.graphics.captureScreenshot(function(data)
      data:encode("png", "screen.png")
      love.filesystem.write("notes.txt", table.concat(lines, "\n"))
      love.event.quit(0)
    end)
  end
end

function love.errorhandler(fault)
  io.stderr:write(debug.traceback(tostring(fault)), "\n")
  return function() return 1 end
end
