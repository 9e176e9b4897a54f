/** That somebody is to be told something: who and what, before it is known how they are called. */
export interface Notification {
  /** Whose participant is told; null where the organizers are. */
  enrollmentId: string | null;
  /** The name of a text in templates.ts. */
  template: string;
  /** Facts for the template. Never a person's name or address: this is stored. */
  content: object;
}
