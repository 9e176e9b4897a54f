/** A report as JSON, a piece for each page: what it is about, its items, and last how many there are. */
export async function* toJson<Row>(
  about: object,
  pages: AsyncIterable<readonly Row[]>,
): AsyncGenerator<string, void, undefined> {
  let begun = `${JSON.stringify(about).slice(0, -1)},"items":[`;
  let rows = 0;
  for await (const page of pages) {
    if (page.length === 0) continue;
    const items = page.map((row) => JSON.stringify(row)).join(',\n');
    yield `${begun}${rows === 0 ? '' : ',\n'}${items}`;
    begun = '';
    rows += page.length;
  }
  yield `${begun}],"rows":${rows}}`;
}
