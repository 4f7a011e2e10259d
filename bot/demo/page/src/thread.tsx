// A thread beside its channel; on a phone, instead of it.

import { useEffect, useRef, useState } from "react";
import { Composer } from "./composer";
import { useDesk } from "./desk";
import { Log } from "./log";
import { inThread } from "./reading";
import type { Channel } from "./types";

export function Thread({ channel, ts, onClose }: { channel: Channel; ts: string; onClose: () => void }) {
  const { as, state } = useDesk();
  const [sent, setSent] = useState(0);
  const closer = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    return () => before?.focus();
  }, []);
  useEffect(() => closer.current?.focus(), [ts]);
  const messages = inThread(state, channel, ts);
  return (
    <aside
      className="pane thread"
      aria-label="Thread"
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) onClose();
      }}
    >
      <header className="pane-head">
        <button type="button" className="icon back" aria-label="Back to the channel" onClick={onClose}>
          ←
        </button>
        <div className="pane-title">
          <h1>Thread</h1>
          <p className="quiet">{channel.is_im ? "reportops" : `#${channel.name}`}</p>
        </div>
        <button ref={closer} type="button" className="icon close" aria-label="Close the thread" onClick={onClose}>
          ✕
        </button>
      </header>
      <Log messages={messages} channel={channel.id} label="Messages in this thread" inThread sent={sent} key={ts}>
        {messages.length === 0 && <p className="empty">This message was deleted.</p>}
      </Log>
      {channel.members.includes(as) && <Composer channel={channel.id} name="" thread={ts} onSent={() => setSent(sent + 1)} key={`c${ts}`} />}
    </aside>
  );
}
