import type { Redis } from 'ioredis';

type Callback = (error: Error | null, result?: unknown) => void;

/**
 * One Redis node as redlock sees it, for one lock. Remembers whether the node answered the attempt to take the lock
 * at all, which redlock does not tell.
 */
export class RedisNode {
  readonly #client: Redis;
  #answered: boolean | undefined;

  constructor(client: Redis) {
    this.#client = client;
  }

  get answered(): boolean {
    return this.#answered === true;
  }

  evalsha(hash: string, [keys, ...rest]: (string | number)[], callback: Callback): void {
    this.#pass(this.#client.evalsha(hash, Number(keys), ...rest), callback);
  }

  eval([script, keys, ...rest]: (string | number)[], callback: Callback = () => undefined): void {
    this.#pass(this.#client.eval(String(script), Number(keys), ...rest), callback);
  }

  #pass(command: Promise<unknown>, callback: Callback): void {
    command.then(
      (result) => {
        this.#answered ??= true;
        callback(null, result);
      },
      (error: Error) => {
        // The script is not loaded yet: redlock sends it whole, and that is the answer that counts.
        if (!error.message.startsWith('NOSCRIPT')) this.#answered ??= false;
        callback(error);
      },
    );
  }
}
