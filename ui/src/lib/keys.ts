// Keys as they are called on this system.

const ON_MAC = /Mac|iPhone|iPad/u.test(navigator.platform);

/** `Ctrl+V`, or `⌘V` on a Mac. */
export function withCommand(letter: string): string {
  return ON_MAC ? `⌘${letter}` : `Ctrl+${letter}`;
}

/** Whether the event holds the command key of this system, and no other but Shift. */
export function holdsCommand(event: KeyboardEvent): boolean {
  return (ON_MAC ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey) && !event.altKey;
}
