/** Draws what the SVG of a QR code says: runs of modules, one row after the other, black on white. */
export function rasterize(svg: string, scale: number) {
  const [, size = ''] = /viewBox="0 0 (\d+) \d+"/.exec(svg) ?? [];
  const [, path = ''] = /<path stroke="#000000" d="([^"]+)"/.exec(svg) ?? [];
  const width = Number(size) * scale;
  const data = new Uint8ClampedArray(width * width * 4).fill(255);
  let [x, y] = [0, 0];
  for (const [, command, first = '', second] of path.matchAll(/([Mmh])\s*(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?/g)) {
    if (command === 'M') [x, y] = [Number(first), Math.floor(Number(second))];
    if (command === 'm') [x, y] = [x + Number(first), y + Math.floor(Number(second))];
    if (command !== 'h') continue;
    for (let row = y * scale; row < (y + 1) * scale; row += 1) {
      for (let column = x * scale; column < (x + Number(first)) * scale; column += 1) {
        data.fill(0, (row * width + column) * 4, (row * width + column) * 4 + 3);
      }
    }
    x += Number(first);
  }
  return { data, width, height: width };
}
