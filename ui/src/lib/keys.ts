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

/** Whether Enter was pressed to send a line. While an input method composes, Enter chooses a candidate. */
export function sendsLine(event: KeyboardEvent): boolean {
  // WebKit ends the composition before it tells of the key; its code gives the input method away.
  return event.key === 'Enter' && !event.isComposing && event.keyCode !== 229;
}
