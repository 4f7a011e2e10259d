// The workspace as one person sees it, kept up to date by the stream of changes.

import { useCallback, useEffect, useRef, useState } from "react";
import { follow, post, readState, Refused } from "./api";
import type { Result, State } from "./types";

const UNSEEN = new Set(["call", "envelope", "ack"]);
const PAUSE_MS = 60;
const AGAIN_MS = 1000;

export type Live = "starting" | "live" | "lost" | "forbidden";

export interface Workspace {
  state: State | null;
  live: Live;
  /** How far the server's clock is ahead of this machine's, in milliseconds. */
  ahead: number;
  act: (path: string, body?: object) => Promise<Result | null>;
  reload: () => void;
}

export function useWorkspace(as: string, complain: (words: string) => void): Workspace {
  const [state, setState] = useState<State | null>(null);
  const [live, setLive] = useState<Live>("starting");
  const [ahead, setAhead] = useState(0);
  const reading = useRef({ busy: false, again: false, as, seq: 0 });
  reading.current.as = as;

  const read = useCallback(async () => {
    const flag = reading.current;
    if (flag.busy) {
      flag.again = true;
      return;
    }
    flag.busy = true;
    try {
      do {
        flag.again = false;
        const who = flag.as;
        const fresh = await readState(who);
        if (who !== flag.as) flag.again = true;
        else {
          flag.seq = fresh.seq;
          setState(fresh);
          setAhead(Date.parse(fresh.now) - Date.now());
          setLive("live");
        }
      } while (flag.again);
    } catch (error) {
      setLive(error instanceof Refused && error.status === 403 ? "forbidden" : "lost");
      throw error;
    } finally {
      flag.busy = false;
    }
  }, []);

  const reload = useCallback(() => void read().catch(() => undefined), [read]);

  useEffect(reload, [as, reload]);
  useEffect(() => watch(read, { reload, setLive, seen: () => reading.current.seq }), [read, reload]);

  const act = useCallback(
    async (path: string, body: object = {}) => {
      try {
        const result = await post(path, { as, ...body });
        reload();
        return result;
      } catch (error) {
        complain(sentence(error));
        return null;
      }
    },
    [as, complain, reload],
  );
  return { state, live, ahead, act, reload };
}

/** Follow the changes for as long as the page is open; `watch` returns how to stop. */
interface Watching {
  reload: () => void;
  setLive: (live: Live) => void;
  seen: () => number;
}

function watch(read: () => Promise<void>, { reload, setLive, seen }: Watching) {
  const stop = new AbortController();
  let timer = 0;
  const soon = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(reload, PAUSE_MS);
  };
  const run = async () => {
    while (!stop.signal.aborted) {
      try {
        await read();
        await follow(
          seen(),
          (change) => {
            if (!UNSEEN.has(change.kind)) soon();
          },
          stop.signal,
        );
      } catch (error) {
        if (error instanceof Refused && error.status === 403) return;
      }
      if (!stop.signal.aborted) setLive("lost");
      await new Promise((done) => window.setTimeout(done, AGAIN_MS));
    }
  };
  void run();
  return () => {
    stop.abort();
    window.clearTimeout(timer);
  };
}

function sentence(error: unknown): string {
  if (error instanceof Refused) return error.message;
  return "The demo does not answer. Is it still running in the terminal?";
}
