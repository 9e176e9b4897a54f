import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../migrations/', import.meta.url);

export interface Migration {
  /** `0003-attendance`: the number orders, the words explain. */
  name: string;
  sql: () => string;
}

/** All migrations this build knows, in the order in which they apply. */
export const knownMigrations: readonly Migration[] = readdirSync(folder)
  .filter((file) => file.endsWith('.sql'))
  .sort()
  .map((file) => ({
    name: file.replace(/\.sql$/, ''),
    sql: () => readFileSync(new URL(file, folder), 'utf8'),
  }));
