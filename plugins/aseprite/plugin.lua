-- Commands in Aseprite's Sprite menu that call assetforge on the active sprite, through files in a temporary folder.

local command

local function join(...)
  return app.fs.joinPath(...)
end

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function read(path)
  local file = io.open(path, "rb")
  local text = file and file:read("a") or ""
  if file then
    file:close()
  end
  return text
end

-- Calls `action` with a new folder, which is removed afterwards, and shows what goes wrong.
local function within(action)
  local folder = join(app.fs.tempPath, ("assetforge-%d-%06d"):format(os.time(), math.random(0, 999999)))
  app.fs.makeAllDirectories(join(folder, "out"))
  local done, fault = pcall(action, folder)
  for _, place in ipairs({ join(folder, "out"), folder }) do
    for _, name in ipairs(app.fs.listFiles(place)) do
      os.remove(join(place, name))
    end
    app.fs.removeDirectory(place)
  end
  if not done then
    app.alert({ title = "assetforge", text = fault })
  end
end

-- Runs assetforge; what it says of an error is raised as lines for an alert.
local function run(plugin, folder, arguments)
  local windows, errors = app.os.windows, join(folder, "errors.txt")
  local line = command.line(plugin.preferences.program, arguments, errors, windows)
  if windows then
    local batch = join(folder, "run.bat")
    write(batch, command.batch(line))
    line = command.call(batch)
  end
  if not os.execute(line) then
    error(command.complaint(read(errors)), 0)
  end
end

-- The frame as it is shown.
local function flat(sprite)
  local image = Image(sprite.width, sprite.height, ColorMode.RGB)
  image:drawSprite(sprite, app.frame.frameNumber)
  return image
end

-- A palette file of what may be used: an indexed sprite's palette, else the colors of the picture; nil if that is none.
local function palette(sprite, image, folder)
  local colors = {}
  if sprite.colorMode == ColorMode.INDEXED then
    local own = sprite.palettes[1]
    for index = 0, #own - 1 do
      local color = own:getColor(index)
      if index ~= sprite.transparentColor and color.alpha == 255 then
        colors[#colors + 1] = { color.red, color.green, color.blue }
      end
    end
  else
    local pixel, seen = app.pixelColor, {}
    for each in image:pixels() do
      local value = each()
      if pixel.rgbaA(value) == 255 and not seen[value] then
        seen[value] = true
        colors[#colors + 1] = { pixel.rgbaR(value), pixel.rgbaG(value), pixel.rgbaB(value) }
      end
    end
  end
  local text = command.hex(colors)
  if text then
    local path = join(folder, "palette.hex")
    write(path, text)
    return path
  end
end

-- What a color is in an image of the sprite.
local function values(sprite)
  local pixel, indices = app.pixelColor, {}
  if sprite.colorMode == ColorMode.INDEXED then
    local own = sprite.palettes[1]
    for index = #own - 1, 0, -1 do
      local color = own:getColor(index)
      if index ~= sprite.transparentColor then
        indices[pixel.rgba(color.red, color.green, color.blue, 255)] = index
      end
    end
  end
  return function(color)
    if sprite.colorMode == ColorMode.INDEXED then
      return indices[pixel.rgba(color.red, color.green, color.blue, 255)]
    elseif sprite.colorMode == ColorMode.GRAY then
      return pixel.graya(color.red, 255)
    end
    return pixel.rgba(color.red, color.green, color.blue, 255)
  end
end

-- A name beside the sprite's file that no file has yet.
local function beside(sprite, ending)
  local folder, title = app.fs.filePath(sprite.filename), app.fs.fileTitle(sprite.filename)
  local path, number = join(folder, title .. ending .. ".aseprite"), 2
  while app.fs.isFile(path) do
    path = join(folder, ("%s%s-%d.aseprite"):format(title, ending, number))
    number = number + 1
  end
  return path
end

local function fill(plugin)
  local sprite, frame = app.sprite, app.frame
  local hole = sprite.selection
  if hole.isEmpty then
    return app.alert("Select the hole: what is selected is drawn anew, the rest stays.")
  end
  within(function(folder)
    local image, pixel = flat(sprite), app.pixelColor
    local mask = Image(sprite.width, sprite.height, ColorMode.RGB)
    mask:clear(pixel.rgba(0, 0, 0, 255))
    local white = pixel.rgba(255, 255, 255, 255)
    for each in mask:pixels() do
      if hole:contains(each.x, each.y) then
        each(white)
      end
    end
    local source, cover = join(folder, "sprite.png"), join(folder, "hole.png")
    image:saveAs(source)
    mask:saveAs(cover)
    local settings = { palette = palette(sprite, image, folder), model = plugin.preferences.model }
    local out = join(folder, "out")
    run(plugin, folder, command.fill(source, cover, out, math.random(0, 65535), settings))
    local drawn = Image({ fromFile = join(out, "sprite.png") })
    local colors = Palette({ fromFile = join(out, "sprite.png") })
    app.transaction("Fill the hole", function()
      local value, filled = values(sprite), Image(sprite.spec)
      for each in drawn:pixels() do
        if each() ~= 0 and hole:contains(each.x, each.y) then
          filled:drawPixel(each.x, each.y, value(colors:getColor(each())))
        end
      end
      local layer = sprite:newLayer()
      layer.name = "filled"
      sprite:newCel(layer, frame, filled, Point(0, 0))
    end)
    app.refresh()
  end)
end

local function more(plugin)
  local sprite = app.sprite
  within(function(folder)
    local image = flat(sprite)
    local source, out = join(folder, "sprite.png"), join(folder, "out", "more.aseprite")
    image:saveAs(source)
    local settings = { palette = palette(sprite, image, folder) or "auto:32", model = plugin.preferences.model }
    local count, seed = plugin.preferences.count, math.random(0, 65535)
    run(plugin, folder, command.like(source, out, count, sprite.width, sprite.height, seed, settings))
    local name = beside(sprite, "-more")
    app.open(out).filename = name
  end)
end

local function lock(plugin)
  local sprite = app.sprite
  within(function(folder)
    -- Its frames are named after the file.
    local source = join(folder, app.fs.fileTitle(sprite.filename) .. ".aseprite")
    local out, name = join(folder, "out", "locked.aseprite"), beside(sprite, "-locked")
    sprite:saveCopyAs(source)
    run(plugin, folder, command.lock(source, out, plugin.preferences.palette))
    app.open(out).filename = name
  end)
end

local function settings(plugin)
  local kept = plugin.preferences
  local dialog = Dialog("assetforge")
  dialog:entry({ id = "program", label = "Program:", text = kept.program })
  dialog:entry({ id = "palette", label = "Palette to lock to:", text = kept.palette })
  dialog:entry({ id = "model", label = "Model file (empty: its own):", text = kept.model })
  dialog:number({ id = "count", label = "How many more:", text = tostring(kept.count), decimals = 0 })
  dialog:button({ id = "ok", text = "OK", focus = true })
  dialog:button({ text = "Cancel" })
  dialog:show()
  if dialog.data.ok then
    for _, key in ipairs({ "program", "palette", "model" }) do
      kept[key] = dialog.data[key]
    end
    kept.count = math.max(1, math.floor(dialog.data.count))
  end
end

function init(plugin)
  command = dofile(join(plugin.path, "command.lua"))
  local defaults = { program = "assetforge", palette = "sweetie-16", model = "", count = 8 }
  for key, value in pairs(defaults) do
    if plugin.preferences[key] == nil then
      plugin.preferences[key] = value
    end
  end
  local function add(id, title, action, always)
    plugin:newCommand({
      id = id,
      title = "assetforge: " .. title,
      group = "sprite_properties",
      onclick = function()
        action(plugin)
      end,
      onenabled = function()
        return always or app.sprite ~= nil
      end,
    })
  end
  add("AssetforgeFill", "Fill the hole", fill)
  add("AssetforgeMore", "More like this", more)
  add("AssetforgeLock", "Lock to palette", lock)
  add("AssetforgeSettings", "Settings", settings, true)
end

function exit(plugin) end
