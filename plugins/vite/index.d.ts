import type { Plugin } from "vite";

export interface Options {
  /** The folder of assetforge.toml; by default Vite's root. */
  root?: string;
  /** The program, or a command line such as ["python", "-m", "assetforge"]; by default it is looked for. */
  program?: string | string[];
  /** For `vite build`: never train a model; fail if one is missing or stale. */
  frozen?: boolean;
  /** Where to declare the sheets for TypeScript; by default forge.d.ts where there is a tsconfig.json. */
  types?: string | false;
}

/**
 * Builds the sheets of a project by assetforge and gives each as `import sheet from "forge:NAME"`.
 *
 * `vite build` builds first, and fails if that fails. In the dev server sheets are built on every change and swapped
 * in the running page; what is wrong with one is shown in the overlay until it is mended.
 */
export default function assetforge(options?: Options): Plugin;
