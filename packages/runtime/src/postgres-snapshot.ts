import type { Db, Tx } from './postgres.ts';

const ONE_INSTANT = 'set transaction isolation level repeatable read, read only';

/** Runs `read` in a transaction that only reads; all its statements see the database as of one instant. */
export async function atOneInstant<Result>(db: Db, read: (tx: Tx) => Promise<Result>): Promise<Result> {
  return await db.transaction(async (tx) => {
    tx.send(ONE_INSTANT);
    return await read(tx);
  });
}

/**
 * What `read` yields, all of it as of one instant: its statements share a read-only snapshot.
 *
 * Nothing is opened before the first value is asked for. One value is read ahead, so that the database works while the
 * last one is being used; then it waits. Whoever stops asking (`return`, a `break` out of `for await`) ends the
 * transaction when the statement under way has been answered. Throws what `read` and the database throw.
 *
 * A snapshot takes a connection and holds back vacuum in the whole database: bound how long it may take to be read.
 */
export async function* inSnapshot<Value>(
  db: Db,
  read: (tx: Tx) => AsyncIterable<Value>,
): AsyncGenerator<Value, void, undefined> {
  const { readable, writable } = new TransformStream<Value, Value>();
  const writer = writable.getWriter();
  // Both tell of the same failure; whoever reads hears of it.
  writer.closed.catch(() => undefined);
  const transaction = atOneInstant(db, async (tx) => {
    for await (const value of read(tx)) await writer.write(value);
  })
    .then(
      () => writer.close(),
      (error: unknown) => writer.abort(error),
    )
    .catch(() => undefined);
  try {
    yield* readable;
  } finally {
    await transaction;
  }
}
