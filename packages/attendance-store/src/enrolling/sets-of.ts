/** Rows in one statement: enough that the statement itself costs little, and few enough that each ends well in time. */
const SET_SIZE = 5_000;

/** The items in sets, each with the position of its first one. */
export function* setsOf<Item>(items: readonly Item[]): Generator<{ start: number; items: Item[] }> {
  for (let start = 0; start < items.length; start += SET_SIZE) {
    yield { start, items: items.slice(start, start + SET_SIZE) };
  }
}
