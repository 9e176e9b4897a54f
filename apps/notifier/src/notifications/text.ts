/** The person a text is for, as known at the moment of writing. */
export interface Reader {
  name: string;
  /** BCP 47, or null. Every text is in English so far. */
  locale: string | null;
  /** Empty where nobody knows it any more. */
  eventName: string;
}

export interface Text {
  subject: string;
  text: string;
}
