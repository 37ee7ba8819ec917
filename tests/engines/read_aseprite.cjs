// What ase-parser sees in an Aseprite file, as JSON: node read_aseprite.cjs FILE
const fs = require("fs");
const Aseprite = require("ase-parser");

const file = new Aseprite(fs.readFileSync(process.argv[2]), "sheet");
file.parse();
const { width, height, colorDepth, paletteIndex, numColors, numFrames, layers, tags, colorProfile } = file;
const colors = file.palette.colors.map(({ red, green, blue, alpha }) => [red, green, blue, alpha]);
const frames = file.frames.map(({ frameDuration, cels }) => ({
  duration: frameDuration,
  cels: cels.map(({ layerIndex, xpos, ypos, w, h, opacity, celType, rawCelData }) => ({
    layer: layerIndex, x: xpos, y: ypos, w, h, opacity, celType, data: rawCelData.toString("base64"),
  })),
}));
console.log(JSON.stringify({
  width, height, colorDepth, paletteIndex, numColors, numFrames, layers, tags, colorProfile, colors, frames,
}));
