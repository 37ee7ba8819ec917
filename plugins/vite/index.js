// Vite's plugin: builds by assetforge, `import sheet from "forge:NAME"`, hot swaps, errors in the overlay.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { isOutput, names, pages } from "./facts.js";
import { LIVE, source, update } from "./module.js";
import { find, start } from "./program.js";
import { declarations } from "./types.js";

const PREFIX = "forge:";
const LIVE_ID = "virtual:assetforge-live";
const INNER = "\0";
const SIGNALS = ["SIGINT", "SIGHUP"];
const ERROR = /^[\d:]+ error: /; // A line of `assetforge watch` whose error is also in its report.

/** See `index.d.ts`. */
export default function assetforge(options = {}) {
  let config, root, place, server, watch, command;
  let errors = []; // What the last build said; the pages show it until one says nothing.
  let built; // The first build of a dev server; modules wait for it.
  const unbuilt = new Set(); // Sheets that a page wanted in vain: it must load again once they are there.

  const wanted = (result) => [...result.faults, ...Object.values(result.failed).flat()];
  const program = () => (command ??= find(root, options.program));

  function declare() {
    const file = options.types ?? (existsSync(join(config.root, "tsconfig.json")) && "forge.d.ts");
    if (!file) return;
    const path = resolve(config.root, file);
    const text = declarations(names(root).map((name) => [name, pages(root, name)]).filter(([, found]) => found));
    if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
  }

  /** One build; throws what it says is wrong. */
  async function build() {
    const text = [];
    const parameters = ["build", "--json", ...(options.frozen ? ["--frozen"] : []), root];
    const run = start(program(), parameters, root, (line) => text.push(line), (line) => config.logger.info(line));
    const { code, words } = await run.ended;
    if (code !== 0) {
      let told = words;
      try {
        const result = JSON.parse(text.join("\n"));
        told = [...wanted(result), ...result.wanted.map((name) => `the model ${name} is missing or stale.`)];
      } catch {
        // It ended before it could report; what it told people is all there is.
      }
      throw new Error(`assetforge: ${told.join("\n") || `ended with exit code ${code}`}`);
    }
    declare();
  }

  function overlay(messages) {
    const [message] = messages;
    const id = fileOf(message);
    return { type: "error", err: { message: messages.join("\n"), stack: "", plugin: "assetforge", id } };
  }

  // Of `assetforge.toml:7 [[sheet]] "items" -> art/axe.png: is cut …`, the file that is to be mended.
  function fileOf(message) {
    const [trail] = message.replace(/^assetforge: /, "").split(": ");
    const last = trail.split(" -> ").at(-1).replace(/:\d+ .*$/, "");
    return existsSync(join(root, last)) ? join(root, last) : undefined;
  }

  function tell(messages) {
    const before = errors.join("\n");
    errors = messages;
    if (messages.length) {
      if (messages.join("\n") !== before) for (const each of messages) config.logger.error(`assetforge: ${each}`);
      server.ws.send(overlay(messages));
    } else if (before) {
      server.ws.send({ type: "custom", event: "assetforge:mended" });
    }
  }

  /** A build of the watcher is over. */
  function arrived(result) {
    tell(wanted(result));
    const fresh = Object.keys(result.built);
    if (!fresh.length) return;
    declare();
    for (const name of fresh) {
      const module = server.moduleGraph.getModuleById(INNER + PREFIX + name);
      if (module) server.moduleGraph.invalidateModule(module);
      const found = pages(root, name);
      if (unbuilt.delete(name)) server.ws.send({ type: "full-reload" });
      else if (found) server.ws.send({ type: "custom", event: "assetforge:sheet", data: update(name, found, place) });
    }
  }

  function watching() {
    built = new Promise((first) => {
      try {
        const said = (line) => ERROR.test(line) || config.logger.info(`assetforge ${line}`);
        const report = (line) => {
          arrived(JSON.parse(line));
          first();
        };
        const run = start(program(), ["watch", "--json", root], root, report, said);
        watch = run.child;
        run.ended.then(({ words }) => {
          if (watch !== run.child) return; // Ended by us.
          tell([words.at(-1)?.replace(/^assetforge: /, "") ?? "assetforge watch has ended"]);
          first();
        });
      } catch (error) {
        tell([error.message]);
        first();
      }
    });
  }

  function stop() {
    const child = watch;
    watch = undefined;
    child?.kill();
    process.off("exit", stop);
    for (const signal of SIGNALS) process.off(signal, interrupted);
  }

  function interrupted(signal) {
    stop();
    process.kill(process.pid, signal); // To end as it would have without us.
  }

  return {
    name: "assetforge",

    config: () => ({
      // Our modules for Phaser and PixiJS must use the game's, also where this package is a link to another folder.
      resolve: { dedupe: ["phaser", "pixi.js"] },
      optimizeDeps: { exclude: ["vite-plugin-assetforge"] },
    }),

    configResolved(resolved) {
      config = resolved;
      root = resolve(config.root, options.root ?? ".");
      place = { root, publicDir: config.publicDir, base: config.base };
      // Where this package is a link, the dev server must be allowed to serve what it leads to.
      config.server.fs.allow.push(dirname(fileURLToPath(import.meta.url)));
    },

    async buildStart() {
      if (config.command !== "build") return;
      try {
        await build();
      } catch (error) {
        this.error(error.message);
      }
    },

    configureServer(created) {
      server = created;
      server.ws.on("connection", () => errors.length && server.ws.send(overlay(errors)));
      server.httpServer?.once("close", stop);
      process.on("exit", stop);
      for (const signal of SIGNALS) process.on(signal, interrupted);
      watching();
    },

    closeBundle: stop,

    resolveId(id) {
      if (id.startsWith(PREFIX) || id === LIVE_ID) return INNER + id;
    },

    async load(id) {
      if (id === INNER + LIVE_ID) return LIVE;
      if (!id.startsWith(INNER + PREFIX)) return;
      const name = id.slice(INNER.length + PREFIX.length);
      await built;
      const found = pages(root, name);
      if (found) {
        for (const path of Object.keys(found[0].data.meta.provenance?.inputs ?? {})) {
          if (!server) this.addWatchFile(join(root, path)); // For `vite build --watch`; else assetforge watches.
        }
        return source(name, found, place, Boolean(server));
      }
      unbuilt.add(name);
      const known = names(root).map((each) => `"forge:${each}"`).join(", ");
      this.error(`"forge:${name}" was not built. ${errors[0] ?? `There is ${known || "no sheet yet"}.`}`);
    },

    transformIndexHtml: () =>
      server && [{ tag: "script", attrs: { type: "module", src: `${config.base}@id/__x00__${LIVE_ID}` } }],

    // Files of sheets are swapped by us; Vite would reload the page.
    hotUpdate({ file }) {
      if (isOutput(root, relative(root, resolve(file)).split(sep).join("/"))) return [];
    },
  };
}
