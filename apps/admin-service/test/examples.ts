import { randomUUID } from 'node:crypto';

/** Three days in Berlin, two of them required. */
export const typeScriptDays = {
  name: 'TypeScript Days',
  timeZone: 'Europe/Berlin',
  startsAt: '2026-05-01T09:00:00+02:00',
  endsAt: '2026-05-03T17:00:00+02:00',
  attendanceRequirement: { type: 'minimum_days', days: 2 },
};

/** A person nobody has seen before. */
export function someone(facts: Record<string, unknown> = {}) {
  return { participant: { name: 'Ada Lovelace', email: `${randomUUID()}@example.org`, ...facts } };
}

export const nobody = '01997e2c-0000-7000-8000-000000000000';
