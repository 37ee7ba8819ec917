
-- Behind the lines of docs/love.md: a screenshot, then P, then another.
local draw, shots = love.draw, { "swapped.png", "own.png" }

function love.draw()
  draw()
  local file = table.remove(shots)
  if not file then
    return love.event.quit(0)
  end
  love.graphics.captureScreenshot(function(data)
    data:encode("png", file)
    love.keypressed("p")
  end)
end

-- The first frame of the coin stays.
love.update = nil

function love.errorhandler(fault)
  io.stderr:write(debug.traceback(tostring(fault)), "\n")
  return function() return 1 end
end
