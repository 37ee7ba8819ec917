// One sheet: its frames, its palettes, its animations.
class Sheet {
  constructor(told) {
    Object.assign(this, told);
    this.frames = told.frames.map((frame) => new Frame(this, frame));
    this.byName = new Map(this.frames.map((frame) => [frame.name, frame]));
    this.painted = [];
    this.rows = new Map((told.rows ?? []).map(([name, ...colors]) => [name, colors]));
  }

  async open() {
    this.indices = await inflate(this.indices);
    for (const grid of this.grids ?? []) grid.indices = await inflate(grid.indices);
    this.recolor(OWN);
  }

  colors(choice) {
    return choice === OWN ? this.palette.colors : this.rows.get(choice) ?? this.others[choice];
  }

  has(choice) {
    return choice === OWN || this.rows.has(choice) || choice in this.others;
  }

  recolor(choice) {
    this.words = wordsOf(this.colors(choice));
    for (const paint of this.painted) paint();
  }

  // A canvas that is painted again whenever the palette changes.
  canvas(frame, label = frame.name, most = SIDE) {
    const canvas = element("canvas", { role: "img", "aria-label": label, "data-frame": frame.name });
    const paint = () => frame.paint(canvas, this.words, most);
    this.painted.push(paint);
    paint();
    return canvas;
  }

  element() {
    const option = (name) => element("option", { value: name }, name === OWN ? `${this.palette.name} (${OWN})` : name);
    const others = Object.keys(this.others).filter((name) => !this.rows.has(name) && name !== this.palette.name);
    this.line = element("code");
    this.swatches = element("ul", { class: "swatches", "aria-hidden": "true" });
    this.picker = element("select", { onchange: () => this.show(this.picker.value) }, option(OWN),
      this.rows.size ? element("optgroup", { label: "in its strip" }, ...[...this.rows.keys()].map(option)) : null,
      others.length ? element("optgroup", { label: "bundled" }, ...others.map(option)) : null);
    const part = element("section", { id: `sheet-${this.name}`, "aria-label": this.name },
      element("h2", {}, this.name),
      element("p", { class: "dim" }, this.summary()),
      this.altered.length ? element("p", { class: "warn" }, `Changed since it was built: ${this.altered.join(", ")}`) : null,
      element("div", { class: "choice" }, element("label", {}, "Palette ", this.picker), this.line), this.swatches,
      ...this.views());
    this.show(OWN);
    return part;
  }

  summary() {
    const dropped = this.dropped && Object.entries(this.dropped.reasons).map(([reason, count]) => `${count} for ${reason}`);
    const many = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
    return [
      `${this.kind}: ${many(this.frames.length, "sprite")}, ${many(this.palette.colors.length, "color")}, seed ${this.settings.seed ?? 0}`,
      this.model ? `drawn by ${this.model.name}` : "",
      this.dropped ? `chosen from ${many(this.dropped.candidates, "candidate")}${dropped.length ? `; dropped ${dropped.join(", ")}` : ""}` : "",
    ].filter(Boolean).join("; ");
  }

  show(choice) {
    this.picker.value = choice;
    this.recolor(choice);
    // A row of the strip is in the game already; another palette is a line of the sheet's block.
    this.line.textContent = choice === OWN || this.rows.has(choice) ? ""
      : `[[sheet]] name = ${JSON.stringify(this.name)}: palette = ${JSON.stringify(choice)}`;
    this.swatches.replaceChildren(...[...new Set(this.colors(choice))].map((color) => element("li", { style: `background:${color}`, title: color })));
  }

  views() {
    const views = [...(this.heads ? grid(this) : this.gallery())];
    if (this.land?.length) views.push(...land(this));
    if (this.rows.size) views.push(...variants(this));
    if (Object.keys(this.before ?? {}).length) views.push(...comparison(this));
    if (this.nearest?.length) views.push(...honesty(this));
    if (this.craft?.length) views.push(...figures(this));
    views.push(origin(this));
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
    const animations = this.tags.map(([name, begin, end, direction]) => {
      for (let place = begin; place <= end; place++) moving.add(this.frames[place]);
      return this.animation(name, this.frames.slice(begin, end + 1), direction);
    });
    const stills = this.frames.filter((frame) => !moving.has(frame)).map((frame) => () => element("li", {},
      element("button", { class: "cell", type: "button", onmouseenter: tell(frame), onfocus: tell(frame) }, this.canvas(frame))));
    const steps = this.frames.filter((frame) => moving.has(frame)).map((frame) => () => element("li", {},
      element("button", { class: "cell", type: "button", onmouseenter: tell(frame), onfocus: tell(frame) }, this.canvas(frame, frame.name, 48))));
    // Thousands of canvases would keep a browser busy for seconds.
    const [list, ...more] = first(400, stills, "sprites");
    list.append(...animations);
    return [list, ...more,
      ...(steps.length ? [element("p", { class: "dim" }, "Frame by frame:"), ...first(48, steps, "frames")] : []), told];
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
}
