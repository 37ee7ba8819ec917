// A sheet without a bundler: everything that `import … from "forge:NAME"` gives, read from NAME.json.

/**
 * The sheet whose JSON lies at `url`, such as "assets/forge/monsters.json".
 *
 * Gives what `loadSheet` of `phaser.js` and `pixi.js` take: `name`, the URLs `image`, `index` and `palette`, the
 * JSON as `data`, and all its `pages`.
 */
export async function sheetAt(url) {
  const absolute = new URL(url, document.baseURI);
  const fetched = async (at) => {
    const answer = await fetch(at);
    if (!answer.ok) throw new Error(`${at} does not load: ${answer.status} ${answer.statusText}`);
    return answer.json();
  };
  const first = await fetched(absolute);
  const names = [absolute.href, ...(first.meta.related_multi_packs ?? []).map((file) => new URL(file, absolute).href)];
  const documents = [first, ...(await Promise.all(names.slice(1).map(fetched)))];
  const pages = documents.map((data, n) => pageOf(data, names[n]));
  const name = decodeURIComponent(absolute.pathname.split("/").pop()).replace(/\.json$/, "");
  return { ...pages[0], name, palette: siblingOf(names[0], ".palette.png"), pages };
}

function pageOf(data, json) {
  return { json, image: siblingOf(json, ".png"), index: siblingOf(json, ".index.png"), data };
}

const siblingOf = (json, ending) => json.replace(/\.json(?=$|\?)/, ending);
