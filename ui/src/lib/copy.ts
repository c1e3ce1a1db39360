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
