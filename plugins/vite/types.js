// A declaration of every sheet: its frames and animations by name, so that a wrong one is an error in the editor.

/** The text of a declaration file of `sheets`: pairs of a name and its pages. */
export function declarations(sheets) {
  const union = (names) => names.map((name) => JSON.stringify(name)).join(" | ") || "never";
  const modules = sheets.map(([name, pages]) => {
    const frames = union(pages.flatMap(({ data }) => Object.keys(data.frames)));
    const animations = union([...new Set(pages.flatMap(({ data }) => Object.keys(data.animations ?? {})))]);
    return (
      `declare module ${JSON.stringify(`forge:${name}`)} {\n` +
      `  const sheet: import("vite-plugin-assetforge/sheet").Sheet<${frames}, ${animations}>;\n` +
      "  export default sheet;\n}\n"
    );
  });
  return ["// Written by vite-plugin-assetforge from what was built.\n", ...modules].join("\n");
}
