-- A window that is shown nowhere, and a folder to save in that the test names.
function love.conf(settings)
  settings.identity = "assetforge-test"
  settings.window.width, settings.window.height = 800, 600
  settings.window.vsync = 0
  settings.modules.audio, settings.modules.sound = false, false
  settings.modules.joystick, settings.modules.physics = false, false
end
