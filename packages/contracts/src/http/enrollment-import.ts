import { z } from 'zod';
import { accessCode, email, id, line, locale } from '../primitives.ts';

/** `true` or `false`, as a query has it. */
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

export const importQuery = z.object({
  dryRun: flag.default(false),
  /** What the client calls this import: sent again under the same id it is done once. */
  importId: id.optional(),
});

/** One row of the file: the columns that there are. An empty cell is none. */
export const importedRow = z.strictObject({
  name: line(200),
  email,
  ticketType: line(100).optional(),
  accessCode: accessCode.optional(),
  externalId: line(200).optional(),
  locale: locale.optional(),
});

export type ImportedRow = z.infer<typeof importedRow>;

/** What was created or, with `dryRun`, would be. */
export const importResult = z.strictObject({ created: z.int().min(0) }).meta({ id: 'ImportResult' });

export type ImportResult = z.infer<typeof importResult>;

/** What is wrong with one cell, or with a row as a whole, beside `path` and `message` as of every other error. */
export const importError = z
  .strictObject({
    /** `rows[17].email`: the row as a spreadsheet numbers it, the header being row 1, and the column. */
    path: z.string(),
    message: z.string(),
    row: z.int().min(1),
    /** Null for a row as a whole. */
    column: z.string().nullable(),
    code: z.enum([
      'invalid',
      'already_enrolled',
      'access_code_taken',
      'participant_ambiguous',
      'participant_outside_scope',
      'repeated_person',
      'repeated_access_code',
    ]),
    /** Of a repetition: the row before it. */
    sameAsRow: z.int().min(1).optional(),
    /** Of who is enrolled already. */
    enrollmentId: z.uuid().optional(),
  })
  .meta({ id: 'ImportError' });

export type ImportError = z.infer<typeof importError>;

/**
 * The data of the `progress` messages that are sent to who accepts `text/event-stream`; then comes `result` or
 * `problem`.
 */
export const importProgress = z
  .strictObject({
    phase: z.enum(['reading', 'checking', 'writing']),
    rows: z.int().min(0),
    /** How many there are; null while the file is read. */
    of: z.int().min(0).nullable(),
  })
  .meta({ id: 'ImportProgress' });

export type ImportProgress = z.infer<typeof importProgress>;
