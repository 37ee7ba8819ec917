// Elements, and frames painted from indices: a palette is chosen here, in the page, and nothing is loaded.
const facts = JSON.parse(document.getElementById("facts").textContent);
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const OWN = "its own";
// Pixels that a sprite's longest side comes near to: on a phone three stand in a row.
const SIDE = matchMedia("(max-width: 30rem)").matches ? 80 : 96;

// Text goes in as text, never as markup: a sprite may be called anything.
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// What is long is made when it is opened.
function folded(summary, make) {
  const details = element("details", {}, element("summary", {}, summary));
  details.addEventListener("toggle", () => { if (details.childElementCount === 1) details.append(...make()); });
  return details;
}

// The first of many; a button brings the others.
function first(most, made, what) {
  const list = element("ul", { class: "frames" }, ...made.slice(0, most).map((make) => make()));
  if (made.length <= most) return [list];
  const button = element("button", { type: "button", onclick: () => {
    list.append(...made.slice(most).map((make) => make()));
    button.remove();
  } }, `Show all ${made.length} ${what}`);
  return [list, button];
}

function percent(value) {
  return `${Math.round(100 * value)} %`;
}

async function inflate(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function zoom(width, height, most = SIDE) {
  return Math.max(1, Math.floor(most / Math.max(width, height)));
}

// Colors as the words of an ImageData, the transparent one first.
function wordsOf(colors) {
  const bytes = new Uint8Array(4 * (colors.length + 1));
  colors.forEach((color, place) => {
    const value = parseInt(color.slice(1), 16);
    bytes.set([value >> 16, (value >> 8) & 255, value & 255, 255], 4 * (place + 1));
  });
  return new Uint32Array(bytes.buffer);
}

class Frame {
  constructor(sheet, [name, x, y, width, height, left, top, fullWidth, fullHeight, duration]) {
    Object.assign(this, { sheet, name, x, y, width, height, left, top, fullWidth, fullHeight, duration });
  }

  paint(canvas, colors = this.sheet.words, most = SIDE) {
    const { sheet } = this;
    canvas.width = this.fullWidth;
    canvas.height = this.fullHeight;
    const scale = zoom(this.fullWidth, this.fullHeight, most);
    canvas.style.width = `${this.fullWidth * scale}px`;
    canvas.style.height = `${this.fullHeight * scale}px`;
    const picture = new ImageData(this.fullWidth, this.fullHeight);
    const words = new Uint32Array(picture.data.buffer);
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        const index = sheet.indices[(this.y + y) * sheet.size[0] + this.x + x];
        words[(this.top + y) * this.fullWidth + this.left + x] = colors[index];
      }
    }
    canvas.getContext("2d").putImageData(picture, 0, 0);
  }
}
