function love.conf(settings)
  settings.identity = "assetforge-dungeon"
  settings.window.title = "Dungeon"
  settings.window.width, settings.window.height = 960, 624
  settings.window.resizable = true
end
