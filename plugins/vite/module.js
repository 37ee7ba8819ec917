// The text of `forge:NAME`: a sheet's URLs and data, which in the dev server change without a reload.
import { isAbsolute, join, relative, sep } from "node:path";

/**
 * The module of a sheet.
 *
 * `place` holds the `root` that the files' paths are below, and Vite's `publicDir` and `base`. Files in the public
 * folder are told by their URL there, with their digest so that no cache serves an old one; those elsewhere are
 * imported, for Vite to name and copy.
 */
export function source(name, pages, place, live) {
  const imports = [];
  const url = (file) => {
    const known = publicUrl(file, place);
    if (known !== undefined) return JSON.stringify(known);
    const path = join(place.root, file.path).split(sep).join("/");
    imports.push(`import url${imports.length} from ${JSON.stringify(`${path}?url&no-inline`)};`);
    return `url${imports.length - 1}`;
  };
  const page = ({ data, ...files }) => {
    const found = Object.entries(files).map(([key, file]) => `${key}: ${url(file)}`);
    return `{ ${found.join(", ")}, data: ${JSON.stringify(data)} }`;
  };
  const lines = [
    `const pages = [${pages.map(page).join(",\n")}];`,
    `const sheet = { name: ${JSON.stringify(name)}, ...pages[0], pages };`,
  ];
  if (live) {
    lines.unshift('import { live } from "virtual:assetforge-live";');
    lines.push("export default live(sheet, import.meta.hot);");
  } else {
    lines.push("sheet.on = () => () => {};", "export default sheet;");
  }
  return [...imports, ...lines].join("\n");
}

/** What a page is told of a sheet that was built again: the module's default export, its URLs new. */
export function update(name, pages, place) {
  const served = ({ path, digest }) => {
    const file = join(place.root, path).split(sep).join("/").replace(/^\//, "");
    return `${place.base}@fs/${encodeURI(file)}?v=${digest.slice(0, 8)}`;
  };
  const url = (file) => publicUrl(file, place) ?? served(file);
  const told = pages.map(({ data, ...files }) => ({
    ...Object.fromEntries(Object.entries(files).map(([key, file]) => [key, url(file)])),
    data,
  }));
  return { name, ...told[0], pages: told };
}

function publicUrl({ path, digest }, { root, publicDir, base }) {
  if (!publicDir) return undefined;
  const below = relative(publicDir, join(root, path));
  if (below.startsWith("..") || isAbsolute(below)) return undefined;
  return `${base}${below.split(sep).map(encodeURIComponent).join("/")}?v=${digest.slice(0, 8)}`;
}

/** Runs in the page, in the dev server only: sheets that change, and Vite's overlay taken away once all is mended. */
export const LIVE = `
export function live(sheet, hot) {
  const listeners = new Set();
  sheet.on = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  hot?.on("assetforge:sheet", async (next) => {
    if (next.name !== sheet.name) return;
    Object.assign(sheet, next);
    for (const listener of listeners) await listener(sheet);
    document.dispatchEvent(new CustomEvent("assetforge:swapped", { detail: sheet }));
  });
  return sheet;
}

import.meta.hot?.on("assetforge:mended", () => {
  for (const overlay of document.querySelectorAll("vite-error-overlay")) {
    if (overlay.shadowRoot?.textContent.includes("plugin:assetforge")) overlay.close();
  }
});
`;
