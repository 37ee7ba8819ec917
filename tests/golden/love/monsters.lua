-- Where the frames of a sheet lie in its picture; what is read with it lies beside this file. Lengths are in pixels,
-- durations in milliseconds. assetforge.lua draws it; it is written anew by every `assetforge build`.
local name = "monsters"
local here = (... or name):sub(1, -#name - 1)
here = here:find("/", 1, true) and here or here:gsub("%.", "/")
return {
  name = name,
  image = here .. name .. ".png",
  index = here .. name .. ".index.png",
  strip = here .. name .. ".palette.png",
  width = 13,
  height = 11,
  palettes = { "little" },
  names = {
    "monsters/orc",
    "monsters/eye",
    "monsters/slime-0",
    "monsters/slime-1",
  },
  frames = {
    ["monsters/orc"] = { x = 1, y = 1, w = 4, h = 4, left = 0, top = 0, width = 4, height = 4, duration = 100 },
    ["monsters/eye"] = { x = 8, y = 1, w = 4, h = 3, left = 1, top = 1, width = 6, height = 4, duration = 100 },
    ["monsters/slime-0"] = { x = 1, y = 8, w = 4, h = 2, left = 0, top = 1, width = 4, height = 3, duration = 150 },
    ["monsters/slime-1"] = { x = 8, y = 7, w = 2, h = 3, left = 1, top = 0, width = 4, height = 3, duration = 150 },
  },
  animations = {
    slime = { rounds = 0, frames = { "monsters/slime-0", "monsters/slime-1" } },
  },
}
