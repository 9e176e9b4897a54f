import type { OrganizationSettings } from '@turnout/contracts/http/settings';
import type { Queryable, Statement, Tx } from '@turnout/runtime/postgres';

/** What an organization wants that has not said. */
const unlessSaid: OrganizationSettings = {
  defaultAttendanceRequirement: null,
  closureGraceMinutes: 0,
  reentry: 'allowed',
  closureNotifications: { participants: true, organizers: false },
  retentionDays: null,
};

const columns = `
  requirement_type, requirement_days, closure_grace_minutes, reentry, notify_participants, notify_organizers,
  retention_days`;

const find: Statement = {
  name: 'find_settings',
  text: `select ${columns} from access.settings where organization_id = $1`,
};

// Two who say something for the first time in the same instant need a row to wait for each other at.
const makeSure: Statement = {
  name: 'make_sure_of_settings',
  text: 'insert into access.settings (organization_id) values ($1) on conflict do nothing',
};

const lock: Statement = {
  name: 'lock_settings',
  text: `select ${columns} from access.settings where organization_id = $1 for update`,
};

const update: Statement = {
  name: 'update_settings',
  text: `
    update access.settings
    set requirement_type = $2, requirement_days = $3, closure_grace_minutes = $4, reentry = $5,
      notify_participants = $6, notify_organizers = $7, retention_days = $8, changed_at = clock_timestamp()
    where organization_id = $1`,
};

/** What the organization wants by default. */
export async function findSettings(db: Queryable, organizationId: string): Promise<OrganizationSettings> {
  const [row] = await db.query<SettingsRow>(find, [organizationId]);
  return row ? toSettings(row) : unlessSaid;
}

/** Makes the settings these, and answers what they were: true of the moment at which they change. */
export async function putSettings(
  tx: Tx,
  organizationId: string,
  settings: OrganizationSettings,
): Promise<OrganizationSettings> {
  const [, [before]] = await Promise.all([
    tx.query(makeSure, [organizationId]),
    tx.query<SettingsRow>(lock, [organizationId]),
  ]);
  if (!before) throw new Error('settings disappeared while they were made sure of');
  const { defaultAttendanceRequirement: requirement, closureNotifications } = settings;
  tx.send(update, [
    organizationId,
    requirement?.type ?? null,
    requirement?.type === 'minimum_days' ? requirement.days : null,
    settings.closureGraceMinutes,
    settings.reentry,
    closureNotifications.participants,
    closureNotifications.organizers,
    settings.retentionDays,
  ]);
  return toSettings(before);
}

function toSettings(row: SettingsRow): OrganizationSettings {
  return {
    defaultAttendanceRequirement: toRequirement(row),
    closureGraceMinutes: row.closure_grace_minutes,
    reentry: row.reentry,
    closureNotifications: { participants: row.notify_participants, organizers: row.notify_organizers },
    retentionDays: row.retention_days,
  };
}

function toRequirement({
  requirement_type: type,
  requirement_days: days,
}: SettingsRow): OrganizationSettings['defaultAttendanceRequirement'] {
  if (type === null) return null;
  return type === 'minimum_days' ? { type, days: days ?? 1 } : { type };
}

interface SettingsRow {
  requirement_type: 'all_days' | 'any_day' | 'minimum_days' | null;
  requirement_days: number | null;
  closure_grace_minutes: number;
  reentry: OrganizationSettings['reentry'];
  notify_participants: boolean;
  notify_organizers: boolean;
  retention_days: number | null;
}
