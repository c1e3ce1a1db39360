// Text to the clipboard, also in web views that keep the modern way to themselves.

/** Whether `text` is on the clipboard now. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/**
 * Whether a text that is still to come is on the clipboard now. Rejects as `coming` does.
 *
 * Web views let a page copy only right after a key or click; one that is told at once that a text will come waits for it.
 */
export async function copyComing(coming: Promise<string>): Promise<boolean> {
  if (typeof ClipboardItem === 'function') {
    const blob = coming.then((text) => new Blob([text], { type: 'text/plain' }));
    // Nobody may come to wait for it.
    blob.catch(() => undefined);
    try {
      await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
      return true;
    } catch {
      // Whether the text never came or may not be copied so shows below.
    }
  }
  return copyText(await coming);
}

function copyBySelection(text: string): boolean {
  const opener = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'heard';
  // Inside a modal dialog everything outside of it is out of reach.
  (opener?.closest('dialog') ?? document.body).append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (opener instanceof HTMLElement) opener.focus();
  return done;
}
