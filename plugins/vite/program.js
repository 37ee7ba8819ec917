// Finding assetforge, and running it.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

/** The oldest assetforge that has all that is asked of it here. */
export const OLDEST = "0.1.0";

const WINDOWS = process.platform === "win32";
const INSTALL = "install it with `pip install assetforge`, or name it: assetforge({ program: … })";

/**
 * The command line that starts assetforge, as a list: what `program` says, else that of a virtual environment in the
 * project or above, else that on PATH, else Python's module.
 *
 * Throws where there is none, or one too old.
 */
export function find(root, program) {
  const tried = [];
  for (const command of program ? [[program].flat()] : candidates(root)) {
    const version = versionOf(command, root);
    if (!version) {
      tried.push(command.join(" "));
      continue;
    }
    if (older(version, OLDEST)) {
      throw new Error(`assetforge ${version} (${command.join(" ")}) is too old, this plugin needs ${OLDEST}; ` +
        "pip install --upgrade assetforge");
    }
    return command;
  }
  throw new Error(`assetforge was not found; ${INSTALL}. Tried: ${tried.join(", ")}`);
}

function* candidates(root) {
  const [folder, ending] = WINDOWS ? ["Scripts", ".exe"] : ["bin", ""];
  for (let at = root; ; at = dirname(at)) {
    for (const name of [".venv", "venv"]) {
      const path = join(at, name, folder, `assetforge${ending}`);
      if (existsSync(path)) yield [path];
    }
    if (dirname(at) === at) break;
  }
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, `assetforge${ending}`);
    if (folder && existsSync(path)) yield [path];
  }
  for (const python of WINDOWS ? ["py", "python"] : ["python3", "python"]) yield [python, "-m", "assetforge"];
}

function versionOf([program, ...first], root) {
  const told = spawnSync(program, [...first, "--version"], { cwd: root, encoding: "utf8", env: environment() });
  return told.status === 0 ? /assetforge, version (\S+)/.exec(told.stdout)?.[1] : undefined;
}

function older(version, than) {
  const [ours, theirs] = [version, than].map((each) => each.split(".").map((part) => parseInt(part, 10) || 0));
  const n = theirs.findIndex((part, at) => part !== (ours[at] ?? 0));
  return n >= 0 && (ours[n] ?? 0) < theirs[n];
}

// Names of files are told in UTF-8, whatever the console's code page.
const environment = () => ({ ...process.env, PYTHONUTF8: "1", NO_COLOR: "1" });

/**
 * Starts a command of assetforge. `onLine` gets each line of what it reports, `onWord` each of what it tells people.
 * Gives the process and, as `ended`, its exit code and all that it told people.
 */
export function start(command, parameters, root, onLine, onWord) {
  const [program, ...first] = command;
  const child = spawn(program, [...first, ...parameters], {
    cwd: root, env: environment(), stdio: ["ignore", "pipe", "pipe"], windowsHide: true,
  });
  const words = [];
  lines(child.stdout, onLine);
  lines(child.stderr, (line) => {
    words.push(line);
    onWord?.(line);
  });
  const ended = new Promise((done) => {
    child.on("error", (error) => done({ code: 1, words: [...words, `${program}: ${error.message}`] }));
    child.on("close", (code) => done({ code: code ?? 1, words }));
  });
  return { child, ended };
}

function lines(stream, each) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (data) => {
    const found = (rest + data).split(/\r?\n/);
    rest = found.pop();
    for (const line of found) each(line);
  });
  stream.on("end", () => rest && each(rest));
}
