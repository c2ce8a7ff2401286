/** A place in a text that is taken off from its front, in the one spelling that it may have. */
export class Cursor {
  at = 0;

  constructor(readonly text: string) {}

  literal(expected: string): boolean {
    if (!this.text.startsWith(expected, this.at)) return false;
    this.at += expected.length;
    return true;
  }
}
