import { randomBytes } from 'node:crypto';
import { callManagement, type TestVhost } from '@turnout/test-kit/test-vhost';

/** What a user may do, as the broker keeps it: three regular expressions on names. */
export interface Permissions {
  configure: string;
  write: string;
  read: string;
}

export const NOTHING = '^$';

/** A URL of a new user who may do exactly this in the virtual host. */
export async function urlOfUser({ name, amqpUrl }: TestVhost, permissions: Permissions): Promise<string> {
  const user = `user-${randomBytes(6).toString('hex')}`;
  await callManagement('PUT', `/api/users/${user}`, { password: user, tags: '' });
  await callManagement('PUT', `/api/permissions/${name}/${user}`, permissions);
  const url = new URL(amqpUrl);
  url.username = user;
  url.password = user;
  return url.href;
}
