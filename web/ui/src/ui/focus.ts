/** Puts focus on the heading of the screen, once what had it is gone. */
export function focusHeading(): void {
  setTimeout(() => document.querySelector<HTMLElement>('main h1')?.focus());
}
