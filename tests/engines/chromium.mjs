// One Chromium for a whole run of the tests, and a server on this machine for what it opens.
//
// Reads a JSON command a line, {do, …}, and answers a JSON line, {result} or {error}. What the page
// itself complained of since the last answer stands beside it as `complaints`.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const TYPES = {
  ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json",
  ".png": "image/png", ".map": "application/json",
};
const mounts = new Map();

const server = createServer(async (request, answer) => {
  const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
  const [, mount, ...rest] = path.split("/");
  const folder = mounts.get(mount);
  const file = folder && join(folder, normalize(join("/", ...rest)));
  if (path === "/favicon.ico") {
    answer.writeHead(204).end();
    return;
  }
  if (!file || !(await stat(file).catch(() => null))?.isFile()) {
    answer.writeHead(404).end();
    return;
  }
  answer.writeHead(200, { "content-type": TYPES[extname(file)] ?? "text/plain", "cache-control": "no-store" });
  createReadStream(file).pipe(answer);
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));

const browser = await chromium.launch({
  executablePath: process.argv[2],
  args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"],
});
let page, complaints = [], requests = [];

const commands = {
  mount: ({ name, folder }) => void mounts.set(name, folder),
  // A page that is opened offline may ask for nothing but itself, which `requests` tells.
  async open({ url, width, height, offline, dark }) {
    await page?.context().close();
    page = await browser.newPage({
      viewport: { width, height }, offline: Boolean(offline), colorScheme: dark ? "dark" : "light",
    });
    requests = [];
    page.on("request", (request) => requests.push(request.url().slice(0, 200)));
    page.on("pageerror", (error) => complaints.push(`${error}`));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(new URL(url, `http://127.0.0.1:${server.address().port}/`).href, { timeout: 120_000 });
  },
  // `code` is the text of a function of `argument`.
  evaluate: ({ code, argument }) =>
    page.evaluate(([text, value]) => (0, eval)(`(${text})`)(value), [code, argument]),
  async wait({ code, argument, seconds }) {
    await page.waitForFunction(([text, value]) => (0, eval)(`(${text})`)(value), [code, argument], {
      timeout: seconds * 1000, polling: 50,
    });
  },
  requests: () => requests,
  resize: ({ width, height }) => page.setViewportSize({ width, height }),
  async drag({ from, to }) {
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move(...to, { steps: 4 });
    await page.mouse.up();
  },
  press: ({ key, milliseconds }) => page.keyboard.press(key, { delay: milliseconds }),
  screenshot: async ({ path, full }) => void (await page.screenshot({ path, fullPage: Boolean(full) })),
};

process.stdout.write(`${JSON.stringify({ result: "ready" })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  let answer;
  try {
    answer = { result: (await commands[command.do](command)) ?? null };
  } catch (error) {
    answer = { error: `${error.stack ?? error}` };
  }
  process.stdout.write(`${JSON.stringify({ ...answer, complaints })}\n`);
  complaints = [];
}
await browser.close();
server.close();
