import { migrate } from './migrate.ts';

const url = process.env.DATABASE_URL;
if (!url) {
  console.error('DATABASE_URL is not set. Give the URL of a role that may create schemas and roles.');
  process.exit(1);
}
const applied = await migrate({ url, log: console.error });
console.error(applied.length === 0 ? 'the database is up to date' : `applied ${applied.length} migrations`);
