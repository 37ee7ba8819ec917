// What is known of a project's sheets: where their files lie, told by assetforge.lock.
import { readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** Whether assetforge has written the file at a path below the project. */
export const isOutput = (root, path) => path in outputs(root);

/** The name of every sheet that was built. */
export function names(root) {
  return [...new Set(Object.values(outputs(root)).map(({ sheet }) => sheet))].sort();
}

/**
 * The pages of a sheet, the first first: `data`, its JSON; and the paths below the project, with the digests, of its
 * `json`, `image` and `index`; of the first also of its `palette`. Undefined if the sheet was not built.
 */
export function pages(root, name) {
  const all = outputs(root);
  const file = (path) => ({ path, digest: all[path].sha256 });
  const json = Object.keys(all).find((path) => all[path].sheet === name && posix.basename(path) === `${name}.json`);
  if (!json) return undefined;
  const page = (path) => {
    const start = path.slice(0, -".json".length);
    const data = JSON.parse(readFileSync(join(root, path), "utf8"));
    return { data, json: file(path), image: file(`${start}.png`), index: file(`${start}.index.png`) };
  };
  const first = page(json);
  const others = (first.data.meta.related_multi_packs ?? []).map((each) => page(posix.join(posix.dirname(json), each)));
  return [{ ...first, palette: file(`${json.slice(0, -".json".length)}.palette.png`) }, ...others];
}

function outputs(root) {
  try {
    return JSON.parse(readFileSync(join(root, "assetforge.lock"), "utf8")).outputs ?? {};
  } catch (error) {
    if (error.code === "ENOENT") return {};
    throw error;
  }
}
