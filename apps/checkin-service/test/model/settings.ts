import { randomInt } from 'node:crypto';

export interface ModelSettings {
  seed: number;
  /** Stories told one after another. */
  runs: number;
  /**
   * Stories that have not begun by then are left out, so that a slow machine tells fewer; none when asked for a number.
   */
  timeLimitMs: number;
}

const TIME_LIMIT_MS = 5_000;
const MOST_MS_PER_RUN = 2_000;

/**
 * `TURNOUT_MODEL_SEED` repeats a failure, `TURNOUT_MODEL_RUNS` looks longer. Without a seed every run of the tests
 * looks somewhere else.
 */
export function modelSettings(env: NodeJS.ProcessEnv = process.env): ModelSettings {
  const asked = wholeNumber('TURNOUT_MODEL_RUNS', env);
  return {
    seed: wholeNumber('TURNOUT_MODEL_SEED', env) ?? randomInt(2 ** 31),
    runs: asked ?? 25,
    timeLimitMs: asked === undefined ? TIME_LIMIT_MS : asked * MOST_MS_PER_RUN,
  };
}

/** Runs the test; a failure says how to have it again. */
export async function repeatable({ seed, runs }: ModelSettings, test: () => Promise<unknown>): Promise<void> {
  try {
    await test();
  } catch (error) {
    const again = `TURNOUT_MODEL_SEED=${seed} TURNOUT_MODEL_RUNS=${runs}`;
    throw new Error(`Repeat this with ${again}. ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function wholeNumber(name: string, env: NodeJS.ProcessEnv): number | undefined {
  const text = env[name];
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text)) throw new Error(`${name} must be a whole number, not ${text}`);
  return Number(text);
}
