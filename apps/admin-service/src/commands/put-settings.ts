import type { Principal } from '@turnout/access/principal';
import { recordActions } from '@turnout/access/record-actions';
import { putSettings as put } from '@turnout/access/settings';
import type { OrganizationSettings } from '@turnout/contracts/http/settings';
import type { Db } from '@turnout/runtime/postgres';
import { contextOf } from './change-context.ts';

/** Makes the organization's settings these. Events that are there already stay as they are. */
export async function putSettings(
  db: Db,
  {
    principal,
    settings,
    requestId,
  }: { principal: Principal; settings: OrganizationSettings; requestId: string },
): Promise<void> {
  const { organizationId } = principal;
  await db.transaction(async (tx) => {
    const before = await put(tx, organizationId, settings);
    const changed = (Object.keys(settings) as (keyof OrganizationSettings)[]).filter(
      (field) => JSON.stringify(before[field]) !== JSON.stringify(settings[field]),
    );
    if (changed.length === 0) return;
    const only = (some: OrganizationSettings) =>
      Object.fromEntries(changed.map((field) => [field, some[field]]));
    recordActions(tx, [
      {
        action: 'settings.changed',
        organizationId,
        eventId: null,
        subjectId: null,
        ...contextOf(principal, requestId),
        details: { before: only(before), after: only(settings) },
      },
    ]);
  });
}
