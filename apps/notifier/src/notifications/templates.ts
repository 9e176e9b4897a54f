import { youAttended } from './you-attended.ts';

/** The person a text is for, as known at the moment of writing. */
export interface Reader {
  name: string;
  /** BCP 47, or null. Every text is in English so far. */
  locale: string | null;
  eventName: string;
}

export interface Text {
  subject: string;
  text: string;
}

/** Every text we can write, by the name under which a delivery stores it. */
const templates = { [youAttended.name]: youAttended } as const;

export type TemplateName = keyof typeof templates;

export const templateNames = Object.keys(templates) as TemplateName[];

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
