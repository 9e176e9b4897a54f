/** Ids that belong together, by the name under which requests carry them: `eventId`, `enrollmentId`, `accessCode`. */
export type World = Readonly<Record<string, readonly string[]>>;

/** Stands in a drawn request for an id that is known only when the request is sent. */
export interface KnownId {
  $known: string;
  pick: number;
  /** Rarely, the id of another world. */
  stray: boolean;
}

/** What requests of one round are about. */
export interface Round {
  worlds: readonly World[];
  /** Tokens of the organization by role. */
  tokens: Readonly<Record<string, string>>;
  /** An admin of another organization. */
  foreignToken: string;
}

export function isKnownId(value: unknown): value is KnownId {
  return typeof value === 'object' && value !== null && '$known' in value;
}

/** Ids that answers told of, by name and, where they belong to one, by event. */
export class LearnedIds {
  readonly #ids = new Map<string, string[]>();
  readonly #mostKept = 200;
  readonly #spared: ReadonlySet<string>;

  /** @param spared ids that no request is to carry */
  constructor(spared: ReadonlySet<string>) {
    this.#spared = spared;
  }

  learn(name: string, id: unknown, eventId: unknown): void {
    if (typeof id !== 'string' || this.#spared.has(id)) return;
    for (const key of [name, `${name} of ${String(eventId)}`]) {
      const ids = this.#ids.get(key) ?? [];
      if (ids.length >= this.#mostKept) ids.shift();
      ids.push(id);
      this.#ids.set(key, ids);
    }
  }

  /** Those of this event; where there are none, all. */
  of(name: string, eventId: string | undefined): readonly string[] {
    return this.#ids.get(`${name} of ${eventId}`) ?? this.#ids.get(name) ?? [];
  }
}

/** The same value with real ids in place of the stand-ins. One of which nothing is known becomes an id of nothing. */
export function withIds(value: unknown, world: World, round: Round, learned: LearnedIds): unknown {
  if (isKnownId(value)) return idFor(value, world, round, learned);
  if (Array.isArray(value)) return value.map((item) => withIds(item, world, round, learned));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, withIds(inner, world, round, learned)]),
  );
}

const NOTHING = '01970a3e-5b7c-7d10-8a44-0c2f6f1d9e21';

function idFor(
  { $known: name, pick, stray }: KnownId,
  world: World,
  round: Round,
  learned: LearnedIds,
): string {
  const { [name]: own = [], eventId } = stray ? (round.worlds[pick % round.worlds.length] ?? world) : world;
  const ids = own.length > 0 ? own : learned.of(name, eventId?.[0]);
  return ids[pick % ids.length] ?? NOTHING;
}
