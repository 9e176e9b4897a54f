import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { findPostgres } from '@turnout/local-stack/programs';

/**
 * The schema as pg_dump writes it, without what differs between versions and machines: settings, comments, owners.
 */
export function dumpSchema(databaseUrl: string): string {
  const [newest] = findPostgres();
  if (!newest) throw new Error('pg_dump is needed to read the schema, and no PostgreSQL is installed here');
  const dump = execFileSync(
    join(dirname(newest.path), 'pg_dump'),
    ['--schema-only', '--no-owner', '--no-comments', '--dbname', databaseUrl],
    { encoding: 'utf8' },
  );
  const kept = dump
    .split('\n')
    .filter((line) => !/^(--|SET |SELECT pg_catalog|\\|ALTER DEFAULT PRIVILEGES)/.test(line))
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return `-- What the migrations make, for readers. Rewrite it with: npm run schema\n\n${kept}\n`;
}
