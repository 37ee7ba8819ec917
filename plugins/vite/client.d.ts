// For projects that have no generated forge.d.ts: `/// <reference types="vite-plugin-assetforge/client" />`
declare module "forge:*" {
  const sheet: import("./sheet.js").Sheet;
  export default sheet;
}
