// What services have in common, whatever they do.

/** A service that wants a key. */
export interface KeyedService {
  name: string;
  /** For people. */
  described: string;
  has_key: boolean;
  /** The key is one of the environment, for this run. */
  from_environment: boolean;
}
