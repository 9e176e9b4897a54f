import { eventWasClosed } from './event-was-closed.ts';
import type { Reader, Text } from './text.ts';
import { youAttended } from './you-attended.ts';

/** Every text we can write, by the name under which a delivery stores it. */
const templates = { [youAttended.name]: youAttended, [eventWasClosed.name]: eventWasClosed } as const;

export const templateNames = Object.keys(templates) as (keyof typeof templates)[];

/**
 * Writes the text of a delivery.
 *
 * @throws when the template is unknown or its stored content is not what it needs
 */
export function writeText(template: string, content: unknown, reader: Reader): Text {
  const known = templateNames.find((name) => name === template);
  if (known === undefined) throw new Error(`there is no template ${template}`);
  return templates[known].write(content, reader);
}
