// A model: how its training went, what it drew on the way, what its latent holds.
function drawing(tag, attributes, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.textContent = text;
  return made;
}

function curve(model) {
  // On a phone it is as wide as the section.
  const [width, right] = SIDE < 96 ? [292, 116] : [640, 150];
  const [height, left, top, bottom] = [260, 40, 10, 28];
  const points = model.curve.filter(([, , held]) => held !== null);
  const bits = model.curve.flatMap(([, train, held]) => [train, held]).filter((value) => value !== null);
  // A baseline far above would press the curves flat: it is told below the chart.
  const span = Math.max(...bits) - Math.min(...bits);
  const baselines = Object.entries(model.baselines ?? {});
  const near = baselines.filter(([, value]) => value <= Math.max(...bits) + Math.max(3 * span, 0.5));
  const far = baselines.filter((each) => !near.includes(each));
  const values = [...bits, ...near.map(([, value]) => value)];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const last = Math.max(1, ...model.curve.map(([step]) => step));
  const x = (step) => left + ((width - left - right) * step) / last;
  const y = (value) => top + ((height - bottom - top) * (high - value)) / Math.max(1e-9, high - low);
  const line = (place, style) => drawing("polyline", { fill: "none", "stroke-width": 2, points: model.curve
    .filter((point) => point[place] !== null).map((point) => `${x(point[0])},${y(point[place])}`).join(" "), ...style });
  const words = (at, value, text, more = {}) => drawing("text", { x: at, y: value, fill: "var(--dim)", "font-size": 13, ...more }, text);
  const lowest = points.reduce((least, point) => (least === null || point[2] < least[2] ? point : least), null);
  const best = points.find(([step]) => step === model.kept) ?? lowest;
  const chart = drawing("svg", { viewBox: `0 0 ${width} ${height}`, width, role: "img",
    "aria-label": `bits per pixel over ${last} steps; held-out sprites from ${points[0]?.[2]?.toFixed(3)} to ${lowest?.[2]?.toFixed(3)}` });
  for (const value of [low, (low + high) / 2, high]) {
    chart.append(drawing("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), stroke: "var(--line)" }),
      words(0, y(value) + 4, value.toFixed(2)));
  }
  // Names stand at the ends of their lines, pushed apart where those are near each other.
  const names = near.map(([name, value]) => [`${name} ${value.toFixed(2)}`, value, "var(--dim)"]);
  for (const [place, name, color] of [[1, "training", "var(--dim)"], [2, "held out", "var(--mark)"]]) {
    const end = model.curve.findLast((point) => point[place] !== null);
    if (end) names.push([name, end[place], color]);
  }
  let free = 0;
  for (const [text, value, color] of names.sort((one, other) => other[1] - one[1])) {
    const at = Math.max(y(value) + 4, free);
    free = at + 15;
    chart.append(words(width - right + 8, at, text, { fill: color }));
  }
  for (const [, value] of near) {
    chart.append(drawing("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), stroke: "var(--dim)", "stroke-dasharray": "2 5" }));
  }
  chart.append(line(1, { stroke: "var(--dim)" }), line(2, { stroke: "var(--mark)" }), words(left, height - 6, "0"),
    words(width - right, height - 6, `${last} steps`, { "text-anchor": "end" }));
  if (best) chart.append(drawing("circle", { cx: x(best[0]), cy: y(best[2]), r: 5, fill: "var(--mark)" }));
  const told = "Bits per pixel, fewer are better: gray while training, when some pixels are shown to it, blue on sprites that were held out, nothing shown; the dot is what was kept."
    + (baselines.length ? " Dotted: what counts of the same learnt sprites need for those held out." : "")
    + (far.length ? ` Above the chart: ${far.map(([name, value]) => `${name} ${value.toFixed(2)}`).join(", ")}.` : "");
  return element("figure", {}, element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${model.name}: curve` }, chart),
    element("figcaption", {}, told));
}

function samples(model) {
  const rows = model.looks.map(({ step, picture, nearest }) => element("tr", {},
    element("th", { scope: "row" }, step === model.kept ? `step ${step}, kept` : `step ${step}`),
    element("td", {}, element("img", { src: picture, alt: `samples of step ${step}`, onload: ({ target }) => doubled(target, 48) })),
    nearest === undefined ? null : element("td", { class: "dim" }, percent(nearest))));
  return [element("h3", {}, "The same seeds over time"),
    element("p", { class: "dim" }, "Nothing is chosen among."
      + (model.looks.some(({ nearest }) => nearest !== undefined) ? " On the right: in how many of its pixels the middle one differs from the nearest learnt sprite." : "")),
    element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${model.name}: samples` }, element("table", { class: "grid" }, ...rows))];
}

// Enlarged by the whole number that brings the height near to so many pixels.
function doubled(image, most) {
  const scale = Math.max(1, Math.round(most / image.naturalHeight));
  image.style.width = `${image.naturalWidth * scale}px`;
  image.style.height = `${image.naturalHeight * scale}px`;
}

function reconstructions(model) {
  const { of, pairs } = model.reconstructed;
  return [element("h3", {}, "Sprites drawn from their own latent"),
    element("p", { class: "dim" }, `The ${of} sprite on the left, on the right what its 16 slots alone make of it; ${percent(model.alike)} of the pixels agree. `
      + "A latent is kept small: it holds an outline and the main colors, so that it steers and does not copy."),
    element("ul", { class: "frames" }, ...pairs.map((picture, place) => element("li", {},
      element("img", { src: picture, alt: `${of} sprite ${place + 1} and its reconstruction`, onload: ({ target }) => doubled(target, 64) }))))];
}

function slots(model) {
  const most = Math.max(...model.latent, 1e-9);
  const bars = model.latent.map((value, slot) => element("li", { title: `slot ${slot}: ${value} nats` },
    element("span", { class: "nats" }, value.toFixed(1)), element("span", { class: slot < 8 ? "bar" : "bar fine", style: `height:${(64 * value) / most}px` }),
    element("span", {}, String(slot))));
  return [element("h3", {}, "KL of each slot of the latent, in nats"),
    element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `${model.name}: KL of each slot` }, element("ol", { class: "bars" }, ...bars)),
    element("p", { class: "dim" }, "Slots 0 to 7 tell the sketch, 8 to 15 the colors. A slot near 0 is not used.")];
}

function training(model) {
  const drawn = model.curve.flatMap(([, train, held]) => [train, held]).filter((value) => value !== null).length > 1;
  return element("section", { "aria-label": `model ${model.name}` }, element("h2", {}, `Model ${model.name}`),
    element("p", { class: "dim" }, model.told),
    model.ended ? element("p", {}, model.ended) : null,
    ...(model.warnings ?? []).map((text) => element("p", { class: "warn" }, text)),
    drawn ? curve(model) : null,
    ...(model.looks?.length ? samples(model) : []),
    ...(model.reconstructed ? reconstructions(model) : []),
    ...(model.latent?.length ? slots(model) : []),
    model.sources ? folded("What it learnt from", () => [element("ul", { class: "plain" },
      ...model.sources.map(([name, sha256]) => element("li", {}, `${name} `, element("code", { class: "dim" }, sha256.slice(0, 12)))))]) : null);
}
