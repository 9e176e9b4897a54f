/** What a route says of itself where no document is made of it. */
export const toldNothing = { summary: 'Does what a test needs', answers: {} };
