-- As much of Aseprite's Lua API (github.com/aseprite/api) as the extension uses, over PNG files alone.
-- `host` is given by the test: load, save, list, make, remove; `log` tells what the extension has asked of the program.

log = { alerts = {}, opened = {}, commands = {} }
ColorMode = { RGB = 0, GRAY = 1, INDEXED = 2 }

local function rgba(r, g, b, a)
  return r | g << 8 | b << 16 | a << 24
end

local image = {}
image.__index = image

function image:clear(value)
  for place = 1, self.width * self.height do
    self.values[place] = value
  end
end

function image:drawPixel(x, y, value)
  assert(math.type(value) == "integer", "a pixel is an integer")
  self.values[y * self.width + x + 1] = value
end

function image:pixels()
  local place = -1
  return function()
    place = place + 1
    if place == self.width * self.height then
      return nil
    end
    local x, y = place % self.width, place // self.width
    return setmetatable({ x = x, y = y }, {
      __call = function(_, value)
        if value then
          self:drawPixel(x, y, value)
        end
        return self.values[y * self.width + x + 1]
      end,
    })
  end
end

function image:drawSprite(sprite, frame)
  assert(frame == app.frame.frameNumber)
  for place, value in ipairs(sprite.shown) do
    self.values[place] = value
  end
end

function image:saveAs(path)
  host.save(path, self.width, self.height, self.values)
end

function Image(width, height, mode)
  local new = setmetatable({ values = {} }, image)
  if type(width) == "table" and width.fromFile then
    new.width, new.height, new.values = host.load(width.fromFile)
    return new
  elseif type(width) == "table" then
    width, height, mode = width.width, width.height, width.colorMode
  end
  new.width, new.height, new.colorMode = width, height, mode
  new:clear(0)
  return new
end

function Palette(from)
  local colors = host.palette(from.fromFile)
  return setmetatable({ colors = colors, getColor = function(self, index) return self.colors[index + 1] end }, {
    __len = function(self) return #self.colors end,
  })
end

function Point(x, y)
  return { x = x, y = y }
end

function Dialog()
  error("no dialog is shown here")
end

-- A sprite of one frame: what is shown of it as RGBA values, and a selection {x, y, width, height} or none.
function Sprite(filename, width, height, mode, shown, palette, selected)
  local selection = { isEmpty = selected == nil }
  function selection:contains(x, y)
    return x >= selected[1] and y >= selected[2] and x < selected[1] + selected[3] and y < selected[2] + selected[4]
  end
  local sprite = { filename = filename, width = width, height = height, colorMode = mode, shown = shown }
  sprite.selection, sprite.palettes, sprite.transparentColor, sprite.cels = selection, { palette }, 0, {}
  sprite.spec = { width = width, height = height, colorMode = mode }
  function sprite:newLayer() return {} end
  function sprite:newCel(layer, frame, picture, point)
    assert(frame == app.frame and point.x == 0 and point.y == 0)
    self.cels[#self.cels + 1] = { layer = layer, image = picture }
  end
  function sprite:saveCopyAs(path)
    host.save(path, width, height, shown)
  end
  return sprite
end

app = {
  frame = { frameNumber = 1 },
  os = { windows = false },
  pixelColor = {
    rgba = rgba,
    rgbaR = function(value) return value & 255 end,
    rgbaG = function(value) return value >> 8 & 255 end,
    rgbaB = function(value) return value >> 16 & 255 end,
    rgbaA = function(value) return value >> 24 & 255 end,
    graya = function(value, alpha) return value | alpha << 8 end,
  },
  fs = {
    tempPath = host.temporary,
    joinPath = function(...)
      local parts = {}
      for _, part in ipairs({ ... }) do
        if part ~= "" then
          parts[#parts + 1] = part
        end
      end
      return table.concat(parts, "/")
    end,
    filePath = function(path) return path:match("^(.*)/") or "" end,
    fileTitle = function(path) return (path:match("[^/]*$"):gsub("%.[^.]*$", "")) end,
    isFile = host.is_file,
    listFiles = host.list,
    makeAllDirectories = host.make,
    removeDirectory = host.remove,
  },
  alert = function(told)
    log.alerts[#log.alerts + 1] = type(told) == "table" and told.text or told
  end,
  open = function(path)
    local sprite = { path = path, bytes = host.read(path) }
    log.opened[#log.opened + 1] = sprite
    return sprite
  end,
  transaction = function(_, action) action() end,
  refresh = function() end,
}

-- The extension as Aseprite starts it; its commands by their names.
function start(path, preferences)
  dofile(path .. "/plugin.lua")
  local plugin = { path = path, preferences = preferences }
  function plugin:newCommand(command)
    log.commands[command.id] = command
  end
  init(plugin)
  return plugin
end
