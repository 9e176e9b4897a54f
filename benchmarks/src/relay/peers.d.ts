/** The parts of the peers that the benchmark uses: their packages are installed for a benchmark only. */
declare module 'pg-boss' {
  interface Job<Data> {
    data: Data;
  }
  export class PgBoss {
    constructor(options: string | object);
    on(event: 'error', listener: (error: Error) => void): void;
    start(): Promise<unknown>;
    stop(options?: { graceful: boolean }): Promise<void>;
    createQueue(name: string): Promise<void>;
    insert(queue: string, jobs: readonly { data: object }[]): Promise<unknown>;
    work<Data>(
      queue: string,
      options: object,
      handler: (jobs: Job<Data>[]) => Promise<void>,
    ): Promise<string>;
  }
}

declare module 'graphile-worker' {
  interface Options {
    connectionString: string;
    parsedCronItems: [];
    noHandleSignals: boolean;
    taskList: Record<string, (payload: unknown) => Promise<void>>;
    preset: object;
  }
  export function run(options: Options): Promise<{ stop(): Promise<void> }>;
}

declare module 'pg-transactional-outbox' {
  interface StoredMessage {
    id: string;
    messageType: string;
    payload: unknown;
  }
  const outbox: {
    DatabaseSetup: Record<
      'dropAndCreateTable' | 'createPollingFunction' | 'setupPollingIndexes',
      (config: object) => string
    >;
    initializePollingMessageListener(
      config: object,
      handler: { handle(message: StoredMessage): Promise<void> },
      logger: unknown,
      strategies: { batchSizeStrategy(): Promise<number> },
    ): [shutdown: () => Promise<void>];
    getDisabledLogger(): unknown;
  };
  export default outbox;
}
