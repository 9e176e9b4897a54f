import { migrate } from './migrate.ts';
import { setRolePasswords } from './set-role-passwords.ts';

const url = process.env.DATABASE_URL;
if (!url) {
  console.error('DATABASE_URL is not set. Set it to the URL of a role that may create schemas and roles.');
  process.exit(1);
}
const applied = await migrate({ url, log: console.error });
console.error(applied.length === 0 ? 'the database is up to date' : `applied ${applied.length} migrations`);

const OF_ROLE = /^PASSWORD_OF_(TURNOUT_[A-Z]+)$/;
const passwords = Object.entries(process.env).flatMap(([variable, password]): [string, string][] => {
  const [, role] = OF_ROLE.exec(variable) ?? [];
  return role && password ? [[role.toLowerCase(), password]] : [];
});
if (passwords.length > 0) {
  await setRolePasswords(url, Object.fromEntries(passwords));
  console.error(`set the passwords of ${passwords.map(([role]) => role).join(', ')}`);
}
