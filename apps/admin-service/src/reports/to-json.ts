/**
 * A report as JSON, a piece for each page: what it is about, its items, and last how many there are. What it is about
 * leaves at once: with a filter, the first item may be a million rows away.
 */
export async function* toJson<Row>(
  about: object,
  pages: AsyncIterable<readonly Row[]>,
): AsyncGenerator<string, void, undefined> {
  yield `${JSON.stringify(about).slice(0, -1)},"items":[`;
  let rows = 0;
  for await (const page of pages) {
    if (page.length === 0) continue;
    const items = page.map((row) => JSON.stringify(row)).join(',\n');
    yield `${rows === 0 ? '' : ',\n'}${items}`;
    rows += page.length;
  }
  yield `],"rows":${rows}}`;
}
