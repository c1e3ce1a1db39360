import { describe, expect, test } from 'vitest';

import {
  canBeLookedUp,
  driveAddress,
  endOf,
  hostOf,
  isDriveSource,
  isGoogleClient,
  isNotionPlace,
  linesOf,
  looksLikeRecording,
  nameOf,
} from './sources';

const ID = '1AbCdEfGhIjKlMnOpQrStUvWxYz012345';

test.each([
  'https://drive.google.com/file/d/abc/view',
  '/home/kim/talk.m4a',
  'file:///home/kim/talk.m4a',
  'C:\\Users\\kim\\talk.m4a',
  '"/home/kim/talk one.m4a"',
])('%s is surely a recording', (text) => {
  expect(looksLikeRecording(text)).toBe(true);
});

test.each(['hello there', 'talk.m4a', ''])('"%s" may be anything', (text) => {
  expect(looksLikeRecording(text)).toBe(false);
});

test('text is split into lines', () => {
  expect(linesOf(' /a b.m4a \r\n\n/c.m4a\n')).toEqual(['/a b.m4a', '/c.m4a']);
});

describe('of what can be looked up', () => {
  test.each([
    'https://drive.google.com/file/d/abc/view?usp=sharing',
    'https://docs.google.com/document/d/abc/edit',
    'https://drive.usercontent.google.com/download?id=abc',
    ID,
    '/home/kim/talk.m4a',
    '~/talk.m4a',
  ])('is %s', (text) => {
    expect(canBeLookedUp(text)).toBe(true);
  });

  test.each([
    'https://example.com/drive.google.com/a',
    'https://drive.google.com.example.com/file/d/abc',
    'weekly-review-of-the-product-team',
    'talk.m4a',
    '',
  ])('is not "%s"', (text) => {
    expect(canBeLookedUp(text)).toBe(false);
  });
});

test('a bare id has an address in Drive', () => {
  expect(isDriveSource(ID)).toBe(true);
  expect(driveAddress(ID)).toBe(`https://drive.google.com/file/d/${ID}/view`);
  expect(driveAddress('https://drive.google.com/open?id=abc')).toBe('https://drive.google.com/open?id=abc');
});

test('a Google client is known by the name of its file', () => {
  expect(isGoogleClient('/home/kim/Downloads/client_secret_1.apps.googleusercontent.com.json')).toBe(true);
  expect(isGoogleClient('C:\\Downloads\\CLIENT_SECRET.JSON')).toBe(true);
  expect(isGoogleClient('/client_secret/notes.json')).toBe(false);
});

test('names are the last part of a path', () => {
  expect(nameOf('/home/kim/talk.m4a')).toBe('talk.m4a');
  expect(nameOf('C:\\talks\\talk.m4a')).toBe('talk.m4a');
});

test.each([
  ['/home/kim/Documents/Debrief', '…/Documents/Debrief'],
  ['C:\\Users\\kim\\Documents\\Debrief', '…\\Documents\\Debrief'],
  ['~/Documents/Debrief', '~/Documents/Debrief'],
  ['/pages', '/pages'],
])('of the folder %s the window names %s', (path, end) => {
  expect(endOf(path)).toBe(end);
});

test.each([
  ['http://127.0.0.1:4010/', '127.0.0.1:4010'],
  ['127.0.0.1:4010', '127.0.0.1:4010'],
])('of the sandbox %s the window names %s', (address, host) => {
  expect(hostOf(address)).toBe(host);
});

test.each([
  ['https://www.notion.so/kim/Meetings-0123456789abcdef0123456789abcdef?v=1', true],
  ['notion://www.notion.so/0123456789abcdef0123456789abcdef', true],
  ['0123456789abcdef0123456789abcdef', true],
  ['01234567-89ab-cdef-0123-456789abcdef', true],
  ['Meetings', false],
  ['https:// is how it begins', false],
  ['deadbeef', false],
])('whether %s is a place in Notion: %s', (text, is) => {
  expect(isNotionPlace(text)).toBe(is);
});
