// Messages one below the other, with a line for each day and one where the new ones begin.

import { Fragment, useCallback, useLayoutEffect, useRef, useState } from "react";
import { useDesk } from "./desk";
import { Message } from "./message";
import { dayKey, dayLabel, ofStamp } from "./moments";
import type { Message as Said } from "./types";

const JOINED_SECONDS = 300;
const NEAR = 120;

interface Props {
  messages: Said[];
  channel: string;
  label: string;
  /** The ts up to where it was read when it was opened. */
  since?: string;
  inThread?: boolean;
  /** Goes up with everything that is sent from here: one wants to see what comes of it. */
  sent?: number;
  children?: React.ReactNode;
}

export function Log({ messages, channel, label, since = "", inThread = false, sent = 0, children }: Props) {
  const { state } = useDesk();
  const box = useRef<HTMLDivElement>(null);
  const near = useRef(true);
  const top = useRef(0);
  const [seen, setSeen] = useState("");
  const last = messages.at(-1);
  // What arrives while one is looking is not marked as new.
  const [opened] = useState(last?.ts ?? "");
  const down = useCallback(() => {
    near.current = true;
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, []);
  useLayoutEffect(() => {
    if (near.current) down();
  }, [last?.ts, messages.length, last?.edited?.ts, down]);
  useLayoutEffect(down, [sent, down]);
  useStuck(box, near);

  const now = new Date(state.now);
  let fresh = false;
  return (
    <div
      className="log"
      ref={box}
      role="log"
      aria-label={label}
      tabIndex={0}
      onScroll={(event) => {
        const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
        // What grows below is no wish to stay above: only who scrolls up leaves the newest message.
        near.current = scrollHeight - scrollTop - clientHeight < NEAR || (near.current && scrollTop >= top.current);
        top.current = scrollTop;
        if (!near.current && seen === "") setSeen(last?.ts ?? "");
        if (near.current && seen !== "") setSeen("");
      }}
    >
      <div className="log-inside">
        {children}
        {messages.map((message, index) => {
          const before = messages[index - 1];
          const at = ofStamp(message.ts);
          const newDay = !inThread && (!before || dayKey(ofStamp(before.ts)) !== dayKey(at));
          const first = !fresh && since !== "" && message.ts > since && message.ts <= opened;
          fresh ||= first;
          return (
            <Fragment key={message.ts}>
              {newDay && (
                <div className="day" role="separator">
                  <span>{dayLabel(at, now)}</span>
                </div>
              )}
              {first && index > 0 && (
                <div className="day new" role="separator">
                  <span>New</span>
                </div>
              )}
              <Message
                message={message}
                channel={channel}
                inThread={inThread}
                joined={!newDay && !first && !(inThread && index === 1) && follows(before, message)}
              />
              {inThread && index === 0 && messages.length > 1 && (
                <div className="thread-count">
                  <span>{messages.length === 2 ? "1 reply" : `${messages.length - 1} replies`}</span>
                </div>
              )}
            </Fragment>
          );
        })}
      </div>
      {seen !== "" && (last?.ts ?? "") > seen && (
        <button type="button" className="newer" onClick={down}>
          <span aria-hidden="true">↓ </span>New messages
        </button>
      )}
    </div>
  );
}

function follows(before: Said | undefined, message: Said): boolean {
  return (
    before !== undefined &&
    before.user === message.user &&
    before.ephemeral === message.ephemeral &&
    (message.blocks?.length ?? 0) < 2 &&
    Number(message.ts) - Number(before.ts) < JOINED_SECONDS
  );
}

/** Stay at the newest message while what stands above grows: charts and images come late. */
function useStuck(box: React.RefObject<HTMLDivElement | null>, near: React.RefObject<boolean>) {
  useLayoutEffect(() => {
    const inside = box.current?.firstElementChild;
    if (!inside) return;
    const watch = new ResizeObserver(() => {
      if (near.current && box.current) box.current.scrollTop = box.current.scrollHeight;
    });
    watch.observe(inside);
    if (box.current) watch.observe(box.current);
    return () => watch.disconnect();
  }, [box, near]);
}
