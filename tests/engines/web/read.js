// What a canvas shows, as the tests take it: {width, height, rgba: base64 of straight RGBA}.

/** Gives the pixels of a part of a canvas, which must keep what was drawn on it. */
export function read(canvas, x, y, width, height) {
  const copy = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, -x, -y);
  const { data } = copy.getImageData(0, 0, width, height);
  let text = "";
  for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
  return { width, height, rgba: btoa(text) };
}

/** Where the n-th of many pictures stands: cells of `side` pixels, 16 in a row, their corners at whole pixels. */
export function cell(n, side = 40) {
  return { x: (n % 16) * side + 3, y: Math.floor(n / 16) * side + 3 };
}
