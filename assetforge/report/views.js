// What a section shows below the sprites: before and after, rows of the strip, a mix grid, honesty, craft, origin.
function enlarge(image, most) {
  const scale = Math.max(1, Math.floor(most / Math.max(image.naturalWidth, image.naturalHeight)));
  image.style.width = `${image.naturalWidth * scale}px`;
  image.style.height = `${image.naturalHeight * scale}px`;
}

function comparison(sheet) {
  const list = sheet.frames.filter((frame) => sheet.before[frame.name]).map((frame) => () => pair(sheet, frame));
  const rest = sheet.frames.length - list.length;
  return [element("h3", {}, "Before and after"),
    element("p", { class: "dim" }, "Drag across a picture, or use the arrow keys: before on the left, after on the right."
      + (rest ? ` ${rest} sprites are not shown: nothing changed, or what they came from is gone.` : "")),
    ...first(24, list, "pairs")];
}

function pair(sheet, frame) {
  const scale = zoom(frame.fullWidth, frame.fullHeight);
  const [width, height] = [frame.fullWidth * scale, frame.fullHeight * scale];
  const after = sheet.canvas(frame);
  const before = element("img", { src: sheet.before[frame.name], alt: `${frame.name} before`, width, height });
  const hole = element("canvas", { class: "hole", width, height, "aria-hidden": "true" });
  const edge = element("span", { class: "edge" });
  const slide = element("input", { type: "range", min: 0, max: 100, value: 50, "aria-label": `${frame.name}: how much of before is shown`,
    oninput: () => place() });
  const place = () => {
    before.style.clipPath = `inset(0 ${100 - slide.value}% 0 0)`;
    edge.style.left = `${slide.value}%`;
  };
  place();
  if (sheet.kind === "complete") before.decode().then(() => outline(sheet, frame, before, hole, scale));
  return element("li", {},
    element("div", { class: "compare", style: `width:${width}px;height:${height}px` }, after, before, hole, edge, slide),
    element("figcaption", {}, frame.name));
}

// A line around what was open: where the picture before has the hole's color or nothing, and the sprite has something.
function outline(sheet, frame, before, hole, scale) {
  const { fullWidth: width, fullHeight: height } = frame;
  const canvas = element("canvas", { width, height });
  const context = canvas.getContext("2d");
  context.drawImage(before, 0, 0, width, height);
  const data = context.getImageData(0, 0, width, height).data;
  const wanted = parseInt((sheet.settings.hole ?? "#ff00ff").slice(1), 16);
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

// Tiles side by side, as a game would lay them.
function land(sheet) {
  const tile = sheet.byName.get(sheet.land[0][0]);
  const [width, height] = [tile.fullWidth, tile.fullHeight];
  const [across, down] = [width * sheet.land[0].length, height * sheet.land.length];
  const canvas = element("canvas", { role: "img", "aria-label": `${sheet.name} laid on a map`, width: across, height: down });
  canvas.style.width = `${across * zoom(width, height, 48)}px`;
  canvas.style.height = `${down * zoom(width, height, 48)}px`;
  const stamp = element("canvas");
  const paint = () => sheet.land.forEach((line, y) => line.forEach((name, x) => {
    sheet.byName.get(name).paint(stamp);
    canvas.getContext("2d").drawImage(stamp, x * width, y * height);
  }));
  sheet.painted.push(paint);
  paint();
  return [element("h3", {}, "Laid on a map"),
    element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${sheet.name}: map` }, canvas)];
}

// Each row of the palette strip, by the first sprites.
function variants(sheet) {
  const shown = sheet.frames.slice(0, 8);
  const lines = [[sheet.palette.name, sheet.palette.colors], ...sheet.rows].map(([name, colors]) => {
    const canvases = shown.map((frame) => {
      const canvas = element("canvas", { role: "img", "aria-label": `${frame.name} in ${name}` });
      frame.paint(canvas, wordsOf(colors), 48);
      return element("td", {}, canvas);
    });
    return element("tr", {}, element("th", { scope: "row" }, name), ...canvases);
  });
  return [element("h3", {}, "Rows of its palette strip"),
    element("p", { class: "dim" }, "One index texture; a shader picks the row."),
    element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${sheet.name}: rows` }, element("table", { class: "grid" }, ...lines))];
}

function grid(sheet) {
  const head = (one) => element("th", { scope: "col" }, one.picture
    ? element("img", { src: one.picture, alt: one.text, title: one.text, onload: (event) => enlarge(event.target, 64) }) : one.text);
  const { rows, cols } = sheet.heads;
  if (rows.length * cols.length !== sheet.frames.length) return sheet.gallery();
  const lines = rows.map((row, r) => element("tr", {}, head(row),
    ...cols.map((_, c) => element("td", {}, sheet.canvas(sheet.frames[r * cols.length + c])))));
  return [...sliders(sheet), element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${sheet.name}: grid` },
      element("table", { class: "grid" }, element("tr", {}, element("td"), ...cols.map(head)), ...lines))];
}

// The grids were drawn beforehand; a slider picks one.
function sliders(sheet) {
  const told = element("p", { class: "dim", "aria-live": "polite" });
  const say = (styles, truncation) => {
    told.textContent = `Rows give the layout, columns the slots ${styles} of 16; truncation ${truncation}.`;
  };
  say(sheet.settings.col_styles, sheet.settings.truncation);
  const styles = [...new Set((sheet.grids ?? []).map((grid) => grid.styles))];
  const truncations = [...new Set((sheet.grids ?? []).map((grid) => grid.truncation))];
  if (styles.length * truncations.length < 2) return [told];
  const range = (values, value) => element("input", { type: "range", min: 0, max: values.length - 1, value: values.indexOf(value), oninput: () => pick() });
  const [style, truncation] = [range(styles, sheet.settings.col_styles), range(truncations, sheet.settings.truncation)];
  const pick = () => {
    const grid = sheet.grids.find((each) => each.styles === styles[style.value] && each.truncation === truncations[truncation.value]);
    if (!grid) return;
    sheet.indices = grid.indices;
    say(grid.styles, grid.truncation);
    for (const paint of sheet.painted) paint();
  };
  return [element("label", {}, "Slots from the column, all to the finest ", style), element("label", {}, "Truncation ", truncation), told];
}

function honesty(sheet) {
  const flagged = sheet.nearest.filter((each) => each.share < each.bar);
  const meant = sheet.kind === "generate" ? "" : " What is made of sprites is meant to be like them.";
  const card = (each) => () => {
    const frame = sheet.byName.get(each.frame);
    const scale = zoom(frame.fullWidth, frame.fullHeight);
    const beside = each.beside ? `; ${each.nearer} of ${each.beside} held-out sprites come as near (percentile ${Math.round((100 * each.nearer) / each.beside)})` : "";
    return element("li", { class: "near" }, element("div", { class: "two" }, sheet.canvas(frame),
      element("img", { src: each.picture, alt: `learnt sprite nearest to ${each.frame}`, width: frame.fullWidth * scale, height: frame.fullHeight * scale })),
      element("figcaption", { class: each.share < each.bar && !meant ? "warn" : "" }, `${each.frame}: ${percent(each.share)} of pixels differ${beside}`));
  };
  const bar = percent(sheet.nearest[0].bar);
  const beside = sheet.nearest[0].beside;
  return [element("h3", {}, "How near to what was learnt"),
    element("p", { class: flagged.length && !meant ? "warn" : "dim" }, flagged.length
      ? `${flagged.length} of ${sheet.nearest.length} differ from a learnt sprite in less than ${bar} of their pixels.${meant}`
      : `All differ from every learnt sprite in at least ${bar} of their pixels, as sprites of different families do.`),
    folded("Each beside the learnt sprite that it comes nearest to", () => [
      element("p", { class: "dim" }, "Drawn on the left, learnt on the right; those under the mark first."
        + (beside ? ` To compare: how many of the ${beside} sprites of this size that were held out from learning come as near to a learnt one.` : "")),
      ...first(48, sheet.nearest.map(card), "pairs")])];
}

function figures(sheet) {
  const rows = sheet.craft.map(([name, ours, low, middle, high]) => {
    const [least, most] = [Math.min(ours, low), Math.max(ours, high, Math.min(ours, low) + 1e-9)];
    const at = (value) => `${(100 * (value - least)) / (most - least)}%`;
    const bar = element("div", { class: "range", "aria-hidden": "true" },
      element("span", { style: `left:${at(low)};right:calc(100% - ${at(high)})` }),
      element("i", { style: `left:${at(middle)}` }), element("b", { style: `left:${at(ours)}` }));
    const outside = ours < low || ours > high;
    return element("tr", {}, element("th", { scope: "row" }, name.replaceAll("_", " ")),
      element("td", { class: outside ? "warn" : "" }, outside ? `${ours} (outside)` : String(ours)),
      element("td", {}, String(middle)), element("td", {}, `${low} to ${high}`), element("td", {}, bar));
  });
  const heads = ["", "these", "learnt from", "9 in 10 of those", ""];
  const outside = sheet.craft.filter(([, ours, low, , high]) => ours < low || ours > high).length;
  return [element("h3", {}, "Craft"),
    element("p", { class: outside ? "warn" : "dim" }, outside
      ? `${outside} of ${sheet.craft.length} figures lie outside of what nine in ten learnt sprites have.`
      : `In all ${sheet.craft.length} figures the middle one of these lies where nine in ten learnt sprites do.`),
    folded("Each figure beside the pack's own range", () => [
      element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${sheet.name}: craft` },
        element("table", {}, element("tr", {}, ...heads.map((text) => element(text ? "th" : "td", text ? { scope: "col" } : {}, text))), ...rows))])];
}

function origin(sheet) {
  return folded("Where it comes from", () => {
    const config = Object.entries(sheet.settings).map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join("\n");
    const learnt = sheet.model?.sources ?? [];
    return [element("pre", {}, config),
      element("p", {}, `Made from ${sheet.inputs.length ? sheet.inputs.join(", ") : "no art but what the model learnt"}.`),
      ...(sheet.terms ?? []).flatMap(([path, text]) => [element("p", {}, element("code", {}, path)), element("pre", {}, text)]),
      ...(sheet.model ? [element("p", {}, `Model ${sheet.model.name}, sha256 ${sheet.model.sha256}; learnt from ${learnt.length} files: ${learnt.join(", ")}.`)] : []),
      element("p", {}, "To make it again: ", element("code", {}, `assetforge build --only ${sheet.name} --force`))];
  });
}
