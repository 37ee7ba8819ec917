// Draws the sheets of a report from their indices: a palette is chosen here, in the page, and nothing is loaded.
const facts = JSON.parse(document.getElementById("facts").textContent);
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const OWN = "its own";

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

async function inflate(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function zoom(width, height) {
  return Math.max(1, Math.floor(96 / Math.max(width, height)));
}

class Frame {
  constructor(sheet, [name, x, y, width, height, left, top, fullWidth, fullHeight, duration]) {
    Object.assign(this, { sheet, name, x, y, width, height, left, top, fullWidth, fullHeight, duration });
  }

  paint(canvas) {
    const { sheet } = this;
    canvas.width = this.fullWidth;
    canvas.height = this.fullHeight;
    const scale = zoom(this.fullWidth, this.fullHeight);
    canvas.style.width = `${this.fullWidth * scale}px`;
    canvas.style.height = `${this.fullHeight * scale}px`;
    const picture = new ImageData(this.fullWidth, this.fullHeight);
    const words = new Uint32Array(picture.data.buffer);
    for (let y = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        const index = sheet.indices[(this.y + y) * sheet.size[0] + this.x + x];
        words[(this.top + y) * this.fullWidth + this.left + x] = sheet.words[index];
      }
    }
    canvas.getContext("2d").putImageData(picture, 0, 0);
  }
}

class Sheet {
  constructor(told) {
    Object.assign(this, told);
    this.frames = told.frames.map((frame) => new Frame(this, frame));
    this.byName = new Map(this.frames.map((frame) => [frame.name, frame]));
    this.painted = [];
    this.choice = OWN;
  }

  async open() {
    this.indices = await inflate(this.indices);
    for (const grid of this.grids ?? []) grid.indices = await inflate(grid.indices);
    this.recolor(OWN);
  }

  recolor(choice) {
    this.choice = choice;
    const colors = choice === OWN ? this.palette.colors : this.others[choice];
    const bytes = new Uint8Array(4 * (colors.length + 1));
    colors.forEach((color, place) => {
      const value = parseInt(color.slice(1), 16);
      bytes.set([value >> 16, (value >> 8) & 255, value & 255, 255], 4 * (place + 1));
    });
    this.words = new Uint32Array(bytes.buffer);
    for (const paint of this.painted) paint();
  }

  // A canvas that is painted again whenever the palette changes.
  canvas(frame, label = frame.name) {
    const canvas = element("canvas", { role: "img", "aria-label": label, "data-frame": frame.name });
    const paint = () => frame.paint(canvas);
    this.painted.push(paint);
    paint();
    return canvas;
  }

  element() {
    const others = Object.keys(this.others);
    this.line = element("code");
    this.swatches = element("ul", { class: "swatches", "aria-hidden": "true" });
    this.picker = element("select", { onchange: () => this.show(this.picker.value) },
      ...[OWN, ...others].map((name) => element("option", { value: name }, name === OWN ? `${this.palette.name} (${OWN})` : name)));
    const part = element("section", { id: `sheet-${this.name}`, "aria-label": this.name },
      element("h2", {}, this.name),
      element("p", { class: "dim" }, this.summary()),
      this.altered.length ? element("p", { class: "warn" }, `Changed since it was built: ${this.altered.join(", ")}`) : null,
      element("label", {}, "Palette ", this.picker), this.line, this.swatches,
      ...this.views());
    this.show(OWN);
    return part;
  }

  summary() {
    const dropped = this.dropped && Object.entries(this.dropped.reasons).map(([reason, count]) => `${count} for ${reason}`);
    return [
      `${this.kind}, ${this.frames.length} sprites, ${this.palette.colors.length} colors, seed ${this.settings.seed ?? 0}`,
      this.model ? `drawn by ${this.model.name}` : "",
      this.dropped ? `chosen from ${this.dropped.candidates} candidates${dropped.length ? `; dropped ${dropped.join(", ")}` : ""}` : "",
    ].filter(Boolean).join("; ");
  }

  show(choice) {
    this.picker.value = choice;
    this.recolor(choice);
    const name = choice === OWN ? this.palette.name : choice;
    this.line.textContent = choice === OWN ? "" : `[[sheet]] name = ${JSON.stringify(this.name)}: palette = ${JSON.stringify(name)}`;
    const colors = new Set(choice === OWN ? this.palette.colors : this.others[choice]);
    this.swatches.replaceChildren(...[...colors].map((color) => element("li", { style: `background:${color}`, title: color })));
  }

  views() {
    const views = [];
    if (this.heads) views.push(...this.grid());
    else views.push(...this.gallery());
    if (this.before && Object.values(this.before).some(Boolean)) views.push(...this.comparison());
    if (this.nearest?.length) views.push(...this.honesty());
    if (this.craft?.length) views.push(...this.figures());
    views.push(this.origin());
    return views;
  }

  told(frame) {
    const [width, height] = [frame.fullWidth, frame.fullHeight];
    return `${frame.name}: ${width} x ${height}, ${this.palette.name}, seed ${this.settings.seed ?? 0}, ${frame.duration} ms`;
  }

  gallery() {
    const told = element("p", { class: "told dim", "aria-live": "polite" }, "Hover over a sprite, or move to one by keyboard, to read of it.");
    const tell = (frame) => () => { told.textContent = this.told(frame); };
    const moving = new Set();
    const animations = this.tags.map(([name, first, last, direction]) => {
      for (let place = first; place <= last; place++) moving.add(this.frames[place]);
      return this.animation(name, this.frames.slice(first, last + 1), direction);
    });
    const stills = this.frames.filter((frame) => !moving.has(frame)).map((frame) => element("li", {},
      element("button", { class: "cell", type: "button", onmouseenter: tell(frame), onfocus: tell(frame) }, this.canvas(frame))));
    return [element("ul", { class: "frames" }, ...stills, ...animations), told];
  }

  animation(name, frames, direction) {
    const canvas = element("canvas", { role: "img", "aria-label": `${name}, ${frames.length} frames` });
    const forth = frames.map((_, place) => place);
    const back = [...forth].reverse();
    const rounds = { reverse: back, pingpong: [...forth, ...back.slice(1, -1)], pingpong_reverse: [...back, ...forth.slice(1, -1)] };
    const round = rounds[direction] ?? forth;
    let place = 0;
    let timer = null;
    const paint = () => frames[round[place]].paint(canvas);
    const step = () => {
      place = (place + 1) % round.length;
      paint();
      timer = setTimeout(step, Math.max(20, frames[round[place]].duration));
    };
    const button = element("button", { type: "button", onclick: () => (timer ? stop() : start()) });
    const start = () => { button.textContent = "Pause"; timer = setTimeout(step, frames[round[place]].duration); };
    const stop = () => { clearTimeout(timer); timer = null; button.textContent = "Play"; };
    button.setAttribute("aria-label", `play or pause ${name}`);
    this.painted.push(paint);
    paint();
    if (still) stop(); else start();
    return element("li", {}, canvas, element("figcaption", {}, `${name} `, button));
  }

  comparison() {
    const list = this.frames.filter((frame) => this.before[frame.name]).map((frame) => this.pair(frame));
    const rest = this.frames.length - list.length;
    return [element("h3", {}, "Before and after"),
      element("p", { class: "dim" }, "Drag across a picture, or use the arrow keys: before on the left, after on the right."
        + (rest ? ` ${rest} sprites are not shown: nothing changed, or what they came from is gone.` : "")),
      element("ul", { class: "frames" }, ...list)];
  }

  pair(frame) {
    const scale = zoom(frame.fullWidth, frame.fullHeight);
    const [width, height] = [frame.fullWidth * scale, frame.fullHeight * scale];
    const after = this.canvas(frame);
    const before = element("img", { src: this.before[frame.name], alt: `${frame.name} before`, width, height });
    const hole = element("canvas", { class: "hole", width, height, "aria-hidden": "true" });
    const edge = element("span", { class: "edge" });
    const slide = element("input", { type: "range", min: 0, max: 100, value: 50, "aria-label": `${frame.name}: how much of before is shown`,
      oninput: () => place() });
    const place = () => {
      before.style.clipPath = `inset(0 ${100 - slide.value}% 0 0)`;
      edge.style.left = `${slide.value}%`;
    };
    place();
    if (this.kind === "complete") before.decode().then(() => this.outline(frame, before, hole, scale));
    return element("li", {},
      element("div", { class: "compare", style: `width:${width}px;height:${height}px` }, after, before, hole, edge, slide),
      element("figcaption", {}, frame.name));
  }

  // A line around what was open: where the picture before has the hole's color or nothing, and the sprite has something.
  outline(frame, before, hole, scale) {
    const { fullWidth: width, fullHeight: height } = frame;
    const canvas = element("canvas", { width, height });
    const context = canvas.getContext("2d");
    context.drawImage(before, 0, 0, width, height);
    const data = context.getImageData(0, 0, width, height).data;
    const wanted = parseInt((this.settings.hole ?? "#ff00ff").slice(1), 16);
    const open = (x, y) => {
      if (x < 0 || y < 0 || x >= width || y >= height) return false;
      const at = 4 * (y * width + x);
      return data[at + 3] > 0 && ((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]) === wanted;
    };
    const pen = hole.getContext("2d");
    pen.fillStyle = getComputedStyle(document.body).getPropertyValue("--mark");
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        if (!open(x, y)) continue;
        if (!open(x - 1, y)) pen.fillRect(x * scale, y * scale, 1, scale);
        if (!open(x + 1, y)) pen.fillRect((x + 1) * scale - 1, y * scale, 1, scale);
        if (!open(x, y - 1)) pen.fillRect(x * scale, y * scale, scale, 1);
        if (!open(x, y + 1)) pen.fillRect(x * scale, (y + 1) * scale - 1, scale, 1);
      }
    }
  }

  grid() {
    const head = (one) => element("th", { scope: "col" }, one.picture
      ? element("img", { src: one.picture, alt: one.text, title: one.text, style: "zoom:2" }) : one.text);
    const { rows, cols } = this.heads;
    if (rows.length * cols.length !== this.frames.length) return this.gallery();
    const lines = rows.map((row, r) => element("tr", {}, head(row),
      ...cols.map((_, c) => element("td", {}, this.canvas(this.frames[r * cols.length + c])))));
    return [...this.sliders(), element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${this.name}: grid` },
        element("table", { class: "grid" }, element("tr", {}, element("td"), ...cols.map(head)), ...lines))];
  }

  // The grids were drawn beforehand; a slider picks one.
  sliders() {
    const told = element("p", { class: "dim", "aria-live": "polite" });
    const say = (styles, truncation) => {
      told.textContent = `Rows give the layout, columns the slots ${styles} of 16; truncation ${truncation}.`;
    };
    say(this.settings.col_styles, this.settings.truncation);
    const styles = [...new Set((this.grids ?? []).map((grid) => grid.styles))];
    const truncations = [...new Set((this.grids ?? []).map((grid) => grid.truncation))];
    if (styles.length * truncations.length < 2) return [told];
    const range = (values, value) => element("input", { type: "range", min: 0, max: values.length - 1, value: values.indexOf(value), oninput: () => pick() });
    const [style, truncation] = [range(styles, this.settings.col_styles), range(truncations, this.settings.truncation)];
    const pick = () => {
      const grid = this.grids.find((each) => each.styles === styles[style.value] && each.truncation === truncations[truncation.value]);
      if (!grid) return;
      this.indices = grid.indices;
      say(grid.styles, grid.truncation);
      for (const paint of this.painted) paint();
    };
    return [element("label", {}, "Slots from the column, all to the finest ", style), element("label", {}, "Truncation ", truncation), told];
  }

  honesty() {
    const flagged = this.nearest.filter((each) => each.share < each.bar);
    const list = this.nearest.map((each) => {
      const frame = this.byName.get(each.frame);
      const scale = zoom(frame.fullWidth, frame.fullHeight);
      return element("li", {}, element("div", { style: "display:flex;gap:2px" }, this.canvas(frame),
        element("img", { src: each.picture, alt: `learnt sprite nearest to ${each.frame}`, width: frame.fullWidth * scale, height: frame.fullHeight * scale })),
        element("figcaption", { class: each.share < each.bar ? "warn" : "" }, `${each.frame}: ${Math.round(100 * each.share)} % of pixels differ`));
    });
    const bar = Math.round(100 * this.nearest[0].bar);
    const meant = this.kind === "mix" ? " A mix is meant to keep the layout of its row." : "";
    return [element("h3", {}, "How near to what was learnt"),
      element("p", { class: flagged.length && !meant ? "warn" : "dim" }, flagged.length
        ? `${flagged.length} of ${this.nearest.length} differ from a learnt sprite in less than ${bar} % of their pixels.${meant}`
        : `All differ from every learnt sprite in at least ${bar} % of their pixels, as sprites of different families do.`),
      element("details", {}, element("summary", {}, "Each beside the learnt sprite that it comes nearest to"),
        element("ul", { class: "frames" }, ...list))];
  }

  figures() {
    const rows = this.craft.map(([name, ours, low, middle, high]) => {
      const least = Math.min(ours, low);
      const most = Math.max(ours, high, least + 1e-9);
      const at = (value) => `${(100 * (value - least)) / (most - least)}%`;
      const bar = element("div", { class: "range", "aria-hidden": "true" },
        element("span", { style: `left:${at(low)};right:calc(100% - ${at(high)})` }), element("b", { style: `left:${at(ours)}` }));
      const outside = ours < low || ours > high;
      return element("tr", {}, element("th", { scope: "row" }, name.replaceAll("_", " ")),
        element("td", { class: outside ? "warn" : "" }, String(ours)), element("td", {}, `${low} to ${high}`), element("td", {}, bar));
    });
    return [element("h3", {}, "Craft"), element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${this.name}: craft` },
      element("table", {}, element("tr", {}, ...["", "these", "learnt from, 9 in 10", ""].map((text) => element("th", { scope: "col" }, text))), ...rows))];
  }

  origin() {
    const config = Object.entries(this.settings).map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join("\n");
    const learnt = this.model?.sources ?? [];
    return element("details", {}, element("summary", {}, "Where it comes from"),
      element("pre", {}, config),
      element("p", {}, `Made from ${this.inputs.length ? this.inputs.join(", ") : "no art but what the model learnt"}.`),
      ...(this.terms ?? []).flatMap(([path, text]) => [element("p", {}, element("code", {}, path)), element("pre", {}, text)]),
      this.model ? element("p", {}, `Model ${this.model.name}, sha256 ${this.model.sha256}; learnt from ${learnt.length} files: ${learnt.join(", ")}.`) : null,
      element("p", {}, "To make it again: ", element("code", {}, `assetforge build --only ${this.name} --force`)));
  }
}

function everywhere(sheets) {
  const names = [...new Set(sheets.flatMap((sheet) => Object.keys(sheet.others)))].sort();
  const picker = element("select", { onchange: () => {
    for (const sheet of sheets) if (picker.value === OWN || picker.value in sheet.others) sheet.show(picker.value);
  } }, ...[OWN, ...names].map((name) => element("option", { value: name }, name)));
  return element("label", {}, "Palette of all sheets ", picker);
}

function training(model) {
  const points = model.curve.filter(([, , held]) => held !== null);
  const [width, height, left, bottom] = [560, 220, 48, 28];
  const values = model.curve.flatMap(([, train, held]) => [train, held]).filter((value) => value !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const last = Math.max(1, ...model.curve.map(([step]) => step));
  const x = (step) => left + ((width - left - 8) * step) / last;
  const y = (bits) => 8 + ((height - bottom - 8) * (high - bits)) / Math.max(1e-9, high - low);
  const svg = (tag, attributes, text = "") => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.textContent = text;
    return made;
  };
  const line = (place, color) => svg("polyline", { fill: "none", stroke: color, "stroke-width": 2,
    points: model.curve.filter((point) => point[place] !== null).map((point) => `${x(point[0])},${y(point[place])}`).join(" ") });
  const best = points.reduce((least, point) => (least === null || point[2] < least[2] ? point : least), null);
  const chart = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
    "aria-label": `bits per pixel over ${last} steps; held-out sprites from ${points[0]?.[2]?.toFixed(3)} to ${best?.[2]?.toFixed(3)}` });
  for (const value of [low, (low + high) / 2, high]) {
    chart.append(svg("line", { x1: left, x2: width - 8, y1: y(value), y2: y(value), stroke: "var(--line)" }),
      svg("text", { x: 0, y: y(value) + 4, fill: "var(--dim)", "font-size": 12 }, value.toFixed(2)));
  }
  chart.append(line(1, "var(--dim)"), line(2, "var(--mark)"), svg("text", { x: left, y: height - 6, fill: "var(--dim)", "font-size": 12 }, "0"),
    svg("text", { x: width - 8, y: height - 6, fill: "var(--dim)", "font-size": 12, "text-anchor": "end" }, `${last} steps`));
  if (best) chart.append(svg("circle", { cx: x(best[0]), cy: y(best[2]), r: 5, fill: "var(--mark)" }));
  const nats = model.latent ?? [];
  const most = Math.max(...nats, 1e-9);
  const slots = nats.map((value, slot) => element("tr", {}, element("th", { scope: "row" }, `slot ${slot}`), element("td", {}, String(value)),
    element("td", {}, element("div", { class: "range", "aria-hidden": "true" }, element("span", { style: `left:0;right:${100 - (100 * value) / most}%` })))));
  return element("section", { "aria-label": `model ${model.name}` }, element("h2", {}, `Model ${model.name}`),
    element("p", { class: "dim" }, model.told),
    ...(model.warnings ?? []).map((text) => element("p", { class: "warn" }, text)),
    values.length > 1 ? element("figure", { style: "margin:0" }, chart, element("figcaption", {}, "Bits per pixel: gray while training, blue on sprites that were held out; the dot is what was kept.")) : null,
    slots.length ? element("h3", {}, "KL of each slot of the latent, in nats") : null,
    slots.length ? element("table", {}, ...slots) : null);
}

const sheets = facts.sheets.map((told) => new Sheet(told));
await Promise.all(sheets.map((sheet) => sheet.open()));
const total = sheets.reduce((sum, sheet) => sum + sheet.frames.length, 0);
if (sheets.length) document.getElementById("summary").textContent = `${sheets.length} sheets, ${total} sprites.`;
if (sheets.length) document.getElementById("controls").append(everywhere(sheets));
document.getElementById("sheets").replaceChildren(...sheets.map((sheet) => sheet.element()), ...facts.models.map(training));
document.documentElement.dataset.ready = "yes";
