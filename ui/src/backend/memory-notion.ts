// Notion for the backend in memory: a workspace with places that can be found, and a database that takes properties.

import { isNotionPlace } from '../jobs/sources';
import type {
  CommandError,
  NotionChoice,
  NotionConnection,
  NotionPlace,
  NotionPlaces,
  NotionProperty,
  NotionRole,
  NotionView,
  PageDestination,
  PageOptions,
} from './backend';

const IN_ONE_ANSWER = 6;
const MIB = 1_048_576;

/** The name and type of the property that is made for a fact. */
const MADE = {
  title: ['Name', 'title'],
  date: ['Date', 'date'],
  participants: ['Participants', 'multi_select'],
  duration: ['Duration', 'number'],
  tags: ['Tags', 'multi_select'],
  recording: ['Recording', 'url'],
  status: ['Status', 'status'],
  debrief_id: ['Debrief ID', 'rich_text'],
} as const satisfies Record<NotionRole, readonly [string, string]>;
const ROLES = Object.keys(MADE) as NotionRole[];

export function notionPlace(over: Partial<NotionPlace> & { id: string }): NotionPlace {
  return { kind: 'data_source', name: 'Meetings', icon: '🗓️', database: null, url: null, ...over };
}

export function notionConnection(over: Partial<NotionConnection> = {}): NotionConnection {
  return { workspace: 'Formosa Audio', kind: 'internal', user: null, ...over };
}

const choice = (id: string, name: string, kind: string): NotionChoice => ({ id, name, kind });

/** The mapping of a database that has everything, but for the `missing` facts. */
export function notionProperties(missing: readonly NotionRole[] = []): NotionProperty[] {
  return ROLES.map((role) => {
    const [name, kind] = MADE[role];
    const lacks = missing.includes(role);
    const others = role === 'date' ? [choice('due', 'Due', 'date')] : [];
    return {
      role,
      chosen: lacks ? null : role,
      choices: lacks ? [] : [choice(role, name, kind), ...others],
      missing: lacks,
      problem: null,
    };
  });
}

/** A connected workspace whose pages go to a database, changed by `over`. */
export function notionView(over: Partial<NotionView> = {}): NotionView {
  return {
    connection: notionConnection(),
    problem: null,
    client_id: null,
    redirect: 'http://localhost:8914/',
    signing_in: false,
    place: notionPlace({ id: 'meetings', url: 'https://www.notion.so/0123456789abcdef0123456789abcdef' }),
    place_problem: null,
    properties: notionProperties(),
    destination: 'notion',
    options: {
      sections: [
        'summary',
        'todos',
        'decisions',
        'unverified',
        'questions',
        'notes',
        'attachments',
        'transcript',
      ],
      language: null,
      upload_recording: true,
      upload_attachments: true,
    },
    upload_limit_bytes: 5 * MIB,
    test_page: null,
    waiting_jobs: 0,
    sandbox: null,
    ...over,
  };
}

/** What is shown before anybody has connected Notion, changed by `over`. */
export function notionAbsent(over: Partial<NotionView> = {}): NotionView {
  return notionView({
    connection: null,
    place: null,
    properties: [],
    destination: 'folder',
    upload_limit_bytes: null,
    ...over,
  });
}

export const NOTION_REVOKED: CommandError = {
  code: 'notion_sign_in_expired',
  what: 'Notion doesn’t take this token any more.',
  fix: 'Connect Notion again; the jobs that wait then go on.',
};
export const NOTION_NOT_CONNECTED: CommandError = {
  code: 'notion_not_connected',
  what: 'Notion isn’t connected.',
  fix: 'Connect Notion; the transcript is safe.',
};
export const NOTION_NO_ACCESS: CommandError = {
  code: 'notion_no_access',
  what: 'Notion can’t find “Meetings”.',
  fix: 'In Notion: ••• → Connections → Debrief. The transcript is safe.',
};
export const NOTION_UNPLACED: CommandError = {
  code: 'notion_place_unset',
  what: 'No place in Notion is chosen.',
  fix: 'Choose a database or a page.',
};
const BAD_TOKEN: CommandError = {
  code: 'notion_refused',
  what: 'Notion doesn’t know this token.',
  fix: 'Copy it again from Notion’s page of integrations.',
};

/** Places as a busy workspace has them. */
export const NOTION_PLACES: readonly NotionPlace[] = [
  notionPlace({ id: 'meetings' }),
  notionPlace({ id: 'interviews', name: 'Interviews', icon: '🎙️', database: 'Research' }),
  notionPlace({ id: 'surveys', name: 'Surveys', icon: '📋', database: 'Research' }),
  notionPlace({ id: 'wiki', kind: 'page', name: 'Team wiki', icon: null }),
  notionPlace({ id: 'hiring', name: 'Hiring', icon: null }),
  notionPlace({ id: 'board', kind: 'page', name: 'Board papers', icon: '🗂️' }),
  notionPlace({ id: 'vendors', name: 'Vendors', icon: 'https://example.com/vendors.png' }),
  notionPlace({
    id: 'long',
    kind: 'page',
    name: 'Everything that we have ever written down about the microphones of the new studio',
    icon: '🎚️',
  }),
];

export interface NotionOptions {
  notion?: Partial<NotionView>;
  notionPlaces?: readonly NotionPlace[];
  /** Whether a sign-in waits for `answer`. */
  browserWaits?: boolean;
}

interface Waiting {
  done: (view: NotionView) => void;
  failed: (error: CommandError) => void;
}

export class MemoryNotion {
  readonly #browserWaits: boolean;
  readonly #waiting: Waiting[] = [];
  places: readonly NotionPlace[];
  /** Set to make the next search fail. */
  refuseSearch: CommandError | null = null;
  #view: NotionView;

  constructor({ notion, notionPlaces = NOTION_PLACES, browserWaits = false }: NotionOptions) {
    this.#view = notion ? notionView(notion) : notionAbsent();
    this.places = notionPlaces;
    this.#browserWaits = browserWaits;
  }

  get view(): NotionView {
    return structuredClone(this.#view);
  }

  change(over: Partial<NotionView>): NotionView {
    this.#view = { ...this.#view, ...over };
    return this.view;
  }

  connect(token: string): NotionView {
    if (!token.startsWith('ntn_')) throw BAD_TOKEN;
    return this.#connected(notionConnection({ kind: token.startsWith('ntn_p') ? 'personal' : 'internal' }));
  }

  signIn(clientId: string): Promise<NotionView> {
    const client_id = clientId || this.#view.client_id;
    this.change({ signing_in: true, client_id });
    return new Promise((done, failed) => {
      this.#waiting.push({ done, failed });
      if (!this.#browserWaits) this.answer();
    });
  }

  /** The person is through with the browser. */
  answer(): void {
    this.change({ signing_in: false });
    const view = this.#connected(notionConnection({ kind: 'oauth', user: 'Kim Lin' }));
    for (const { done } of this.#waiting.splice(0)) done(view);
  }

  cancel(): void {
    this.change({ signing_in: false });
    const error = { code: 'sign_in_failed', what: 'The sign-in was cancelled.', fix: 'Sign in again.' };
    for (const { failed } of this.#waiting.splice(0)) failed(error);
  }

  disconnect(): NotionView {
    return this.change({ connection: null, problem: null, place_problem: null, properties: [] });
  }

  search(query: string, cursor: string | null): NotionPlaces {
    const refusal = this.refuseSearch;
    this.refuseSearch = null;
    if (refusal) throw refusal;
    const found = this.places.filter(({ name }) => name.toLowerCase().includes(query.toLowerCase()));
    const from = Number(cursor ?? 0);
    const to = from + IN_ONE_ANSWER;
    return { places: found.slice(from, to), cursor: to < found.length ? String(to) : null };
  }

  choose(wanted: string): NotionView {
    const found = this.places.find(({ id }) => id === wanted);
    const linked = isNotionPlace(wanted) && /notion/u.test(wanted);
    const place = found ?? (linked ? notionPlace({ id: 'linked', name: 'Linked', icon: null }) : null);
    if (!place) throw NOTION_NO_ACCESS;
    const properties = place.kind === 'page' ? [] : notionProperties(place.id === 'hiring' ? ['tags'] : []);
    return this.change({ place, place_problem: null, properties, waiting_jobs: 0 });
  }

  map(role: NotionRole, chosen: string | null): NotionView {
    return this.change({
      properties: this.#view.properties.map((property) =>
        property.role === role ? { ...property, chosen, problem: null } : property,
      ),
    });
  }

  create(): NotionView {
    const whole = new Map(notionProperties().map((property) => [property.role, property]));
    return this.change({
      properties: this.#view.properties.map((property) =>
        property.missing ? (whole.get(property.role) ?? property) : property,
      ),
    });
  }

  writeTest(): string {
    const address = 'https://www.notion.so/Test-0123456789abcdef0123456789abcdef';
    this.change({ test_page: address });
    return address;
  }

  removeTest(): void {
    this.change({ test_page: null });
  }

  setDestination(destination: PageDestination): NotionView {
    return this.change({ destination });
  }

  setOptions(options: PageOptions): NotionView {
    return this.change({ options });
  }

  #connected(connection: NotionConnection): NotionView {
    return this.change({
      connection,
      problem: null,
      destination: 'notion',
      upload_limit_bytes: 5 * MIB,
      waiting_jobs: 0,
      properties: this.#view.place?.kind === 'data_source' ? notionProperties() : [],
    });
  }
}
