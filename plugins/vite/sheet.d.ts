export interface Frame {
  frame: { x: number; y: number; w: number; h: number };
  rotated: boolean;
  trimmed: boolean;
  spriteSourceSize: { x: number; y: number; w: number; h: number };
  sourceSize: { w: number; h: number };
  /** Milliseconds. */
  duration: number;
}

export interface Tag {
  name: string;
  from: number;
  to: number;
  direction: string;
  repeat?: string;
}

/** NAME.json. */
export interface Data<Frames extends string = string, Animations extends string = string> {
  frames: Record<Frames, Frame>;
  /** The frames of each animation, as one round of it shows them. */
  animations: Record<Animations, Frames[]>;
  meta: {
    image: string;
    size: { w: number; h: number };
    scale: string;
    frameTags: Tag[];
    palette: { name: string; colors: string[]; transparent: number };
    /** The rows of the palette strip. */
    palettes?: { name: string; colors: string[] }[];
    related_multi_packs?: string[];
    [key: string]: unknown;
  };
}

export interface Page<Frames extends string = string, Animations extends string = string> {
  /** URLs of NAME.json, NAME.png and NAME.index.png. */
  json: string;
  image: string;
  index: string;
  data: Data<Frames, Animations>;
}

/** A sheet; its own `image` and `data` are those of the first of its pages. */
export interface Sheet<Frames extends string = string, Animations extends string = string>
  extends Page<Frames, Animations> {
  name: string;
  /** URL of NAME.palette.png. */
  palette: string;
  pages: Page<Frames, Animations>[];
  /** Calls back when the sheet was built again while the page is open; gives what ends that. */
  on?(listener: (sheet: Sheet<Frames, Animations>) => unknown): () => void;
}

/** The sheet whose NAME.json lies at `url`: for pages without a bundler. */
export function sheetAt(url: string): Promise<Sheet>;
