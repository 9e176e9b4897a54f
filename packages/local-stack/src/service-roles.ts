import { setRolePasswords } from '@turnout/database/set-role-passwords';
import { rolePassword } from './secrets.ts';

/** The four services and the database role of each. */
export const SERVICE_ROLES = {
  checkin: 'turnout_checkin',
  closure: 'turnout_closure',
  admin: 'turnout_admin',
  notifier: 'turnout_notifier',
} as const;

export type ServiceName = keyof typeof SERVICE_ROLES;

/** Lets the services' roles, which the migrations create, log in with the passwords of `serviceUrl`. */
export async function letServicesLogIn(adminUrl: string): Promise<void> {
  const roles = Object.values(SERVICE_ROLES);
  const passwords = roles.map((role) => [role, rolePassword(adminUrl, role)]);
  await setRolePasswords(adminUrl, Object.fromEntries(passwords));
}

/** The database URL of one service: the owner's, with the name and password of the service's role. */
export function serviceUrl(adminUrl: string, service: ServiceName): string {
  const role = SERVICE_ROLES[service];
  const url = new URL(adminUrl);
  url.username = role;
  url.password = rolePassword(adminUrl, role);
  return url.href;
}
