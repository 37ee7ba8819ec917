-- The command lines of assetforge, quoted for the system's shell. Nothing of Aseprite's is used here.

local command = {}

-- One word for sh, or for a batch file and then Microsoft's C runtime.
function command.quote(text, windows)
  if text:find(windows and '[\0\r\n"]' or "\0") then
    error("assetforge cannot be given this text: " .. text, 0)
  end
  if not windows then
    return "'" .. text:gsub("'", "'\\''") .. "'"
  end
  -- Backslashes before the closing quote are doubled; a percent sign is two in a batch file.
  return '"' .. text:gsub("(\\+)$", "%1%1"):gsub("%%", "%%%%") .. '"'
end

-- The whole line; what the program says of errors goes to a file.
function command.line(program, arguments, errors, windows)
  local words = { command.quote(program, windows) }
  for _, argument in ipairs(arguments) do
    words[#words + 1] = command.quote(argument, windows)
  end
  local null = windows and "NUL" or "/dev/null"
  return table.concat(words, " ") .. " <" .. null .. " >" .. null .. " 2>" .. command.quote(errors, windows)
end

-- A batch file of the line. Windows gives a line that is run directly to the program in its own code page, in which
-- other letters are lost; a batch file may say that it is UTF-8.
function command.batch(line)
  return "@echo off\r\nchcp 65001 >NUL\r\n" .. line .. "\r\n"
end

-- What runs the batch file, which lies in a folder in Windows's temporary one. Where that has other letters in its path
-- (a user's name), the variable that holds it stands for it.
function command.call(path)
  if path:find("[\128-\255]") then
    path = "%TMP%\\" .. path:match("[^\\/]+[\\/][^\\/]+$")
  end
  return 'call "' .. path .. '"'
end

local function with(arguments, settings)
  if settings.palette then
    arguments[#arguments + 1] = "-p"
    arguments[#arguments + 1] = settings.palette
  end
  if settings.model and settings.model ~= "" then
    arguments[#arguments + 1] = "-m"
    arguments[#arguments + 1] = settings.model
  end
  return arguments
end

-- Fill what is white in the mask; the result is a picture of the same name in the folder.
function command.fill(image, mask, folder, seed, settings)
  return with({ "complete", image, "--mask", mask, "-o", folder, "--seed", tostring(seed), "--quiet" }, settings)
end

-- New sprites like the image, as frames.
function command.like(image, out, count, width, height, seed, settings)
  local size = ("%dx%d"):format(width, height)
  local arguments = { "generate", "--like", image, "-n", tostring(count), "--size", size }
  for _, word in ipairs({ "-o", out, "--seed", tostring(seed), "--quiet" }) do
    arguments[#arguments + 1] = word
  end
  return with(arguments, settings)
end

-- The same art in the palette.
function command.lock(file, out, palette)
  return { "quantize", file, "-o", out, "-p", palette, "--quiet" }
end

-- A palette file of the colors, or none if there are too few or too many for a palette.
function command.hex(colors)
  local lines, seen = {}, {}
  for _, color in ipairs(colors) do
    local line = ("%02x%02x%02x"):format(color[1], color[2], color[3])
    if not seen[line] then
      seen[line] = true
      lines[#lines + 1] = line
    end
  end
  if #lines >= 2 and #lines <= 255 then
    return table.concat(lines, "\n") .. "\n"
  end
end

-- What an alert shows of what the program said.
function command.complaint(said)
  local lines = {}
  for line in said:gmatch("[^\r\n]+") do
    lines[#lines + 1] = #line > 200 and line:sub(1, 200) .. "…" or line
  end
  if #lines == 0 then
    return { "assetforge did not run. Name its program in assetforge: Settings." }
  end
  return { table.unpack(lines, math.max(1, #lines - 5)) }
end

return command
