import type { TemplateName } from './templates.ts';

/** That somebody is to be told something: who and what, before it is known how they are called. */
export interface Notification {
  /** Whose participant is told. */
  enrollmentId: string;
  channel: 'email';
  template: TemplateName;
  /** Facts for the template. Never a person's name or address: this is stored. */
  content: object;
}
